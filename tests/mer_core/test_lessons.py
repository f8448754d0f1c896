"""Lessons are data: each can be filled, and says what is missing."""

from __future__ import annotations

import re

import pytest

from mer_core.errors import SettingsError, UnknownNameError
from mer_core.lessons import lesson, lessons


def test_names_differ_and_every_lesson_takes_time():
    names = [one.name for one in lessons()]
    assert len(set(names)) == len(names)
    assert all(one.minutes > 0 for one in lessons())


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.name)
def test_an_answer_holds_what_was_measured(one):
    wanted = set(re.findall(r"{(\w+)}", one.answer))
    filled = one.filled(**{name: f"<{name}>" for name in wanted})
    assert all(f"<{name}>" in filled for name in wanted)
    assert "{" not in filled


def test_an_answer_without_its_measurement_is_refused():
    with pytest.raises(SettingsError, match="kept"):
        lesson("one-image").filled()


def test_an_unknown_lesson_lists_the_known():
    with pytest.raises(UnknownNameError, match="one-image"):
        lesson("one image")
