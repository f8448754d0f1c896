"""Attribution maps over the face, with the regions they should find, and their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.plots.colour import SIGNED, ColourScale, Rgb
from mer_core.plots.raster import enlarge, overlay
from mer_core.plots.theme import PALETTE

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
