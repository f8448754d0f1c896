"""Confusion matrices in pairs for print: row-normalised, with counts where they are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from mer_core.plots.colour import UNSIGNED, lookup
from mer_core.plots.matrices import Matrix
from mer_core.plots.static.figure import TWO_COLUMNS, StaticFigure, static_figure
from mer_core.plots.theme import FAINT

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

    def draw(page: Figure) -> None:
        for k, group in enumerate(pairs):
            for j, matrix in enumerate(group):
                left = (k % columns * size + j) * (_LEFT + side + _GAP) + _LEFT
                top = height - k // columns * step - _TOP
                box = (left / width, (top - side) / height, side / width, side / height)
                _draw(page.add_axes(box), matrix)
        box = ((width - _BAR + 0.05) / width, (height - _TOP - side) / height, 0.07 / width)
        _bar(page.add_axes((*box, side / height)))
        for i, line in enumerate(note.splitlines()):
            page.text(
                0.005, (foot - 0.1 - 0.13 * i) / height, line, size=6.5, color=FAINT, va="center"
            )

    return static_figure(draw, width=width, height=height, synthetic=synthetic)


def _draw(axes: Axes, matrix: Matrix) -> None:
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


def _bar(axes: Axes) -> None:
    axes.imshow(lookup(UNSIGNED)[::-1, None], extent=(0, 1, 0, 1), aspect="auto")
    axes.set_xticks([])
    axes.yaxis.tick_right()
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"], size=5.5)
    axes.tick_params(length=1.5, pad=1)
    axes.spines[:].set_visible(False)


def _colours() -> ListedColormap:
    return ListedColormap(lookup(UNSIGNED) / 255.0, bad="#f0f1f4")
