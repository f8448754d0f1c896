"""What an explorer draws first, what its controls change, and what stands where there are none."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pytest

from mer_core.errors import SettingsError
from mer_core.notebook import explore, pictures


def area(shape: str = "square", side: int = 2, ends: tuple[int, int] = (1, 3)) -> str:
    return f"{shape} {side} from {ends[0]} to {ends[1]}"


@pytest.fixture
def explorer():
    shapes = {"A square": "square", "A circle": "circle"}
    return explore(area, shape=shapes, side=range(1, 6), ends=(0, 9))


def test_defaults_of_the_function_are_shown_first(explorer):
    assert explorer.render() == "<p>square 2 from 1 to 3</p>"


def test_without_a_default_the_first_choice_is_shown():
    assert explore(lambda side: str(side), side=range(3, 5)).render() == "<p>3</p>"


def test_each_kind_of_choice_has_its_control(explorer):
    menu, slider, interval = explorer.widget.children[0].children
    assert isinstance(menu, ipywidgets.Dropdown)
    assert [title for title, _ in menu.options] == ["A square", "A circle"]
    assert isinstance(slider, ipywidgets.IntSlider)
    assert (slider.min, slider.max) == (1, 5)
    assert isinstance(interval, ipywidgets.IntRangeSlider)
    assert (interval.min, interval.max) == (0, 9)


def test_moving_a_control_draws_again(explorer):
    menu, slider, interval = explorer.widget.children[0].children
    page = explorer.widget.children[1]
    menu.value, slider.value, interval.value = "circle", 5, (2, 7)
    assert page.value == "<p>circle 5 from 2 to 7</p>"


def test_a_page_without_controls_gets_the_first_drawing_and_its_settings(explorer):
    bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html"}
    assert explorer.render() in bundle["text/html"]
    assert "shape A square, side 2, ends 1 to 3" in bundle["text/html"]


def test_a_picture_is_described_by_what_is_chosen():
    grey = np.full((8, 8, 3), 128, np.uint8)
    drawn = explore(lambda side: pictures({str(side): grey}), side={"Small": 1, "Large": 2})
    assert 'alt="Shown for side Small"' in drawn.render()
    assert 'alt="Shown for side Large"' in drawn.render(side=2)


def test_a_refusal_is_one_line_where_the_picture_would_be():
    def refuse(side: int) -> str:
        raise SettingsError(f"{side} < 1 is too few")

    assert "0 &lt; 1 is too few" in explore(refuse, side=range(2)).render()
