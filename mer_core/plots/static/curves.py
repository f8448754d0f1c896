"""Curves over a count for print: accuracy over epochs, with chance as a dotted line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from mer_core.plots.static.figure import ONE_COLUMN, StaticFigure, static_figure
from mer_core.plots.theme import FAINT, PALETTE

_HEIGHT = 2.1


def curve_sheet(
    curves: Mapping[str, npt.NDArray[np.floating] | Sequence[float]],
    *,
    chance: float,
    x: str = "epoch",
    y: str = "accuracy",
    width: float = 1.4 * ONE_COLUMN,
    synthetic: bool = False,
) -> StaticFigure:
    """Draw curves that all begin at 1, from 0 to 1.

    Args:
        curves: Name -> values.
        chance: Where a dotted line stands.
        x: What is counted.
        y: What is drawn.
        width: Inches.
        synthetic: Whether any data were generated.
    """

    def draw(page: Figure) -> None:
        axes: Any = page.add_axes((0.11, 0.19, 0.86, 0.67))
        axes.axhline(
            chance, color=FAINT, linestyle=":", linewidth=0.9, label=f"chance {chance:.0%}"
        )
        for colour, (name, values) in zip(PALETTE, curves.items(), strict=False):
            steps = np.arange(1, len(values) + 1)
            axes.plot(steps, np.asarray(values, float), color=colour, linewidth=1.2, label=name)
        axes.set(xlabel=x, ylabel=y, ylim=(0, 1))
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(curves) + 1, frameon=False)

    return static_figure(draw, width=width, height=_HEIGHT, synthetic=synthetic)
