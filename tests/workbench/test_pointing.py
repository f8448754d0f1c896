"""Gestures: whatever a chart reports becomes numbers or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.faces import FaceBox
from workbench.pointing import brushed_range, drawn_box


def event(**selection):
    return {"selection": selection}


@pytest.mark.parametrize("nothing", [None, {}, {"selection": {}}, event(box=[], points=[])])
def test_no_gesture_is_no_number(nothing):
    assert brushed_range(nothing) is None
    assert drawn_box(nothing, (10, 10)) is None


def test_a_brush_is_a_range_whichever_way_it_was_drawn():
    assert brushed_range(event(box=[{"x": [9.5, 3.2], "y": [0, 1]}])) == (3.2, 9.5)


def test_a_box_is_cut_to_the_image():
    assert drawn_box(event(box=[{"x": [-5, 4.4], "y": [8.6, 99]}]), (10, 10)) == FaceBox(0, 9, 4, 1)
    assert drawn_box(event(box=[{"x": [2, 2.2], "y": [1, 5]}]), (10, 10)) is None


@given(st.tuples(*[st.floats(-50, 50)] * 4))
def test_any_drag_gives_a_box_inside_the_image_or_none(corners):
    left, right, top, bottom = corners
    box = drawn_box(event(box=[{"x": [left, right], "y": [top, bottom]}]), (12, 9))
    if box is not None:
        assert 0 <= box.x < box.x + box.width <= 9
        assert 0 <= box.y < box.y + box.height <= 12
