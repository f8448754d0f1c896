"""Charts for print: dots with intervals, confusion matrices, and curves over epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from mer_core.plots.colour import UNSIGNED, lookup
from mer_core.plots.dots import OURS, RATE, REFERENCE, DotAxis
from mer_core.plots.matrices import Matrix
from mer_core.plots.static.figure import (
    ONE_COLUMN,
    TWO_COLUMNS,
    StaticFigure,
    add_axes,
    draw_bar,
    static_figure,
)
from mer_core.plots.tables import MeasuredCell
from mer_core.plots.theme import FAINT, PALETTE

_LINE = 0.145  # inches a row is high
_HEAD, _TICKS, _KEY = 0.24, 0.26, 0.34
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
    tall = [_HEAD + _TICKS + _LINE * max(len(inside[group]) for group in line) for line in lines]
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
                axes = add_axes(page, (left, top - _HEAD - high, wide, high), (width, height))
                _panel(axes, inside[group], axis, end, named=margin > 0)
                axes.set_title(group, pad=4)
                left += wide + _EDGE
            top -= room
        _key(page, cells, axis, height)

    drawn = static_figure(draw, width=width, height=height, synthetic=synthetic)
    names = ", ".join(dict.fromkeys(cell.method for cell in cells))
    return replace(drawn, alt=f"{axis.title} of {names}, on {', '.join(groups)}")


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
            # Half of a dot at an end of the axis would be cut away.
            axes.plot([cell.value], [i], "o", color=OURS, clip_on=0 < cell.value < end)
        if cell.printed is not None:
            axes.plot([cell.printed], [i], "o", color=REFERENCE, markerfacecolor="none")
        if cell.note:
            axes.text(end, i, cell.note, size=5.5, color=FAINT, ha="right", va="center")


def _key(page: Figure, cells: Sequence[MeasuredCell], axis: DotAxis, height: float) -> None:
    """Draw the legend of the marks and the title of the numbers at the foot."""
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


_LEFT, _TOP, _GAP, _FOOT = 0.34, 0.4, 0.12, 0.17
_BAR = 0.42


def confusion_sheet(
    pairs: Sequence[Sequence[Matrix]],
    *,
    synthetic: bool,
    columns: int = 2,
    note: str = "",
    width: float = TWO_COLUMNS,
) -> StaticFigure:
    """Groups of matrices, `columns` groups to a line, on one scale of colours from 0 to 1.

    Args:
        pairs: Groups that stand together; a matrix without classes is a title and says why.
        synthetic: Whether any data were generated.
        columns: Groups side by side.
        note: Below everything.
        width: Inches.
    """
    size = max(len(group) for group in pairs)
    columns = min(columns, len(pairs))
    side = (width - _BAR) / (columns * size) - _LEFT - _GAP
    step = _TOP + side + _FOOT
    lines = -(-len(pairs) // columns)
    foot = 0.06 + 0.13 * len(note.splitlines())
    height = lines * step + foot

    whole = (width, height)

    def draw(page: Figure) -> None:
        for k, group in enumerate(pairs):
            for j, matrix in enumerate(group):
                left = (k % columns * size + j) * (_LEFT + side + _GAP) + _LEFT
                top = height - k // columns * step - _TOP
                _draw_matrix(add_axes(page, (left, top - side, side, side), whole), matrix)
        bar = add_axes(page, (width - _BAR + 0.05, height - _TOP - side, 0.07, side), whole)
        draw_bar(bar, UNSIGNED, {"0": 0, "0.5": 0.5, "1": 1})
        for i, line in enumerate(note.splitlines()):
            page.text(
                0.005, (foot - 0.1 - 0.13 * i) / height, line, size=6.5, color=FAINT, va="center"
            )

    return static_figure(draw, width=width, height=height, synthetic=synthetic)


def _draw_matrix(axes: Axes, matrix: Matrix) -> None:
    axes.spines[:].set_visible(False)
    axes.set_title(matrix.title, loc="left", pad=12, x=-0.22, size=7)
    count = len(matrix.classes)
    if not count:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, matrix.note, ha="center", va="center", color=FAINT)
        return
    rows = matrix.recalls
    axes.imshow(rows, cmap=_colours(), vmin=0, vmax=1, interpolation="nearest", aspect="auto")
    axes.set_xticks(range(count), matrix.classes)
    axes.set_yticks(range(count), matrix.classes)
    axes.tick_params(length=0, pad=1.5, top=False, labeltop=True, bottom=False, labelbottom=False)
    # Lines of paper between cells.
    axes.set_xticks(np.arange(0.5, count - 1), minor=True)
    axes.set_yticks(np.arange(0.5, count - 1), minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    below = matrix.counts if matrix.counts is not None else matrix.shares
    form = "{:d}" if matrix.counts is not None else "({:.2f})"
    for i in range(count):
        for j in range(count):
            if np.isnan(rows[i, j]):
                continue
            ink = "white" if rows[i, j] < 0.5 else "black"
            style: Any = {"ha": "center", "color": ink}
            axes.text(j, i - 0.02, f"{rows[i, j]:.2f}", size=6.5, va="bottom", **style)
            axes.text(j, i + 0.08, form.format(below[i, j]), size=5.5, va="top", **style)
    axes.text(-0.5, count - 0.32, matrix.note, size=6, color=FAINT, va="top")


def _colours() -> ListedColormap:
    return ListedColormap(lookup(UNSIGNED) / 255.0, bad="#f0f1f4")


def curve_sheet(
    curves: Mapping[str, npt.NDArray[np.floating] | Sequence[float]],
    *,
    chance: float,
) -> StaticFigure:
    """Draw accuracies by epoch, from 0 to 1.

    Args:
        curves: Name -> accuracy after each epoch.
        chance: Height of a dotted line.
    """

    def draw(page: Figure) -> None:
        axes: Any = page.add_axes((0.11, 0.19, 0.86, 0.67))
        axes.axhline(
            chance, color=FAINT, linestyle=":", linewidth=0.9, label=f"chance {chance:.0%}"
        )
        for colour, (name, values) in zip(PALETTE, curves.items(), strict=False):
            steps = np.arange(1, len(values) + 1)
            axes.plot(steps, np.asarray(values, float), color=colour, linewidth=1.2, label=name)
        axes.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(curves) + 1, frameon=False)

    return static_figure(draw, width=1.4 * ONE_COLUMN, height=2.1, synthetic=False)
