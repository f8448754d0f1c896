"""Curves: what is drawn is what was given."""

from __future__ import annotations

import numpy as np

from mer_core.plots.curves import intensity_curves, share_curve, weight_curves
from mer_core.plots.theme import PALETTE, SYNTHETIC_NOTE


def test_weight_curves_hold_the_numbers_and_the_key_frames():
    drawn = weight_curves(
        [3, 4, 5],
        {"full": np.array([1.0, 2.0, 0.5]), "linear": np.array([-1.0, 0.0, 1.0])},
        key_frames={"apex": 4},
    )
    assert [trace.name for trace in drawn.data] == ["full", "linear"]
    np.testing.assert_array_equal(drawn.data[0].y, [1.0, 2.0, 0.5])
    np.testing.assert_array_equal(drawn.data[1].x, [3, 4, 5])
    assert any(shape.x0 == 4 for shape in drawn.layout.shapes)
    assert drawn.layout.dragmode == "select"


def test_synthetic_figures_say_so():
    curves = np.zeros((3, 1))
    texts = [note.text for note in intensity_curves([1, 2, 3], ["AU12"], curves).layout.annotations]
    assert SYNTHETIC_NOTE in texts
    plain = share_curve([1, 2], {"saliency": np.array([0.5, 0.5])})
    assert SYNTHETIC_NOTE not in [note.text for note in plain.layout.annotations]


def test_the_palette_has_no_two_colours_alike():
    assert len(set(PALETTE)) == len(PALETTE)
