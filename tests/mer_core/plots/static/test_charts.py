"""Charts for print hold every mark they are given."""

import cv2
import numpy as np
import pytest

from mer_core.plots.dots import OURS, DotAxis
from mer_core.plots.matrices import Matrix
from mer_core.plots.static.charts import confusion_sheet, dot_sheet
from mer_core.plots.static.network import Box, network_figure
from mer_core.plots.tables import MeasuredCell

ROWS = [
    MeasuredCell(setup="A", method="one", printed=60.0, value=40.0, low=30.0, high=55.0, rate=50.0),
    MeasuredCell(setup="A", method="two", printed=20.0, note="not run"),
    MeasuredCell(setup="B", method="one", value=10.0),
]


def pixels(drawn):
    return cv2.imdecode(np.frombuffer(drawn.png, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


def where(drawn, colour):
    """Pixels of one colour, as rows and columns."""
    ink = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.nonzero(np.abs(pixels(drawn).astype(int) - ink).sum(axis=2) < 30)


def test_a_larger_value_lies_further_right_in_proportion():
    def centre(value):
        drawn = dot_sheet([MeasuredCell(setup="A", method="one", value=value)], synthetic=False)
        rows, columns = where(drawn, OURS)
        return columns[rows < rows.min() + 25].mean()  # the key below has a dot, too

    assert centre(80) - centre(20) == pytest.approx(3 * (centre(40) - centre(20)), abs=2)


def test_the_axis_ends_where_everything_is_on_it():
    assert DotAxis().end(ROWS) == 100
    assert DotAxis(high=None).end(ROWS) == pytest.approx(1.06 * 60)


@pytest.mark.parametrize("columns", [1, 2])
def test_panels_repeat(columns):
    first = dot_sheet(ROWS, synthetic=True, columns=columns)
    assert first == dot_sheet(ROWS, synthetic=True, columns=columns)


def test_an_empty_row_of_a_matrix_is_grey_and_not_zero():
    from mer_core.plots.colour import lookup

    zero = "#{:02x}{:02x}{:02x}".format(*lookup("viridis")[0])
    full = Matrix.counted("m", ("a", "b"), [[2, 0], [0, 2]])
    empty = Matrix.counted("m", ("a", "b"), [[2, 0], [0, 0]])
    dark = [len(where(confusion_sheet([[m]], synthetic=False), zero)[0]) for m in (full, empty)]
    assert dark[0] > 1.5 * dark[1] > 0
    assert where(confusion_sheet([[empty]], synthetic=False), "#f0f1f4")[0].size > 0


def test_colour_is_the_share_of_the_true_class():
    from mer_core.plots.colour import lookup

    half = "#{:02x}{:02x}{:02x}".format(*lookup("viridis")[128])
    few = Matrix.counted("m", ("a", "b"), [[1, 1], [0, 90]])
    assert where(confusion_sheet([[few]], synthetic=False), half)[0].size > 1000


def chain(count):
    return [
        Box(
            name=str(i),
            lines=("box",),
            column=i,
            height=0.5,
            kind="x",
            after=(str(i - 1),) if i else (),
        )
        for i in range(count)
    ]


def test_a_long_network_is_broken_into_even_bands():
    from mer_core.plots.static.network import _bands

    assert [len(band) for band in _bands(chain(7), room=7)] == [7]
    assert [len(band) for band in _bands(chain(10), room=7)] == [5, 5]
    # No band ends where an arrow passes.
    skipped = [*chain(9), Box(name="s", lines=("s",), column=9, height=0.5, kind="x", after=("3",))]
    ends = [max(box.column for box in band) for band in _bands(skipped, room=7)]
    assert not set(ends[:-1]) & set(range(4, 9))


def test_the_network_repeats():
    first = network_figure(chain(9), kinds={"x": "boxes"}, note="n")
    assert first == network_figure(chain(9), kinds={"x": "boxes"}, note="n")
