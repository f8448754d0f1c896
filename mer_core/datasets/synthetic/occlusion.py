"""Ambient occlusion of the neutral face, computed once when the asset is built."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.face_model import vertex_normals
from mer_core.datasets.synthetic.rasteriser import IntArray, rasterise
from mer_core.records import FloatArray

BoolArray = npt.NDArray[np.bool_]


def free_share(
    neutral: FloatArray, triangles: IntArray, side: int = 256
) -> npt.NDArray[np.float16]:
    """Share of a sphere of directions from which each vertex is seen (ambient occlusion)."""
    count = 160
    k = np.arange(count) + 0.5
    tilt, turn = np.arccos(1 - 2 * k / count), np.pi * (1 + 5**0.5) * k
    seen, asked = np.zeros(len(neutral)), np.zeros(len(neutral))
    normals = vertex_normals(neutral, triangles)
    for a, b in zip(tilt, turn, strict=True):
        towards = np.array([np.sin(a) * np.cos(b), np.cos(a), np.sin(a) * np.sin(b)])
        cosine = np.maximum(normals @ towards, 0)
        seen += cosine * _visible(neutral, triangles, towards, side)
        asked += cosine
    return np.round(seen / np.maximum(asked, 1e-9) * 255).astype(np.float16) / np.float16(256)


def _visible(points: FloatArray, triangles: IntArray, towards: FloatArray, side: int) -> BoolArray:
    """Whether each vertex is the nearest thing when looked at from the direction `towards`."""
    helper = np.array([0.0, 0.0, 1.0]) if abs(towards[1]) > 0.9 else np.array([0.0, 1.0, 0.0])
    right = np.cross(helper, towards)
    right /= np.linalg.norm(right)
    up = np.cross(towards, right)
    head = 150.0
    scale = side / (2 * head)
    view = np.stack(
        [(points @ right + head) * scale, (head - points @ up) * scale, -(points @ towards)], axis=1
    ).astype(np.float32)
    found = rasterise(view, triangles, (side, side), cull=False)
    depth = np.full(side * side, np.inf, np.float32)
    depth[found.pixels] = found.interpolate(view[triangles][..., 2:])[:, 0]
    columns, rows = view[:, 0].astype(int), view[:, 1].astype(int)
    inside = (columns >= 0) & (columns < side) & (rows >= 0) & (rows < side)
    nearest = np.full(len(points), np.inf)
    nearest[inside] = depth[rows[inside] * side + columns[inside]]
    return view[:, 2] < nearest + 3.0
