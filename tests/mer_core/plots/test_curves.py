"""Curves: what is drawn is what was given."""

from __future__ import annotations

import numpy as np

from mer_core.plots.curves import share_curve, weight_curves, weights_and_intensities
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


def test_weights_lie_over_intensities_on_one_axis_of_frames():
    units = {"AU4": np.array([0, 0.5, 1, 0.5]), "AU12": np.array([0, 0.2, 0.4, 0.2])}
    weights = {"full": np.array([-1.0, 2.0])}
    drawn = weights_and_intensities(weights, [3, 4], units, [2, 3, 4, 5], key_frames={"apex": 4})
    assert [(trace.name, trace.yaxis) for trace in drawn.data] == [
        ("full", None),
        ("AU4", "y2"),
        ("AU12", "y2"),
    ]
    np.testing.assert_array_equal(drawn.data[0].x, [3, 4])
    for trace in drawn.data[1:]:
        np.testing.assert_array_equal(trace.x, [2, 3, 4, 5])
        np.testing.assert_array_equal(trace.y, units[trace.name])
    assert len({trace.line.color for trace in drawn.data[1:]} | {PALETTE[0]}) == 3
    (apex,) = (shape for shape in drawn.layout.shapes if shape.x0 == shape.x1)
    assert (apex.x0, apex.yref, apex.y0, apex.y1) == (4, "paper", 0, 1)  # through both
    assert drawn.layout.yaxis.domain[0] > drawn.layout.yaxis2.domain[1]
    assert drawn.layout.xaxis.anchor == "y2"


def test_units_are_drawn_beside_any_number_of_weightings():
    weights = {str(i): np.zeros(2) for i in range(len(PALETTE))}
    drawn = weights_and_intensities(weights, [1, 2], {"AU4": np.ones(2)}, [1, 2])
    assert drawn.data[-1].name == "AU4"


def test_synthetic_figures_say_so():
    drawn = weights_and_intensities({}, [], {"AU12": np.zeros(3)}, [1, 2, 3])
    texts = [note.text for note in drawn.layout.annotations]
    assert SYNTHETIC_NOTE in texts
    plain = share_curve([1, 2], {"saliency": np.array([0.5, 0.5])})
    assert SYNTHETIC_NOTE not in [note.text for note in plain.layout.annotations]


def test_the_palette_has_no_two_colours_alike():
    assert len(set(PALETTE)) == len(PALETTE)
