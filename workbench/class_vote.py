"""A vote of everybody who has a lesson open on this server; no account, one vote a window."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from uuid import uuid4

import streamlit as st

from workbench import address, cached

POLL_SECONDS = 2.0


def draw_vote(question: str, options: Sequence[str]) -> None:
    """Draw the options to vote for, and the result as soon as somebody asks for it."""
    voter = address.session_value("voter", 0, lambda: uuid4().hex)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    chosen = row.pills("Vote", list(options), key=f"vote.{question}")
    if chosen in options:
        cached.ballot_box().vote(question, voter, str(chosen))
    shown = row.toggle("Show the class's votes", key=f"votes.{question}")
    if row.button("Clear the votes", key=f"clear.{question}", type="tertiary"):
        cached.ballot_box().clear(question)
    if shown:
        _draw_counts(question, tuple(options))


@st.fragment(run_every=POLL_SECONDS)
def _draw_counts(question: str, options: tuple[str, ...]) -> None:
    counts = cached.ballot_box().counts(question)
    total = sum(counts.values())
    rows = "".join(
        f'<tr class="mer-open"><th scope="row">{escape(option)}</th><td><div class="mer-track">'
        f'<div class="mer-fill" style="width:{counts[option] / max(total, 1):.1%}"></div></div>'
        f"</td><td>{counts[option]}</td></tr>"
        for option in options
    )
    st.html(f'<table class="mer-answer">{rows}</table>')
    st.caption(f"{total} vote{'s' * (total != 1)} on this server.")
