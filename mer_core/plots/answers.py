"""A network's answer: probabilities with how far they move, and accuracy over epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mer_core.plots.lines import Line, add_lines
from mer_core.plots.theme import FAINT, PALETTE, figure, fit_labels

_CHANCE = {"color": FAINT, "width": 1, "dash": "dot"}


def probability_bars(
    probabilities: Mapping[str, float],
    spans: Mapping[str, tuple[float, float]],
    *,
    synthetic: bool = False,
) -> go.Figure:
    """One bar per class; the whisker is the range under harmless changes of the clip."""
    names = sorted(probabilities, key=probabilities.__getitem__, reverse=True)
    values = [probabilities[name] for name in names]
    drawn = figure(height=120 + 38 * len(names), synthetic=synthetic)
    add_lines(drawn, [Line(at=1 / len(names), upright=True, style=_CHANCE)])
    drawn.add_bar(
        x=values,
        y=names,
        orientation="h",
        width=0.55,
        marker={"color": [PALETTE[0]] + [FAINT] * (len(names) - 1)},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [spans[name][1] - probabilities[name] for name in names],
            "arrayminus": [probabilities[name] - spans[name][0] for name in names],
            "thickness": 2,
            "width": 6,
            "color": PALETTE[1],
        },
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    drawn.update_layout(
        xaxis={"title": "probability", "range": [0, 1], "tickformat": ".0%"},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False},
        showlegend=False,
    )
    fit_labels(drawn, longest=max(map(len, names)))
    return drawn


def epoch_curves(
    curves: Mapping[str, npt.NDArray[np.floating] | Sequence[float]], *, chance: float
) -> go.Figure:
    """Accuracy over epochs, with chance as a dotted line."""
    drawn = figure(height=280)
    add_lines(drawn, [Line(at=chance, style=_CHANCE, text=f"chance {chance:.0%}")])
    for name, values in curves.items():
        drawn.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=np.asarray(values, float),
            name=name,
            mode="lines",
            hovertemplate=f"epoch %{{x}}: %{{y:.1%}}<extra>{name}</extra>",
        )
    drawn.update_layout(
        xaxis_title="epoch",
        yaxis={"title": "accuracy", "rangemode": "tozero", "tickformat": ".0%"},
        showlegend=True,
    )
    fit_labels(drawn, longest=4, titled=True)
    return drawn


def loss_curves(curves: Mapping[str, Sequence[float]]) -> go.Figure:
    """Draw the training loss over epochs, one line per fold."""
    drawn = figure(height=240)
    for name, values in curves.items():
        drawn.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=np.asarray(values, float),
            name=name,
            mode="lines+markers",
            hovertemplate=f"epoch %{{x}}: %{{y:.3f}}<extra>{name}</extra>",
        )
    drawn.update_layout(
        xaxis={"title": "epoch", "dtick": 1 if max(map(len, curves.values())) < 12 else None},
        yaxis={"title": "training loss", "rangemode": "tozero"},
        showlegend=True,
    )
    fit_labels(drawn, longest=4, titled=True)
    return drawn
