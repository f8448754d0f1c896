"""What every step of the guided path has: a curated clip, a question, a vote, a hidden answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from mer_core.inputs import Recording
from mer_core.lessons import lesson
from workbench import address, cached, class_vote
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


@dataclass(frozen=True)
class Lesson:
    """One step: `name` stands in links, `draw` shows the view, question and answer."""

    name: str
    title: str
    draw: Callable[[], None]


def example() -> tuple[ClipChoice, Recording]:
    """Draw the choice among the curated clips, which does not give away what they show."""
    with st.container(key="example row", horizontal=True):
        number = address.choose(
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


def ask(name: str, options: Sequence[str] = ()) -> bool:
    """Draw the question of a lesson and the class's vote on it, and return whether to answer.

    Options are the lesson's own unless others are given, which depend on what is shown.
    """
    asked = lesson(name)
    st.markdown(f"### :material/help: {asked.question}")
    if options or asked.options:
        class_vote.draw_vote(name, options or asked.options)
    return address.toggle("Show the answer", key=f"answer.{name}", default=False)


def answer(name: str, **measured: str) -> None:
    """Draw the answer of a lesson with what was measured on the clip shown."""
    st.markdown(lesson(name).filled(**measured))
