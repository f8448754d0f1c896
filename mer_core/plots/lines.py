"""Straight lines across a whole figure, as plotly's `add_hline` and `add_vline` draw them.

Those two go through the whole layout again for every line: drawing five key frames took longer
than everything else on a page. Here all lines of a figure are one change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from mer_core.plots.theme import FAINT


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line from edge to edge.

    Attributes:
        at: Where it crosses the other axis.
        upright: Whether it stands, at an x, or lies, at a y.
        style: Of the stroke, as plotly has it.
        text: Written at its end: above a standing line, inside at the right of a lying one.
        entry: Its name in the legend, where it has one.
    """

    at: float
    upright: bool = False
    style: Mapping[str, Any]
    text: str = ""
    entry: str = ""


def add_lines(drawn: go.Figure, lines: Sequence[Line]) -> None:
    """Draws `lines` on `drawn`."""
    if not lines:
        return
    layout: Any = drawn.layout
    layout.shapes = (*layout.shapes, *(_shape(line) for line in lines))
    layout.annotations = (*layout.annotations, *(_note(line) for line in lines if line.text))


def _shape(line: Line) -> go.layout.Shape:
    along, across = ("y", "x") if line.upright else ("x", "y")
    ends = {
        f"{across}ref": across,
        f"{across}0": line.at,
        f"{across}1": line.at,
        f"{along}ref": f"{along} domain",
        f"{along}0": 0,
        f"{along}1": 1,
    }
    legend = {"name": line.entry, "showlegend": True} if line.entry else {}
    return go.layout.Shape(type="line", line=dict(line.style), **ends, **legend)


def _note(line: Line) -> go.layout.Annotation:
    place = (
        {"x": line.at, "xref": "x", "xanchor": "center", "y": 1, "yref": "y domain"}
        if line.upright
        else {"y": line.at, "yref": "y", "x": 1, "xref": "x domain", "xanchor": "right"}
    )
    return go.layout.Annotation(
        text=line.text,
        showarrow=False,
        yanchor="bottom",
        font={"size": 11, "color": FAINT},
        **place,
    )
