"""The texture atlas as a place: tiles, where each texel lies on the face, masks and noise."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from mer_core.datasets.synthetic.asset import PARTS, TILES, load_asset
from mer_core.datasets.synthetic.rasteriser import rasterise
from mer_core.records import FloatArray

SIDE = 1024
"""Width and height of the atlas in texels."""


def tile(part: str) -> tuple[slice, slice]:
    """Rows and columns of the atlas that belong to a part."""
    left, top, width, height = (round(share * SIDE) for share in TILES[part])
    return slice(top, top + height), slice(left, left + width)


@cache
def places(part: str) -> FloatArray:
    """(h, w, 3) where on the neutral face each texel of a tile lies; gaps take their neighbours."""
    asset = load_asset()
    chosen = asset.parts == PARTS.index(part)
    flat = np.concatenate([asset.uv * SIDE, np.zeros((len(asset.uv), 1))], axis=1)
    found = rasterise(flat.astype(np.float32), asset.uv_triangles[chosen], (SIDE, SIDE), cull=False)
    corners = asset.neutral[asset.triangles[chosen]]
    filled = found.image(found.interpolate(corners))
    known = np.zeros((SIDE, SIDE), np.float32)
    known.reshape(-1)[found.pixels] = 1
    rows, columns = tile(part)
    return _fill(filled[rows, columns], known[rows, columns])


def _fill(values: FloatArray, known: FloatArray) -> FloatArray:
    """Unknown texels take the mean of known neighbours, growing outwards."""
    for reach in (3, 5, 9, 17, 33, 129, 513):
        spread = cv2.blur(values * known[..., None], (reach, reach))
        weight = cv2.blur(known, (reach, reach))
        reached = (known == 0) & (weight > 1e-6)
        values[reached] = spread[reached] / weight[reached][:, None]
        known[reached] = 1
    return values


def mask(name: str, shape: tuple[int, int]) -> FloatArray:
    """(h, w) "lips" or "ears" mask of the head tile, 0 to 1."""
    stored = load_asset().masks[("lips", "ears").index(name)]
    return cv2.resize(stored, shape[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32) / 240


def noise(
    rng: np.random.Generator, shape: tuple[int, int], cell: tuple[float, float]
) -> FloatArray:
    """Smooth noise of unit spread; `cell` is the size of a grain in texels, down and across."""
    coarse = (max(2, round(shape[0] / cell[0])), max(2, round(shape[1] / cell[1])))
    grains = rng.standard_normal(coarse).astype(np.float32)
    return cv2.resize(grains, shape[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
