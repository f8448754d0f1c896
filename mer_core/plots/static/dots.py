"""Scores with intervals beside printed ones, as dots in panels for print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer_core.plots.dots import OURS, RATE, REFERENCE, DotAxis, DotRow
from mer_core.plots.static.figure import TWO_COLUMNS, StaticFigure, static_figure
from mer_core.plots.theme import FAINT

_LINE = 0.145  # inches a row is high
_HEAD, _FOOT, _KEY = 0.24, 0.26, 0.34
_LETTER = 0.053  # inches a letter of a name is wide, on average
_EDGE = 0.26


def dot_sheet(
    rows: Sequence[DotRow],
    *,
    synthetic: bool,
    axis: DotAxis | None = None,
    columns: int = 2,
    width: float = TWO_COLUMNS,
) -> StaticFigure:
    """All groups as panels on one axis.

    Args:
        rows: Panels come in order of their first row.
        synthetic: Whether any data were generated.
        axis: What the numbers are.
        columns: Panels side by side; those of one row that list the same names share them.
        width: Inches.
    """
    axis = axis or DotAxis()
    groups = list(dict.fromkeys(row.group for row in rows))
    inside = {group: [row for row in rows if row.group == group] for group in groups}
    columns = min(columns, len(groups))
    lines = [groups[i : i + columns] for i in range(0, len(groups), columns)]
    tall = [_HEAD + _FOOT + _LINE * max(len(inside[group]) for group in line) for line in lines]
    height = sum(tall) + _KEY
    end = axis.end(rows)

    def draw(page: Figure) -> None:
        top = height
        for line, room in zip(lines, tall, strict=True):
            names = [[row.name for row in inside[group]] for group in line]
            shared = len(line) > 1 and all(one == names[0] for one in names)
            if columns == 1:  # panels below each other begin at one place
                names = [[row.name for row in rows]]
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
        _key(page, rows, axis, height)

    return static_figure(draw, width=width, height=height, synthetic=synthetic)


def _panel(axes: Axes, rows: Sequence[DotRow], axis: DotAxis, end: float, *, named: bool) -> None:
    axes.grid(axis="x")
    axes.set(xlim=(0, end), ylim=(len(rows) - 0.5, -0.5))
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_yticks(range(len(rows)), [row.name for row in rows] if named else [""] * len(rows))
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", length=0, pad=1)
    if axis.chance is not None:
        axes.axvline(axis.chance, color=FAINT, linestyle=":", linewidth=0.9)
    for i, row in enumerate(rows):
        if row.tick is not None:
            axes.plot([row.tick], [i], "|", color=RATE, markersize=7, markeredgewidth=1.4)
        if row.low is not None and row.high is not None:
            axes.plot([row.low, row.high], [i, i], "-", color=OURS)
        if row.value is not None:
            axes.plot([row.value], [i], "o", color=OURS)
        if row.reference is not None:
            axes.plot([row.reference], [i], "o", color=REFERENCE, markerfacecolor="none")
        if row.note:
            axes.text(end, i, row.note, size=5.5, color=FAINT, ha="right", va="center")


def _key(page: Figure, rows: Sequence[DotRow], axis: DotAxis, height: float) -> None:
    """What the marks are, on a line at the foot, and what the numbers are."""
    key = page.add_axes((0, 0, 1, _KEY / height))
    key.set_axis_off()
    shown = []
    style: dict[str, Any]
    if any(row.value is not None for row in rows):
        shown += key.plot([], [], "o-", color=OURS, label=axis.value)
    if any(row.reference is not None for row in rows):
        style = {"color": REFERENCE, "markerfacecolor": "none"}
        shown += key.plot([], [], "o", label=axis.reference, **style)
    if any(row.tick is not None for row in rows):
        style = {"color": RATE, "markersize": 7, "markeredgewidth": 1.4}
        shown += key.plot([], [], "|", label=axis.tick, **style)
    if axis.chance is not None:
        shown += key.plot([], [], ":", color=FAINT, label="chance")
    key.legend(
        handles=shown, loc="center left", ncols=len(shown), title=axis.title, alignment="left"
    )
