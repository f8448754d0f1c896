"""Confusion matrices as the paper prints them, shares of all clips, with counts where known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mer_core.plots.canvas import Canvas
from mer_core.plots.colour import UNSIGNED, lookup, plotly_scale
from mer_core.plots.raster import FAINT, INK, PAPER, Rgb, stamp_synthetic
from mer_core.plots.theme import figure

Shares = npt.NDArray[np.floating]

_CELL, _MARGIN, _TOP, _FOOT = 58, 84, 66, 26


@dataclass(frozen=True, eq=False, kw_only=True)
class Matrix:
    """A confusion matrix to draw.

    Attributes:
        title: What it is of.
        classes: Row and column names; rows are true, columns predicted.
        shares: Each cell's share of all clips; they sum to 1.
        counts: Clips per cell, where known.
        note: One line below it, or "".
    """

    title: str
    classes: tuple[str, ...]
    shares: Shares
    counts: npt.NDArray[np.integer] | None = None
    note: str = ""

    @classmethod
    def counted(
        cls, title: str, classes: Sequence[str], counts: npt.ArrayLike, note: str = ""
    ) -> Matrix:
        """From counts."""
        cells = np.asarray(counts, int)
        return cls(
            title=title,
            classes=tuple(classes),
            shares=cells / max(int(cells.sum()), 1),
            counts=cells,
            note=note,
        )

    @property
    def accuracy(self) -> float:
        """Sum of the diagonal."""
        return float(np.trace(self.shares))


def confusion_figure(matrix: Matrix, *, synthetic: bool = False) -> go.Figure:
    """A matrix as an interactive figure: shares in the cells, counts and recalls on hovering."""
    rows = matrix.shares.sum(axis=1, keepdims=True)
    recalls = np.divide(matrix.shares, rows, out=np.zeros_like(matrix.shares), where=rows > 0)
    known = matrix.counts is not None
    counts = [[f"{n} clips, " if known else "" for n in line] for line in _counts(matrix)]
    hover = [
        [f"{counts[i][j]}{recalls[i, j]:.0%} of true {name}" for j in range(len(matrix.classes))]
        for i, name in enumerate(matrix.classes)
    ]
    drawn = figure(height=90 + 62 * len(matrix.classes), title=matrix.title, synthetic=synthetic)
    drawn.add_heatmap(
        z=matrix.shares,
        x=list(matrix.classes),
        y=list(matrix.classes),
        zmin=0,
        zmax=max(0.5, float(matrix.shares.max())),
        colorscale=plotly_scale(UNSIGNED),
        text=[[f"{share:.2f}" for share in line] for line in matrix.shares],
        texttemplate="%{text}",
        customdata=hover,
        hovertemplate="true %{y}, answered %{x}<br>%{z:.3f} of all clips<br>%{customdata}"
        "<extra></extra>",
        colorbar={"title": "share", "thickness": 12},
        xgap=2,
        ygap=2,
    )
    drawn.update_layout(
        xaxis={"title": "answered", "showgrid": False},
        yaxis={"title": "true", "autorange": "reversed", "showgrid": False},
    )
    return drawn


def confusion_sheet(
    matrices: Sequence[Matrix], *, columns: int, title: str = "", synthetic: bool
) -> Rgb:
    """Matrices side by side on one colour scale; one without classes leaves its place empty."""
    size = max(len(matrix.classes) for matrix in matrices)
    high = max(0.5, *(float(matrix.shares.max(initial=0)) for matrix in matrices))
    width = _MARGIN + size * _CELL + 16
    height = _TOP + size * _CELL + _FOOT
    columns = min(columns, len(matrices))
    head = 34 if title else 0
    page = Canvas(columns * width, -(-len(matrices) // columns) * height + head)
    if title:
        page.text(title, (16, 18), size=11)
    for i, matrix in enumerate(matrices):
        corner = (i % columns * width, i // columns * height + head)
        _matrix(page, corner, matrix, high, width - 16)
    return stamp_synthetic(page.image) if synthetic else page.image


def _matrix(
    page: Canvas, corner: tuple[int, int], matrix: Matrix, high: float, width: float
) -> None:
    if not matrix.classes:
        return
    left, top = corner[0] + _MARGIN, corner[1] + _TOP
    table = lookup(UNSIGNED)
    page.text(matrix.title, (corner[0] + 16, corner[1] + 14), size=9.5, width=width)
    page.text("true / answered", (corner[0] + 16, corner[1] + 36), size=7, colour=FAINT)
    for i, name in enumerate(matrix.classes):
        middle = (i + 0.5) * _CELL
        page.text(name, (left - 8, top + middle), size=8.5, align="right", width=_MARGIN - 14)
        page.text(name, (left + middle, top - 12), size=8.5, align="centre", width=_CELL - 4)
        for j in range(len(matrix.classes)):
            share = float(matrix.shares[i, j])
            colour = table[round(255 * min(1.0, share / high))]
            fill = (int(colour[0]), int(colour[1]), int(colour[2]))
            x, y = left + j * _CELL, top + i * _CELL
            page.box((x, y), (_CELL - 2, _CELL - 2), fill=fill, edge=None)
            ink = INK if sum(fill) > 380 else PAPER
            counted = matrix.counts is not None
            page.text(
                f"{share:.2f}",
                (x + _CELL / 2, y + _CELL * (0.4 if counted else 0.5)),
                size=10,
                colour=ink,
                align="centre",
            )
            if matrix.counts is not None:
                page.text(
                    str(matrix.counts[i, j]),
                    (x + _CELL / 2, y + _CELL * 0.7),
                    size=7.5,
                    colour=ink,
                    align="centre",
                )
    page.text(matrix.note, (left, top + len(matrix.classes) * _CELL + 8), size=7.5, colour=FAINT)


def _counts(matrix: Matrix) -> npt.NDArray[np.integer]:
    return np.zeros(matrix.shares.shape, int) if matrix.counts is None else matrix.counts
