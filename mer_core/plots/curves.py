"""Curves over frames and epochs: weights, intensities, shares of an attribution, training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mer_core.plots.theme import DOTTED, FAINT, PALETTE, Line, add_lines, figure, fit_labels

Curve = npt.NDArray[np.floating]

_ZERO = Line(at=0, style={"color": FAINT, "width": 1})
_BRUSH: dict[str, Any] = {"dragmode": "select", "selectdirection": "h"}
_ROOM_FOR_NAMES = 64
_TICK = 5  # characters of a number on an axis, such as -1000 or 0.075


def weight_curves(
    frame_numbers: Sequence[int],
    weights: Mapping[str, Curve],
    *,
    key_frames: Mapping[str, int] | None = None,
    synthetic: bool = False,
) -> go.Figure:
    """Weight of each frame in the affective-motion image, one line per named weighting.

    The markers let a reader brush a range of frames; onset, apex and offset are dotted lines.
    """
    drawn = figure(height=280, synthetic=synthetic)
    for name, values in weights.items():
        drawn.add_scatter(
            x=list(frame_numbers),
            y=np.asarray(values, float),
            name=name,
            mode="lines+markers",
            marker={"size": 6},
            hovertemplate=f"frame %{{x}}<br>{name} %{{y:.3f}}<extra></extra>",
        )
    add_lines(drawn, [_ZERO, *_key_frames(drawn, key_frames)])
    drawn.update_layout(xaxis_title="frame", yaxis_title="weight", showlegend=True, **_BRUSH)
    fit_labels(drawn, longest=_TICK, titled=True)
    return drawn


def weights_and_intensities(
    weights: Mapping[str, Curve],
    weighted: Sequence[int],
    intensities: Mapping[str, Curve],
    frame_numbers: Sequence[int],
    *,
    key_frames: Mapping[str, int] | None = None,
    synthetic: bool = True,
) -> go.Figure:
    """`weight_curves` over the intensity of each action unit, on one axis of frames.

    Args:
        weights: Weight of each frame that has one, by the name of the weighting.
        weighted: Numbers of those frames.
        intensities: Intensity of each action unit in every frame, by the name of the unit.
        frame_numbers: Numbers of all frames.
        key_frames: Names and numbers of onset, apex, offset.
        synthetic: Whether the clip was generated, as all are whose intensities are known.
    """
    drawn = weight_curves(weighted, weights, key_frames=key_frames, synthetic=synthetic)
    for i, (name, values) in enumerate(intensities.items(), start=len(weights)):
        drawn.add_scatter(
            x=list(frame_numbers),
            y=np.asarray(values, float),
            name=name,
            mode="lines",
            line={"width": 2, "color": PALETTE[i % len(PALETTE)]},
            yaxis="y2",
            hovertemplate=f"{name} at frame %{{x}}: %{{y:.2f}}<extra></extra>",
        )
    drawn.update_layout(
        height=430,
        dragmode="zoom",
        xaxis_anchor="y2",
        yaxis_domain=[0.45, 1],
        yaxis2={"domain": [0, 0.33], "title": "intensity", "rangemode": "tozero"},
    )
    drawn.update_shapes({"yref": "paper"}, {"yref": "y domain"})
    fit_labels(drawn, longest=_TICK, titled=True)
    return drawn


def share_curve(
    frame_numbers: Sequence[int],
    shares: Mapping[str, Curve],
    *,
    key_frames: Mapping[str, int] | None = None,
    synthetic: bool = False,
    title: str = "share",
    brush: bool = False,
) -> go.Figure:
    """How much each frame contributes to something, one line per method, model or region.

    With `brush` a reader can drag across the curve to choose frames, rather than zoom.
    """
    drawn = figure(height=250, synthetic=synthetic)
    for name, values in shares.items():
        drawn.add_scatter(
            x=list(frame_numbers), y=np.asarray(values, float), name=name, mode="lines+markers"
        )
    add_lines(drawn, [_ZERO, *_key_frames(drawn, key_frames)])
    drawn.update_layout(xaxis_title="frame", yaxis_title=title, showlegend=len(shares) > 1)
    fit_labels(drawn, longest=_TICK, titled=True)
    if brush:
        drawn.update_layout(**_BRUSH)
    return drawn


def _key_frames(drawn: go.Figure, key_frames: Mapping[str, int] | None) -> list[Line]:
    # The legend in the upper edge, where it hides no name of a key frame.
    drawn.update_layout(
        legend={"yref": "container", "y": 1, "yanchor": "top"}, margin={"t": _ROOM_FOR_NAMES}
    )
    style = DOTTED
    named = (key_frames or {}).items()
    return [Line(at=number, upright=True, style=style, text=name) for name, number in named]


def epoch_curves(curves: Mapping[str, Curve | Sequence[float]], *, chance: float) -> go.Figure:
    """Accuracy over epochs, with chance as a dotted line."""
    drawn = _over_epochs(curves, height=280, mode="lines", form=".1%")
    style = DOTTED
    add_lines(drawn, [Line(at=chance, style=style, text=f"chance {chance:.0%}")])
    drawn.update_layout(
        xaxis_title="epoch", yaxis={"title": "accuracy", "rangemode": "tozero", "tickformat": ".0%"}
    )
    return drawn


def loss_curves(curves: Mapping[str, Sequence[float]]) -> go.Figure:
    """Draw the training loss over epochs, one line per fold."""
    drawn = _over_epochs(curves, height=240, mode="lines+markers", form=".3f")
    drawn.update_layout(
        xaxis={"title": "epoch", "dtick": 1 if max(map(len, curves.values())) < 12 else None},
        yaxis={"title": "training loss", "rangemode": "tozero"},
    )
    return drawn


def _over_epochs(
    curves: Mapping[str, Curve | Sequence[float]], *, height: int, mode: str, form: str
) -> go.Figure:
    drawn = figure(height=height)
    for name, values in curves.items():
        drawn.add_scatter(
            x=list(range(1, len(values) + 1)),
            y=np.asarray(values, float),
            name=name,
            mode=mode,
            hovertemplate=f"epoch %{{x}}: %{{y:{form}}}<extra>{name}</extra>",
        )
    drawn.update_layout(showlegend=True)
    fit_labels(drawn, longest=4, titled=True)
    return drawn
