"""Printed figures and ours on one axis."""

from mer_core.plots.dots import DotAxis, dot_figure
from mer_core.plots.tables import MeasuredCell

ROWS = [
    MeasuredCell(setup="A", method="one", printed=60.0, value=40.0, low=30.0, high=55.0, rate=50.0),
    MeasuredCell(setup="A", method="two", printed=20.0, note="not run"),
]


def test_the_figure_holds_every_number():
    drawn = {trace.name: trace for trace in dot_figure(ROWS).data}
    assert list(drawn["paper"].x) == [60.0, 20.0]
    assert list(drawn["ours, 95 % interval"].x) == [40.0]
    assert list(drawn["ours, 95 % interval"].error_x.array) == [15.0]
    assert list(drawn["ours, 95 % interval"].error_x.arrayminus) == [10.0]
    assert list(drawn["majority rate"].x) == [50.0, None]


def test_what_nobody_has_has_no_entry():
    drawn = dot_figure([MeasuredCell(setup="A", method="one", value=1.5)], axis=DotAxis(chance=1.0))
    assert [trace.name for trace in drawn.data] == ["ours, 95 % interval"]
    assert [shape.x0 for shape in drawn.layout.shapes] == [1.0]
