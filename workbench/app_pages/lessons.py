"""A guided path for a class: one live view, one question, one answer at a time."""

from __future__ import annotations

import streamlit as st

from workbench import address
from workbench.lesson_steps import LESSONS

titles = {lesson.name: f"{i}. {lesson.title}" for i, lesson in enumerate(LESSONS, 1)}

address.begin_page(
    "Lessons", "From a face to an image, to a network, to doubt: look, guess, then see the answer."
)
name = address.switch("Lesson", list(titles), key="lesson")
place = list(titles).index(name)
st.header(titles[name])
LESSONS[place].draw()

st.space()
back, _, on = st.columns([1, 2, 1])
if place:
    before = LESSONS[place - 1]
    back.button(
        before.title,
        icon=":material/arrow_back:",
        on_click=address.turn_to,
        args=("lesson", before.name),
    )
if place + 1 < len(LESSONS):
    after = LESSONS[place + 1]
    on.button(
        after.title,
        icon=":material/arrow_forward:",
        type="primary",
        on_click=address.turn_to,
        args=("lesson", after.name),
    )
address.share()
