"""A guided path for a class: one live view, one question, one answer at a time."""

from __future__ import annotations

import streamlit as st

from workbench import address, widgets
from workbench.lesson import present, start_at_top
from workbench.lesson_steps import LESSONS

titles = {lesson.name: f"{i}. {lesson.title}" for i, lesson in enumerate(LESSONS, 1)}

address.begin_page(
    "Lessons", "From a face to an image, to a network, to doubt: look, guess, then see the answer."
)
bar = st.container(key="lesson bar", horizontal=True, vertical_alignment="bottom")
name = widgets.choose(
    "Lesson", list(titles), key="lesson", titles=titles.__getitem__, where=bar, width=360
)
address.mark_synthetic()
if widgets.toggle("Presenter's view", key="presenter", default=False, where=bar):
    present()
start_at_top(name)
place = list(titles).index(name)
st.header(titles[name], anchor=False)
LESSONS[place].draw()

st.space()
back, middle, on = st.columns([1, 2, 1])
if place:
    before = LESSONS[place - 1]
    back.button(
        before.title,
        icon=":material/arrow_back:",
        on_click=address.set_widget,
        args=("lesson", before.name),
    )
middle.progress((place + 1) / len(LESSONS), text=f"Step {place + 1} of {len(LESSONS)}")
if place + 1 < len(LESSONS):
    after = LESSONS[place + 1]
    on.button(
        after.title,
        icon=":material/arrow_forward:",
        type="primary",
        on_click=address.set_widget,
        args=("lesson", after.name),
    )
address.share()
