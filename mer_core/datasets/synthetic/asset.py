"""The face as arrays: what `build_asset` wrote and everything else reads.

Lengths are millimetres. x points to the viewer's right, y up, z towards the viewer; the origin
lies between the eyes, so that a change of identity does not move the head.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

ASSET_PATH = Path(__file__).with_name("face_asset.npz")
ASSET_DIGEST = "32042b0620089c4c15ee061844b141461dfe45a88502dacfb63aa7ec180bbb7e"
"""`content_digest` of the stored arrays; `build_asset` says when it no longer meets it."""

PARTS = ("head", "mouth", "body", "eye", "teeth", "tongue", "hair")
"""Materials. "hair" is in no asset: it names the strands that `hair` adds to a head."""

TILES = {
    "head": (0.0, 0.0, 1.0, 0.53),
    "body": (0.0, 0.54, 0.5, 0.30),
    "hair": (0.51, 0.54, 0.30, 0.30),
    "eye": (0.82, 0.54, 0.15, 0.15),
    "mouth": (0.82, 0.70, 0.15, 0.14),
    "teeth": (0.0, 0.85, 0.1, 0.1),
    "tongue": (0.12, 0.85, 0.1, 0.1),
}
"""Where each part lies in the atlas: left, top, width and height as shares of its side."""


@dataclass(frozen=True, eq=False)
class Deltas:
    """Named vertex displacements, stored as (vertex, displacement) rows.

    Rows `bounds[k]` to `bounds[k + 1]` belong to `names[k]`.
    """

    names: tuple[str, ...]
    bounds: npt.NDArray[np.int64]
    vertices: npt.NDArray[np.int64]
    moves: npt.NDArray[np.float32]

    def add(self, points: npt.NDArray[np.float32], weights: dict[str, float]) -> None:
        """Add the weighted displacements to `points` in place."""
        for name, weight in weights.items():
            if weight:
                rows = self._rows(name)
                points[self.vertices[rows]] += np.float32(weight) * self.moves[rows]

    def dense(self, name: str, count: int) -> npt.NDArray[np.float32]:
        """(count, 3) displacement of every vertex under `name`."""
        points = np.zeros((count, 3), np.float32)
        self.add(points, {name: 1.0})
        return points

    def _rows(self, name: str) -> slice:
        place = self.names.index(name)
        return slice(int(self.bounds[place]), int(self.bounds[place + 1]))


@dataclass(frozen=True, eq=False)
class FaceAsset:
    """The neutral mesh and its two families of displacement.

    Attributes:
        neutral: (V, 3) vertices.
        triangles: (F, 3) vertex indices, counter-clockwise seen from outside.
        parts: (F,) index into `PARTS`.
        uv: (U, 2) texture coordinates in [0, 1], v downwards.
        uv_triangles: (F, 3) indices into `uv`.
        occlusion: (V,) share of directions from which nothing hides the vertex.
        masks: (2, h, w) how much lip, and how much ear, each texel of the head tile is; 0 to 255.
        eyes: (2, V) whether a vertex belongs to the right or the left eyeball.
        shapes: Identity displacements: phenotypes and local changes.
        actions: The 52 facial actions.
        source: Origin and licence of the data.
    """

    neutral: npt.NDArray[np.float32]
    triangles: npt.NDArray[np.int64]
    parts: npt.NDArray[np.uint8]
    uv: npt.NDArray[np.float32]
    uv_triangles: npt.NDArray[np.int64]
    occlusion: npt.NDArray[np.float32]
    masks: npt.NDArray[np.uint8]
    eyes: npt.NDArray[np.bool_]
    shapes: Deltas
    actions: Deltas
    source: str

    def vertices_of(self, part: str) -> npt.NDArray[np.int64]:
        """Indices of the vertices that triangles of `part` use."""
        return np.unique(self.triangles[self.parts == PARTS.index(part)])


def content_digest(arrays: dict[str, npt.NDArray[np.generic]]) -> str:
    """SHA-256 over names, types, shapes and bytes, whatever the compression."""
    state = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        state.update(f"{name}{array.dtype.str}{array.shape}".encode())
        state.update(array.tobytes())
    return state.hexdigest()


def read_arrays(path: Path = ASSET_PATH) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of the asset file as stored."""
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@cache
def load_asset() -> FaceAsset:
    """The face asset of this package, read once."""
    arrays = read_arrays()
    return FaceAsset(
        neutral=arrays["neutral"].astype(np.float32),
        triangles=arrays["triangles"].astype(np.int64),
        parts=arrays["parts"].astype(np.uint8),
        uv=arrays["uv"].astype(np.float32),
        uv_triangles=arrays["uv_triangles"].astype(np.int64),
        occlusion=arrays["occlusion"].astype(np.float32),
        masks=arrays["masks"].astype(np.uint8),
        eyes=arrays["eyes"].astype(np.bool_),
        shapes=_deltas(arrays, "shape"),
        actions=_deltas(arrays, "action"),
        source=str(arrays["source"]),
    )


def _deltas(arrays: dict[str, npt.NDArray[np.generic]], kind: str) -> Deltas:
    return Deltas(
        names=tuple(str(name) for name in arrays[f"{kind}_names"]),
        bounds=arrays[f"{kind}_bounds"].astype(np.int64),
        vertices=arrays[f"{kind}_vertices"].astype(np.int64),
        moves=arrays[f"{kind}_moves"].astype(np.float32),
    )
