"""Attribution maps over the face, with the regions they should find, and their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mer_core.plots.colour import SIGNED, ColourScale, Rgb
from mer_core.plots.lines import Line, add_lines
from mer_core.plots.raster import enlarge, overlay
from mer_core.plots.theme import FAINT, PALETTE, figure, fit_labels

Map = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]

PANEL_SIDE = 336


def attribution_panel(
    base: Rgb,
    values: Map,
    scale: ColourScale,
    *,
    regions: Mapping[str, Mask] | None = None,
    opacity: float = 0.75,
    side: int = PANEL_SIDE,
) -> Rgb:
    """`values` in colour over a grey `base`, with the outline of each region on it."""
    height, width = values.shape
    size = (side, round(side * width / height))
    under = enlarge(base, size, smooth=True)
    plain = np.asarray(values, np.float32)
    spread = np.asarray(cv2.resize(plain, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    drawn = overlay(under, spread, scale, opacity=opacity)
    for name, colour in region_colours(regions or {}).items():
        drawn = _outlined(drawn, (regions or {})[name], colour)
    return drawn


SATURATED = 0.01
"""Share of a map's pixels beyond the ends of its scale. A few extreme pixels, as integrated
gradients often have them, would else take all the colours."""


def map_scale(values: Map, *, signed: bool) -> ColourScale:
    """The scale of one map: from 0, or symmetric about it, up to all but the strongest pixels."""
    strength = np.abs(values)
    most = float(strength.max(initial=0.0))
    reach = float(np.quantile(strength, 1 - SATURATED)) if strength.size else 0.0
    if not reach:  # a map of single pixels has nothing weaker to show
        reach = most
    beyond = SATURATED if reach < most else 0.0
    if signed:
        return ColourScale(low=-reach, high=reach, name=SIGNED, beyond=beyond)
    return ColourScale(low=0.0, high=reach, beyond=beyond)


def region_colours(names: Mapping[str, Mask] | Sequence[str]) -> dict[str, str]:
    """The colour of each region's outline, as `#rrggbb`."""
    return {name: PALETTE[i % len(PALETTE)] for i, name in enumerate(names)}


def score_bars(
    scores: Mapping[str, float],
    baselines: Mapping[str, float],
    *,
    title: str,
    chance: float = 1.0,
    synthetic: bool = False,
) -> go.Figure:
    """One bar per map, coloured by how many of the maps that no network made it beats.

    Args:
        scores: Name of the map -> score.
        baselines: Name of the control map, drawn as a dotted line -> score.
        title: Of the axis.
        chance: Where chance lies on that axis.
        synthetic: Whether the clip was generated.
    """
    drawn = figure(height=164 + 30 * len(scores) + 19 * len(baselines), synthetic=synthetic)
    # A number at the end of a bar would lie under the dotted lines, so it stands with the name.
    names = [f"{name}  {value:.2f}" for name, value in scores.items()]
    colours = [
        _verdict_colour(value, list(baselines.values()) or [chance]) for value in scores.values()
    ]
    drawn.add_bar(
        x=list(scores.values()),
        y=names,
        orientation="h",
        marker={"color": colours},
        width=0.62,
        customdata=list(scores),
        hovertemplate="%{customdata}: %{x:.3f}<extra></extra>",
        showlegend=False,
    )
    colours = (PALETTE[i % len(PALETTE)] for i in range(1, len(baselines) + 1))
    rivals = [
        Line(
            at=value,
            upright=True,
            style={"color": colour, "dash": "dot", "width": 2},
            entry=f"{name} {value:.2f}",
        )
        for colour, (name, value) in zip(colours, baselines.items(), strict=True)
    ]
    add_lines(drawn, rivals)
    drawn.update_layout(
        xaxis={"title": title, "range": [0, 1.12 * max([*scores.values(), *baselines.values()])]},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False},
        showlegend=True,
        legend={"yref": "container", "y": 0, "yanchor": "bottom"},
        margin={"b": 60 + 19 * len(baselines)},  # one below the other on a telephone
    )
    fit_labels(drawn, longest=max(map(len, names), default=0))
    return drawn


def _verdict_colour(value: float, controls: Sequence[float]) -> str:
    """Green above all controls, orange above some, grey above none."""
    if value > max(controls):
        return PALETTE[2]
    return PALETTE[5] if value > min(controls) else FAINT


def _outlined(image: Rgb, mask: Mask, colour: str) -> Rgb:
    """A smooth outline at the panel's resolution, dark underneath so that it shows anywhere."""
    large = cv2.resize(mask.astype(np.float32), image.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    contours, _ = cv2.findContours(
        (large > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    drawn = image.copy()
    ink = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    for shade, thickness in (((255, 255, 255), 4), (ink, 2)):
        cv2.drawContours(drawn, contours, -1, shade, thickness, cv2.LINE_AA)
    return drawn
