"""Room for labels is made where it is known, so that plotly need not draw twice to find it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from mer_core.plots.bars import probability_bars, score_bars
from mer_core.plots.curves import share_curve, weight_curves
from mer_core.plots.theme import FAINT, Line, add_lines, figure, fit_labels, recognisable, template

NAMES = {"Grad-CAM, AffectiveNet": 1.5, "Guided backpropagation, MobileNetV1": 0.9}


def layout(drawn):
    return drawn.to_dict()["layout"]


@pytest.mark.parametrize(
    "drawn",
    [
        weight_curves([1, 2], {"full": np.array([-1.0, 1.0])}),
        share_curve([1, 2], {"a": np.array([0.1, 0.9])}),
        score_bars(NAMES, {"motion energy": 1.6}, title="times chance"),
        probability_bars({"joy": 0.7, "anger": 0.3}, {"joy": (0.6, 0.8), "anger": (0.2, 0.4)}),
    ],
    ids=["weights", "shares", "scores", "answer"],
)
def test_charts_of_a_page_leave_nothing_to_be_measured(drawn):
    assert layout(drawn)["xaxis"]["automargin"] is False
    assert layout(drawn)["yaxis"]["automargin"] is False


def test_room_grows_with_the_longest_label():
    scores = score_bars(NAMES, {}, title="times chance")
    short = score_bars({"LRP": 1.0}, {}, title="times chance")
    difference = len(max(NAMES, key=len)) - len("LRP")
    # Letters of this type are 7 pixels wide on average, and digits a little more.
    assert layout(scores)["margin"]["l"] - layout(short)["margin"]["l"] >= 7 * difference


def test_a_title_has_room_of_its_own():
    plain, titled = figure(height=100), figure(height=100)
    fit_labels(plain, longest=4)
    fit_labels(titled, longest=4, titled=True)
    assert layout(titled)["margin"]["l"] > layout(plain)["margin"]["l"] + 13


def leaves(value, path=()):
    """Every value in a layout with the way to it."""
    if not isinstance(value, dict):
        yield path, value
        return
    for name, part in value.items():
        yield from leaves(part, (*path, name))


def test_a_recognisable_figure_says_itself_what_its_template_says():
    drawn = score_bars(NAMES, {"motion energy": 1.6}, title="times chance", synthetic=True)
    own = dict(leaves({k: v for k, v in layout(drawn).items() if k != "template"}))
    said = dict(leaves(template().to_plotly_json()["layout"]))
    found = layout(recognisable(drawn, "first"))
    assert "template" not in found
    assert found.pop("datarevision") == "first"
    silent = {(axis, "showline"): False for axis in ("xaxis", "yaxis")}
    assert dict(leaves(found)) == {**silent, **said, **own}
    assert said.keys() & own.keys(), "nothing is decided by both, so nothing is tested"


def test_every_axis_of_a_recognisable_figure_is_like_the_template():
    drawn = figure(height=100)
    drawn.add_scatter(x=[1], y=[1], xaxis="x2", yaxis="y2")
    drawn.update_layout(xaxis2={"domain": [0.5, 1]}, yaxis2={"zeroline": True})
    found = layout(recognisable(drawn, ""))
    assert found["xaxis2"]["gridcolor"] == template().layout.xaxis.gridcolor
    assert found["xaxis2"]["domain"] == [0.5, 1]
    assert found["yaxis2"]["zeroline"] is True


def heatmap(values):
    drawn = figure(height=100)
    drawn.add_heatmap(z=values)
    rows, columns = np.mgrid[: values.shape[0], : values.shape[1]]
    drawn.add_scatter(x=columns.ravel(), y=rows.ravel())
    return drawn


def test_a_recognisable_figure_has_the_same_values_unpacked():
    values = np.linspace(-1, 1, 49, dtype=np.float32).reshape(7, 7)
    drawn = heatmap(values)
    same = recognisable(drawn, "")
    assert "bdata" in drawn.to_json()
    assert "bdata" not in same.to_json()
    (cells, points), (same_cells, same_points) = drawn.data, same.data
    np.testing.assert_array_equal(cells.z, same_cells.z)
    np.testing.assert_array_equal([points.x, points.y], [same_points.x, same_points.y])


def test_a_long_array_stays_packed():
    values = np.zeros((80, 80), np.float32)
    drawn = heatmap(values)
    assert "bdata" in recognisable(drawn, "").to_json()


STYLE = {"color": "#123456", "width": 2, "dash": "dot"}
FONT = {"size": 11, "color": FAINT}


def test_lines_equal_those_of_plotly():
    theirs, ours = go.Figure(), go.Figure()
    theirs.add_vline(
        x=4,
        line=STYLE,
        annotation={"text": "apex", "font": FONT, "yanchor": "bottom"},
        annotation_position="top",
    )
    theirs.add_vline(x=5, line=STYLE, name="rival", showlegend=True)
    theirs.add_hline(y=0.5, line=STYLE, annotation={"text": "chance", "font": FONT})
    add_lines(
        ours,
        [
            Line(at=4, upright=True, style=STYLE, text="apex"),
            Line(at=5, upright=True, style=STYLE, entry="rival"),
            Line(at=0.5, style=STYLE, text="chance"),
        ],
    )
    assert ours.to_plotly_json() == theirs.to_plotly_json()


def test_what_is_already_drawn_stays():
    drawn = go.Figure()
    drawn.add_annotation(text="synthetic data")
    add_lines(drawn, [Line(at=1, style=STYLE)])
    add_lines(drawn, [Line(at=2, style=STYLE, text="two")])
    add_lines(drawn, [])
    assert [shape.y0 for shape in drawn.layout.shapes] == [1, 2]
    assert [note.text for note in drawn.layout.annotations] == ["synthetic data", "two"]
