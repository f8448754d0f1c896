"""Printed figures and our own as dots on one axis: a picture for files, a figure for pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from mer_core.plots.canvas import Canvas, rgb
from mer_core.plots.colour import Rgb
from mer_core.plots.raster import FAINT, stamp_synthetic
from mer_core.plots.theme import PALETTE, figure

_OURS, _THEIRS, _RATE = PALETTE[0], PALETTE[1], PALETTE[6]
_LINE, _HEAD, _AXIS, _EDGE = 20, 30, 300, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class DotRow:
    """One line of the chart, in per cent.

    Attributes:
        group: Which panel.
        name: Of the line.
        reference: The printed figure, a ring.
        value: Ours, a dot.
        low: Lower end of our interval.
        high: Upper end.
        tick: A rate to be beaten, a bar.
        note: Why there is no value.
    """

    group: str
    name: str
    reference: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    tick: float | None = None
    note: str = ""


def dot_chart(
    rows: Sequence[DotRow],
    *,
    title: str,
    legend: str,
    synthetic: bool,
    columns: int = 2,
    names: int = 130,
) -> Rgb:
    """All groups as panels of one picture; `names` is the room for the names of lines."""
    groups = list(dict.fromkeys(row.group for row in rows))
    inside = {group: [row for row in rows if row.group == group] for group in groups}
    tallest = max(len(lines) for lines in inside.values())
    columns = min(columns, len(groups))
    width = names + _AXIS + 2 * _EDGE
    height = _HEAD + tallest * _LINE + 36
    down = -(-len(groups) // columns)
    page = Canvas(columns * width, down * height + 60)
    page.text(title, (_EDGE, 16), size=11)
    page.text(legend, (_EDGE, 36), size=9, colour=FAINT)
    for i, group in enumerate(groups):
        corner = (i % columns * width, i // columns * height + 56)
        _panel(page, corner, group, inside[group], names)
    return stamp_synthetic(page.image) if synthetic else page.image


def _panel(
    page: Canvas, corner: tuple[int, int], group: str, rows: Sequence[DotRow], names: int
) -> None:
    left, top = corner[0] + _EDGE + names, corner[1] + _HEAD
    bottom = top + len(rows) * _LINE
    page.text(group, (left, corner[1] + 14), size=11)
    for mark in range(0, 101, 25):
        x = left + mark / 100 * _AXIS
        page.line([(x, top), (x, bottom)], colour=(225, 226, 230))
        page.text(f"{mark}", (x, bottom + 10), size=8, colour=FAINT, align="centre")
    for i, row in enumerate(rows):
        _dots(page, left, top + (i + 0.5) * _LINE, row, names)


def _dots(page: Canvas, left: float, y: float, row: DotRow, names: int) -> None:
    def x(value: float) -> float:
        return left + value / 100 * _AXIS

    page.text(row.name, (left - 10, y), size=9, align="right", width=names - 10)
    if row.tick is not None:
        page.line([(x(row.tick), y - 7), (x(row.tick), y + 7)], colour=rgb(_RATE), thickness=2)
    if row.low is not None and row.high is not None:
        page.line([(x(row.low), y), (x(row.high), y)], colour=rgb(_OURS), thickness=1.5)
    if row.value is not None:
        page.circle((x(row.value), y), 4, colour=rgb(_OURS))
    if row.reference is not None:
        page.circle((x(row.reference), y), 4.5, colour=rgb(_THEIRS), hollow=True)
    if row.note:
        page.text(row.note, (left + _AXIS - 4, y), size=7, colour=FAINT, align="right")


def dot_figure(rows: Sequence[DotRow], *, title: str = "", synthetic: bool = False) -> go.Figure:
    """One group as an interactive figure; hovering tells all digits."""
    names = [row.name for row in rows]
    drawn = figure(height=134 + 26 * len(rows), title=title, synthetic=synthetic)
    ours = [row for row in rows if row.value is not None]
    drawn.add_scatter(
        x=[row.tick for row in rows],
        y=names,
        name="majority rate",
        mode="markers",
        marker={"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": _RATE}},
    )
    drawn.add_scatter(
        x=[row.value for row in ours],
        y=[row.name for row in ours],
        name="ours",
        mode="markers",
        marker={"size": 9, "color": _OURS},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [_gap(row.high, row.value) for row in ours],
            "arrayminus": [_gap(row.value, row.low) for row in ours],
            "color": _OURS,
        },
    )
    drawn.add_scatter(
        x=[row.reference for row in rows],
        y=names,
        name="paper",
        mode="markers",
        marker={"symbol": "circle-open", "size": 11, "color": _THEIRS, "line": {"width": 2}},
    )
    drawn.update_layout(
        xaxis={"title": "accuracy, per cent", "range": [0, 100]},
        yaxis={"autorange": "reversed", "categoryorder": "array", "categoryarray": names},
        showlegend=True,
        # Title above legend, so that neither hides the other in a narrow column.
        title={"x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"t": 6, "l": 8}},
        margin={"t": 64},
    )
    drawn.update_traces(hovertemplate="%{y}: %{x:.2f} %<extra>%{fullData.name}</extra>")
    return drawn


def _gap(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else high - low
