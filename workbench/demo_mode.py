"""The first start: draws the demo twins in the background while pages already work.

Networks need no preparation: they ship, trained. Set MER_DEMO=off to prepare nothing.
"""

from __future__ import annotations

import os

import streamlit as st

from workbench import cached
from workbench.titles import duration


def wanted() -> bool:
    """Whether this process prepares a demo."""
    return os.environ.get("MER_DEMO", "on") != "off"


def look_at(dataset: str) -> None:
    """Draw a dataset's twin before the others: somebody looks at it."""
    if wanted():
        cached.preparation().want(dataset)


def missing() -> tuple[str, ...]:
    """Demo datasets that can be chosen and are still to be drawn."""
    return cached.preparation().missing if wanted() else ()


@st.fragment(run_every=1)
def wait_for(dataset: str) -> None:
    """Draw `dataset` before the others, and the page anew when it is there."""
    look_at(dataset)
    if dataset not in missing():
        cached.sources.clear()
        st.rerun()
    st.info("These clips are being drawn now; they appear here by themselves in a few seconds.")


def line() -> None:
    """Draw one line on what is still being prepared, and nothing once all is there."""
    if wanted() and not cached.preparation().state.finished:
        _line()


@st.fragment(run_every=2)
def _line() -> None:
    state = cached.preparation().state
    if state.finished:
        return
    if state.failure:
        st.caption(f":material/error: The demo clips were not prepared: {state.failure}")
        return
    left = "" if state.seconds_left is None else f", about {duration(state.seconds_left)} left"
    st.caption(f":material/hourglass: Preparing demo clips: {state.done} of {state.total}{left}")
