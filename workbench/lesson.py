"""What every step of the guided path has: a curated clip, a question, a vote, a hidden answer.

On a projector a step has large type, no controls but the lesson menu, and is shown from its top.

Everybody who has a lesson open on this server can vote; no account, one vote a window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from uuid import uuid4

import streamlit as st
from streamlit.components.v2 import component

from mer_core.inputs import Recording
from mer_core.lessons import lesson
from workbench import address, cached, widgets
from workbench.selection import LIVE, ClipChoice

# Clear faces whose motion is easy to show and not easy to guess; what they show stays hidden.
EXAMPLES = (
    ("5", "happiness", 0),
    ("11", "surprise", 3),
    ("6", "anger", 1),
    ("10", "disgust", 2),
    ("8", "sadness", 0),
    ("12", "fear", 4),
)


LARGE = Path(__file__).with_name("presenting.css")
_top = component(
    "mer_workbench_top",
    html='<span class="mer-top"></span>\n',
    js="""
// Scrolls to the top when another step is shown.
export default function ({ parentElement, data }) {
  const mark = parentElement.querySelector(".mer-top");
  const main = document.querySelector('[data-testid="stMain"]');
  if (mark.step && mark.step !== data) main?.scrollTo(0, 0);
  mark.step = data;
}
""",
    isolate_styles=False,
)


@dataclass(frozen=True)
class Lesson:
    """One step: `name` stands in links, `draw` shows the view, question and answer."""

    name: str
    title: str
    draw: Callable[[], None]


def example() -> tuple[ClipChoice, Recording]:
    """Draw the choice among the curated clips, which does not give away what they show."""
    with st.container(key="example row", horizontal=True):
        number = widgets.choose(
            "Example",
            tuple(range(1, len(EXAMPLES) + 1)),
            key="example",
            titles=lambda one: f"Example {one} of {len(EXAMPLES)}",
            label_visibility="collapsed",
            width=180,
        )
    subject, emotion, seed = EXAMPLES[number - 1]
    choice = ClipChoice(LIVE, subject, f"{emotion}-{seed}")
    return choice, cached.recording(choice)


def ask(name: str, options: Sequence[str] = (), *, about: ClipChoice | None = None) -> bool:
    """Draw the question of a lesson and the class's vote on it, and return whether to answer.

    Args:
        name: Name of the lesson.
        options: What can be voted for; the lesson's own options by default.
        about: The example that the answer depends on; each has votes of its own.
    """
    shown = lesson(name)
    st.markdown(f"### :material/help: {shown.question}")
    if options or shown.options:
        clips = [(subject, f"{emotion}-{seed}") for subject, emotion, seed in EXAMPLES]
        number = 0 if about is None else clips.index((about.subject, about.clip)) + 1
        draw_vote(f"{name}.{number}" if number else name, options or shown.options)
    return widgets.toggle("Show the answer", key=f"answer.{name}", default=False)


def answer(name: str, **measured: str) -> None:
    """Draw the answer of a lesson with what was measured on the clip shown."""
    st.markdown(lesson(name).filled(**measured))


POLL_SECONDS = 2.0


def draw_vote(question: str, options: Sequence[str]) -> None:
    """Draw the options to vote for, and the result as soon as somebody asks for it."""
    voter = address.session_value("voter", 0, lambda: uuid4().hex)
    row = st.container(horizontal=True, vertical_alignment="bottom")
    row.pills(
        "Vote", list(options), key=f"vote.{question}", on_change=_vote, args=(question, voter)
    )
    shown = row.toggle("Show the class's votes", key=f"votes.{question}")
    row.button(
        "Clear the votes",
        key=f"clear.{question}",
        type="tertiary",
        on_click=_clear_votes,
        args=(question,),
    )
    if shown:
        _draw_counts(question, tuple(options))


def _vote(question: str, voter: str) -> None:
    """Count a vote when it is chosen, not when the page is drawn anew: it may have been cleared."""
    chosen = st.session_state[f"vote.{question}"]
    if chosen is None:
        cached.ballot_box().withdraw(question, voter)
    else:
        cached.ballot_box().vote(question, voter, str(chosen))


def _clear_votes(question: str) -> None:
    cached.ballot_box().clear(question)
    address.set_widget(f"vote.{question}", None)


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


def start_at_top(step: str) -> None:
    """Show every step from its top, whatever was scrolled to before."""
    _top(key="top", data=step)


def present() -> None:
    """Enlarge the type of this page, and hide all but the step and the way to others."""
    st.html(LARGE)
