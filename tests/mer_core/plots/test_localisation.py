"""Bars of localisation scores: what is drawn is what was given."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.plots.localisation import Bar, localisation_bars, localisation_page
from mer_core.plots.theme import SYNTHETIC_NOTE

BARS = [
    Bar(group="Saliency", series="AffectiveNet", value=2.0, low=1.5, high=2.75, clips=9),
    Bar(group="Grad-CAM", series="AffectiveNet", value=1.0, low=0.5, high=1.25, clips=9),
    Bar(
        group="Saliency",
        series="MobileNet",
        value=1.5,
        low=float("nan"),
        high=float("nan"),
        clips=9,
    ),
]
LINES = {"Motion energy": 1.6, "Random map": 1.0, "Centre Gaussian": 1.02}


def drawn(**options):
    return localisation_bars(BARS, baselines=LINES, metric="Mass", **options)


def test_bars_carry_values_and_interval_ends():
    one, two = drawn().data
    assert (one.name, two.name) == ("AffectiveNet", "MobileNet")
    assert list(one.x) == ["Saliency", "Grad-CAM"]
    assert list(one.y) == [2.0, 1.0]
    assert list(one.error_y.array) == pytest.approx([0.75, 0.25])
    assert list(one.error_y.arrayminus) == pytest.approx([0.5, 0.5])
    assert np.isnan(two.error_y.array[0])


def test_baselines_are_lines_at_their_height_with_names_that_do_not_collide():
    figure = drawn()
    heights = sorted(shape.y0 for shape in figure.layout.shapes)
    assert heights == pytest.approx([1, 1.0, 1.02, 1.6])
    names = {note.text: note.y for note in figure.layout.annotations}
    assert set(names) == {"Motion energy 1.60", "Random map 1.00", "Centre Gaussian 1.02"}
    places = sorted(names.values())
    assert np.diff(places).min() > 0.08


def test_synthetic_figures_and_pages_say_so():
    figure = drawn(synthetic=True)
    assert SYNTHETIC_NOTE in [note.text for note in figure.layout.annotations]
    page = localisation_page([figure, drawn()]).decode()
    assert SYNTHETIC_NOTE in page
    assert page.count('id="localisation-') == 2
