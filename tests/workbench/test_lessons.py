"""Lessons: every step draws, hides its answer until it is asked for, and has a link."""

from __future__ import annotations

import re

import pytest

from mer_core.ami import WEIGHTINGS
from mer_core.attribution.baselines import BASELINES
from tests.workbench.opening import open_at, traces, values, words
from workbench.lesson_steps import LESSONS


@pytest.mark.parametrize("name", [lesson.name for lesson in LESSONS])
def test_a_link_opens_the_step_with_its_answer_hidden(name):
    app = open_at("lessons", lesson=name)
    assert app.segmented_control(key="lesson").value == name
    before = words(app)
    app.toggle(key=f"answer.{name}").set_value(True).run()
    assert not app.exception
    assert len(words(app)) > len(before)


def test_an_unknown_step_opens_the_first():
    app = open_at("lessons", lesson="no such lesson")
    assert app.segmented_control(key="lesson").value == LESSONS[0].name


def test_the_answer_about_weights_names_those_that_keep_the_face():
    app = open_at("lessons", lesson="one-image")
    app.toggle(key="answer.one-image").set_value(True).run()
    answer = next(m.value for m in app.markdown if "Because of what the weights sum" in m.value)
    for entry in WEIGHTINGS:
        assert (entry.title.lower() in answer) == (entry.sums_to == "k")


def test_every_map_of_the_guessing_game_is_owned_up_to():
    app = open_at("lessons", lesson="attribution")
    titles = [*BASELINES.values(), "untrained"]
    assert not any(title in words(app) for title in titles)
    app.toggle(key="answer.attribution").set_value(True).run()
    assert all(title in words(app) for title in titles)


def test_a_face_at_rest_is_not_an_error_in_any_step():
    for lesson in LESSONS[:4]:
        app = open_at("lessons", lesson=lesson.name, emotion="neutral")
        app.toggle(key=f"answer.{lesson.name}").set_value(True).run()
        assert not app.exception


def test_the_leak_grows_with_looking_and_honesty_stays_at_chance():
    app = open_at("lessons", lesson="leak", people=40, each=5)
    leaked, honest = (values(trace, "y") for trace in traces(app, "leak"))
    assert leaked == sorted(leaked)
    assert leaked[-1] > max(honest)
    (stated,) = re.findall(r"(\d+)% with the leak", app.get("plotly_chart")[0].proto.alt)
    assert int(stated) == pytest.approx(100 * leaked[-1], abs=0.51)
