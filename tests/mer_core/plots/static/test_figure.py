"""A figure for print is the same bytes every time, and drawing one changes nothing outside."""

import warnings
from dataclasses import replace

import cv2
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import cycler

from mer_core.plots.static import ONE_COLUMN, TWO_COLUMNS, static_figure
from mer_core.plots.static.figure import print_style
from mer_core.plots.theme import PALETTE


def draw(page):
    axes = page.add_axes((0.2, 0.2, 0.7, 0.6))
    axes.plot([0, 1, 2], [3, 1, 2])
    axes.set_title("CAS(ME)² → é ü × − ± $x^2$")


def made(**changes):
    options = {"width": ONE_COLUMN, "height": 2.0, "synthetic": False, **changes}
    return static_figure(draw, **options)


def pixels(png):
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)


def test_equal_calls_give_equal_bytes_whatever_a_user_has_set():
    first = made()
    with mpl.rc_context({"font.size": 20, "svg.hashsalt": "another", "axes.facecolor": "red"}):
        assert made() == first
        assert mpl.rcParams["font.size"] == 20
    assert b"date" not in first.svg.lower()


def test_a_figure_is_told_in_words_and_not_in_bytes():
    assert repr(made()) == "Figure"
    assert repr(replace(made(), alt="Two curves")) == "Two curves"


@pytest.mark.parametrize("width", [ONE_COLUMN, TWO_COLUMNS])
def test_a_picture_has_200_dots_to_the_inch(width):
    drawn = made(width=width)
    assert pixels(drawn.png).shape[:2] == (400, round(200 * width))
    assert f'width="{72 * width:g}pt"'.encode() in drawn.svg


def test_letters_are_outlines_and_none_is_missing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a glyph that its font lacks
        svg = made(synthetic=True).svg
        with pytest.raises(UserWarning, match="missing"):
            static_figure(lambda p: p.text(0, 0, "\u4e2d"), width=1, height=1, synthetic=False)
    assert b"<text" not in svg


def test_synthetic_data_are_named_below_the_figure():
    plain, marked = pixels(made().png), pixels(made(synthetic=True).png)
    assert marked.shape[0] > plain.shape[0]
    foot = marked[plain.shape[0] :]
    assert (foot < 200).any()


def test_the_palette_is_that_of_figures_on_screen():
    with print_style():
        colours = mpl.rcParams["axes.prop_cycle"]
    assert colours == cycler(color=[colour[1:] for colour in PALETTE])
