"""Heat maps of counts: confusion matrices, and who shows what in a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mer_core.plots.colour import UNSIGNED, plotly_scale
from mer_core.plots.theme import figure

Shares = npt.NDArray[np.floating]


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

    @classmethod
    def absent(cls, title: str, reason: str) -> Matrix:
        """A title without a matrix: nothing was counted, which is not the same as zeros."""
        return cls(title=title, classes=(), shares=np.zeros((0, 0)), note=reason)

    @property
    def accuracy(self) -> float:
        """Sum of the diagonal."""
        return float(np.trace(self.shares))

    @property
    def recalls(self) -> Shares:
        """Each cell's share of its true class; NaN in a row without clips."""
        rows = self.shares.sum(axis=1, keepdims=True)
        return np.divide(
            self.shares, rows, out=np.full_like(self.shares, np.nan, float), where=rows > 0
        )


def confusion_figure(matrix: Matrix, *, synthetic: bool = False) -> go.Figure:
    """A matrix as an interactive figure: shares of the true class, and counts in the cells.

    Where counts are not known, shares of all clips stand there in brackets.
    """
    recalls, counts = matrix.recalls, matrix.counts
    size = range(len(matrix.classes))
    # Short, because what is wide is written small on a telephone.
    inside = [
        [f"({matrix.shares[i, j]:.2f})" if counts is None else str(counts[i, j]) for j in size]
        for i in size
    ]
    below = [["" if counts is None else f"{_clips(counts[i, j])}, " for j in size] for i in size]
    drawn = figure(height=110 + 62 * len(matrix.classes), title=matrix.title, synthetic=synthetic)
    drawn.add_heatmap(
        z=recalls,
        x=list(matrix.classes),
        y=list(matrix.classes),
        zmin=0,
        zmax=1,
        colorscale=plotly_scale(UNSIGNED),
        text=[
            [
                "" if np.isnan(recalls[i, j]) else f"{recalls[i, j]:.2f}<br>{inside[i][j]}"
                for j in size
            ]
            for i in size
        ],
        texttemplate="%{text}",
        customdata=[
            [f"{below[i][j]}{matrix.shares[i, j]:.1%} of all clips" for j in size] for i in size
        ],
        hovertemplate="true %{y}, predicted %{x}<br>%{z:.1%} of true %{y}<br>%{customdata}"
        "<extra></extra>",
        colorbar={"title": {"text": "share", "side": "right"}, "thickness": 12},
        xgap=2,
        ygap=2,
    )
    drawn.update_layout(
        xaxis={"title": "predicted", "showgrid": False},
        yaxis={"title": "true", "autorange": "reversed", "showgrid": False},
    )
    return drawn


def _clips(count: int) -> str:
    return f"{count} clip{'' if count == 1 else 's'}"


def subject_overview(
    clips: Sequence[tuple[str, str]], *, title: str = "", synthetic: bool = False
) -> go.Figure:
    """A table of counts, subjects down and emotions across; empty cells stay empty.

    Args:
        clips: Subject and emotion of each clip.
        title: Title of the dataset.
        synthetic: Whether the clips were generated.
    """
    counts = Counter(clips)
    subjects = sorted({subject for subject, _ in clips})
    emotions = [name for name, _ in Counter(emotion for _, emotion in clips).most_common()]
    cells = [[counts.get((who, what)) for what in emotions] for who in subjects]
    drawn = figure(height=110 + 24 * len(subjects), title=title, synthetic=synthetic)
    drawn.add_heatmap(
        x=emotions,
        y=subjects,
        z=cells,
        texttemplate="%{z}",
        colorscale=plotly_scale(UNSIGNED),
        colorbar={"title": "clips"},
        hovertemplate="%{y}, %{x}: %{z} clips<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    return drawn
