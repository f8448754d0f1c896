"""Measured cells as dots with intervals on one axis, beside what the paper prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from mer_core.plots.tables import MeasuredCell
from mer_core.plots.theme import DOTTED, PALETTE, Line, add_lines, figure, fit_labels

OURS, REFERENCE, RATE = PALETTE[0], PALETTE[1], PALETTE[6]


@dataclass(frozen=True, kw_only=True)
class DotAxis:
    """Meaning of a chart's numbers.

    Attributes:
        title: Title of the axis, with its unit.
        value: What a dot is.
        reference: What a ring is.
        tick: What a bar is.
        high: End of the axis, which begins at 0; None fits the values.
        chance: Where a dotted line stands, or None.
    """

    title: str = "accuracy, per cent"
    value: str = "ours, 95 % interval"
    reference: str = "paper"
    tick: str = "majority rate"
    high: float | None = 100.0
    chance: float | None = None

    def end(self, cells: Sequence[MeasuredCell]) -> float:
        """Where the axis ends so that everything in `cells` is on it."""
        if self.high is not None:
            return self.high
        marks = [m for c in cells for m in (c.printed, c.value, c.high, c.rate) if m is not None]
        return 1.06 * max(marks, default=1.0)


def dot_figure(
    cells: Sequence[MeasuredCell],
    *,
    axis: DotAxis | None = None,
    title: str = "",
    synthetic: bool = False,
) -> go.Figure:
    """Draw the cells of one setup as an interactive figure; hovering tells all digits."""
    axis = axis or DotAxis()
    names = [cell.method for cell in cells]
    drawn = figure(height=150 + 26 * len(cells), title=title, synthetic=synthetic)
    ours = [cell for cell in cells if cell.value is not None]
    if any(cell.rate is not None for cell in cells):
        drawn.add_scatter(
            x=[cell.rate for cell in cells],
            y=names,
            name=axis.tick,
            mode="markers",
            marker={"symbol": "line-ns", "size": 14, "line": {"width": 2, "color": RATE}},
        )
    drawn.add_scatter(
        x=[cell.value for cell in ours],
        y=[cell.method for cell in ours],
        name=axis.value,
        mode="markers",
        marker={"size": 9, "color": OURS},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [_gap(cell.high, cell.value) for cell in ours],
            "arrayminus": [_gap(cell.value, cell.low) for cell in ours],
            "color": OURS,
        },
    )
    if any(cell.printed is not None for cell in cells):
        drawn.add_scatter(
            x=[cell.printed for cell in cells],
            y=names,
            name=axis.reference,
            mode="markers",
            marker={
                "symbol": "circle-open",
                "size": 11,
                "color": REFERENCE,
                "line": {"width": 2},
            },
        )
    if axis.chance is not None:
        style = DOTTED
        add_lines(drawn, [Line(at=axis.chance, upright=True, style=style, text="chance")])
    drawn.update_layout(
        xaxis={"title": axis.title, "range": [0, axis.end(cells)]},
        yaxis={"autorange": "reversed", "categoryorder": "array", "categoryarray": names},
        showlegend=True,
        # Title above legend, so that neither hides the other in a narrow column.
        title={"x": 0, "xanchor": "left", "y": 1, "yanchor": "top", "pad": {"t": 6, "l": 8}},
        legend={"yref": "container", "y": 0, "yanchor": "bottom"},
        margin={"t": 56, "b": 76},
    )
    drawn.update_traces(hovertemplate="%{y}: %{x:.4~g}<extra>%{fullData.name}</extra>")
    fit_labels(drawn, longest=max(map(len, names), default=0))
    return drawn


def _gap(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else high - low
