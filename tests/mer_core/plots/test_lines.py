"""Lines are those that plotly's own, slower functions draw."""

from __future__ import annotations

import plotly.graph_objects as go

from mer_core.plots.lines import Line, add_lines
from mer_core.plots.theme import FAINT

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
