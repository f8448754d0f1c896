"""Printed figures and ours on one axis."""

import numpy as np

from mer_core.plots.canvas import rgb
from mer_core.plots.dots import DotRow, dot_chart, dot_figure
from mer_core.plots.theme import PALETTE

ROWS = [
    DotRow(group="A", name="one", reference=60.0, value=40.0, low=30.0, high=55.0, tick=50.0),
    DotRow(group="A", name="two", reference=20.0, note="not run"),
]


def test_the_figure_holds_every_number():
    drawn = {trace.name: trace for trace in dot_figure(ROWS).data}
    assert list(drawn["paper"].x) == [60.0, 20.0]
    assert list(drawn["ours"].x) == [40.0]
    assert list(drawn["ours"].error_x.array) == [15.0]
    assert list(drawn["ours"].error_x.arrayminus) == [10.0]
    assert list(drawn["majority rate"].x) == [50.0, None]


def middle(picture, colour):
    where = np.abs(picture.astype(int) - colour).sum(axis=2) < 30
    return np.flatnonzero(where.any(axis=0))


def test_a_larger_value_lies_further_right():
    def centre(value):
        row = DotRow(group="A", name="one", value=value)
        return middle(
            dot_chart([row], title="", legend="", synthetic=False), rgb(PALETTE[0])
        ).mean()

    assert centre(80) - centre(20) == np.float64(180)  # the axis is 300 pixels for 100 %


def test_the_picture_repeats_and_says_synthetic():
    options = {"title": "t", "legend": "l"}
    plain = dot_chart(ROWS, **options, synthetic=False)
    assert np.array_equal(plain, dot_chart(ROWS, **options, synthetic=False))
    assert dot_chart(ROWS, **options, synthetic=True).shape[0] > plain.shape[0]
