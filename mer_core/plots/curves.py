"""Curves over time: frame weights, motion, action-unit intensities, shares of an attribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mer_core.plots.theme import FAINT, PALETTE, figure

Curve = npt.NDArray[np.floating]

_BRUSH: dict[str, Any] = {"dragmode": "select", "selectdirection": "h"}
_ROOM_FOR_NAMES = 64


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
    drawn.add_hline(y=0, line={"color": FAINT, "width": 1})
    for name, values in weights.items():
        drawn.add_scatter(
            x=list(frame_numbers),
            y=np.asarray(values, float),
            name=name,
            mode="lines+markers",
            marker={"size": 6},
            hovertemplate=f"frame %{{x}}<br>{name} %{{y:.3f}}<extra></extra>",
        )
    _mark_key_frames(drawn, key_frames or {})
    drawn.update_layout(xaxis_title="frame", yaxis_title="weight", showlegend=True, **_BRUSH)
    return drawn


def intensity_curves(
    frame_numbers: Sequence[int],
    names: Sequence[str],
    curves: Curve,
    *,
    key_frames: Mapping[str, int] | None = None,
    synthetic: bool = True,
) -> go.Figure:
    """Intensity of each action unit over time; `curves` is frames x units."""
    drawn = figure(height=250, synthetic=synthetic)
    for i, name in enumerate(names):
        drawn.add_scatter(
            x=list(frame_numbers),
            y=np.asarray(curves[:, i], float),
            name=name,
            mode="lines",
            line={"width": 2, "color": PALETTE[i % len(PALETTE)]},
            hovertemplate=f"{name} at frame %{{x}}: %{{y:.2f}}<extra></extra>",
        )
    _mark_key_frames(drawn, key_frames or {})
    drawn.update_layout(
        xaxis_title="frame", yaxis_title="intensity", yaxis_rangemode="tozero", showlegend=True
    )
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
    drawn.add_hline(y=0, line={"color": FAINT, "width": 1})
    for name, values in shares.items():
        drawn.add_scatter(
            x=list(frame_numbers), y=np.asarray(values, float), name=name, mode="lines+markers"
        )
    _mark_key_frames(drawn, key_frames or {})
    drawn.update_layout(xaxis_title="frame", yaxis_title=title, showlegend=len(shares) > 1)
    if brush:
        drawn.update_layout(**_BRUSH)
    return drawn


def _mark_key_frames(drawn: go.Figure, key_frames: Mapping[str, int]) -> None:
    # The legend in the upper edge, where it hides no name of a key frame.
    drawn.update_layout(
        legend={"yref": "container", "y": 1, "yanchor": "top"}, margin={"t": _ROOM_FOR_NAMES}
    )
    for name, number in key_frames.items():
        drawn.add_vline(
            x=number,
            line={"color": FAINT, "width": 1, "dash": "dot"},
            annotation={"text": name, "font": {"size": 11, "color": FAINT}, "yanchor": "bottom"},
            annotation_position="top",
        )
