"""Measured cells as dots with intervals in panels for print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer_core.plots.dots import OURS, RATE, REFERENCE, DotAxis
from mer_core.plots.static.figure import TWO_COLUMNS, StaticFigure, static_figure
from mer_core.plots.tables import MeasuredCell
from mer_core.plots.theme import FAINT

_LINE = 0.145  # inches a row is high
_HEAD, _FOOT, _KEY = 0.24, 0.26, 0.34
_LETTER = 0.053  # inches a letter of a name is wide, on average
_EDGE = 0.26


def dot_sheet(
    cells: Sequence[MeasuredCell],
    *,
    synthetic: bool,
    axis: DotAxis | None = None,
    columns: int = 2,
    width: float = TWO_COLUMNS,
) -> StaticFigure:
    """Draw all setups as panels on one axis.

    Args:
        cells: Panels, one for each setup, come in order of their first cell.
        synthetic: Whether any data were generated.
        axis: What the numbers are.
        columns: Panels side by side; those of one row that list the same names share them.
        width: Inches.
    """
    axis = axis or DotAxis()
    groups = list(dict.fromkeys(cell.setup for cell in cells))
    inside = {group: [cell for cell in cells if cell.setup == group] for group in groups}
    columns = min(columns, len(groups))
    lines = [groups[i : i + columns] for i in range(0, len(groups), columns)]
    tall = [_HEAD + _FOOT + _LINE * max(len(inside[group]) for group in line) for line in lines]
    height = sum(tall) + _KEY
    end = axis.end(cells)

    def draw(page: Figure) -> None:
        top = height
        for line, room in zip(lines, tall, strict=True):
            names = [[cell.method for cell in inside[group]] for group in line]
            shared = len(line) > 1 and all(one == names[0] for one in names)
            if columns == 1:  # panels below each other begin at one place
                names = [[cell.method for cell in cells]]
            margins = [
                _LETTER * max(map(len, one)) + 0.08 if i == 0 or not shared else 0.0
                for i, one in enumerate(names)
            ]
            spare = width - sum(margins) - _EDGE * columns
            if len(line) < columns:
                spare *= len(line) / columns
            left = 0.0
            for group, margin in zip(line, margins, strict=True):
                left += margin
                wide, high = spare / len(line), _LINE * len(inside[group])
                box = (left, top - _HEAD - high, wide, high)
                axes = page.add_axes(
                    (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
                )
                _panel(axes, inside[group], axis, end, named=margin > 0)
                axes.set_title(group, pad=4)
                left += wide + _EDGE
            top -= room
        _key(page, cells, axis, height)

    return static_figure(draw, width=width, height=height, synthetic=synthetic)


def _panel(
    axes: Axes, cells: Sequence[MeasuredCell], axis: DotAxis, end: float, *, named: bool
) -> None:
    axes.grid(axis="x")
    axes.set(xlim=(0, end), ylim=(len(cells) - 0.5, -0.5))
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_yticks(
        range(len(cells)), [cell.method for cell in cells] if named else [""] * len(cells)
    )
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", length=0, pad=1)
    if axis.chance is not None:
        axes.axvline(axis.chance, color=FAINT, linestyle=":", linewidth=0.9)
    for i, cell in enumerate(cells):
        if cell.rate is not None:
            axes.plot([cell.rate], [i], "|", color=RATE, markersize=7, markeredgewidth=1.4)
        if cell.low is not None and cell.high is not None:
            axes.plot([cell.low, cell.high], [i, i], "-", color=OURS)
        if cell.value is not None:
            axes.plot([cell.value], [i], "o", color=OURS)
        if cell.printed is not None:
            axes.plot([cell.printed], [i], "o", color=REFERENCE, markerfacecolor="none")
        if cell.note:
            axes.text(end, i, cell.note, size=5.5, color=FAINT, ha="right", va="center")


def _key(page: Figure, cells: Sequence[MeasuredCell], axis: DotAxis, height: float) -> None:
    """What the marks are, on a line at the foot, and what the numbers are."""
    key = page.add_axes((0, 0, 1, _KEY / height))
    key.set_axis_off()
    shown = []
    style: dict[str, Any]
    if any(cell.value is not None for cell in cells):
        shown += key.plot([], [], "o-", color=OURS, label=axis.value)
    if any(cell.printed is not None for cell in cells):
        style = {"color": REFERENCE, "markerfacecolor": "none"}
        shown += key.plot([], [], "o", label=axis.reference, **style)
    if any(cell.rate is not None for cell in cells):
        style = {"color": RATE, "markersize": 7, "markeredgewidth": 1.4}
        shown += key.plot([], [], "|", label=axis.tick, **style)
    if axis.chance is not None:
        shown += key.plot([], [], ":", color=FAINT, label="chance")
    key.legend(
        handles=shown, loc="center left", ncols=len(shown), title=axis.title, alignment="left"
    )
