"""The head of one subject as a mesh that facial actions move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic import hair as hairdo
from mer_core.datasets.synthetic.asset import PARTS, TILES, FaceAsset, load_asset
from mer_core.datasets.synthetic.atlas import mask
from mer_core.datasets.synthetic.identity import Identity
from mer_core.datasets.synthetic.texture import clothing_distance
from mer_core.records import FloatArray

IntArray = npt.NDArray[np.integer]

_LIP_OVERLAP = 0.5
"""By how many mm closed lips press into each other."""


@dataclass(frozen=True, eq=False)
class FaceModel:
    """Mesh of a subject, in mm around the point between the eyes.

    Attributes:
        rest: (V, 3) vertices of the neutral expression.
        triangles: (F, 3) vertex indices, counter-clockwise seen from outside.
        parts: (F,) index into `PARTS`.
        uv: (F, 3, 2) texture coordinates of the corners.
        occlusion: (V,) share of directions that are free.
    """

    rest: FloatArray
    triangles: IntArray
    parts: npt.NDArray[np.uint8]
    uv: FloatArray
    occlusion: FloatArray

    def moved(self, actions: Mapping[str, float]) -> FloatArray:
        """(V, 3) vertices under facial actions with weights 0 (rest) to 1 (full).

        Displacements add up and are the same for every subject, as in the face units they come
        from (`build_asset` checks it on the source).
        """
        points = self.rest.copy()
        load_asset().actions.add(points, dict(actions))
        return points

    def displacement(self, actions: Mapping[str, float]) -> FloatArray:
        """(V, 3) how far `actions` move each vertex from rest."""
        return self.moved(actions) - self.rest


@lru_cache(maxsize=64)
def build_face(identity: Identity) -> FaceModel:
    """The face model of `identity`."""
    asset = load_asset()
    rest = asset.neutral.copy()
    asset.shapes.add(rest, dict(identity.shapes))
    asset.actions.add(rest, dict(identity.resting))
    rest = _centre(_close_lips(rest, asset), asset)
    normals = vertex_normals(rest, asset.triangles)
    rest += hairdo.lift(asset.neutral, normals, _ears(asset), identity.hair)
    rest += _cloth_lift(asset, normals, identity)
    hanging, sheet, chart = hairdo.strands(identity.hair)
    left, top, width, height = TILES["hair"]
    chart = np.array([left, top]) + chart * np.array([width, height])
    uv = np.concatenate([asset.uv[asset.uv_triangles], chart.astype(np.float32)[sheet]])
    hair_parts = np.full(len(sheet), PARTS.index("hair"), np.uint8)
    return FaceModel(
        rest=np.concatenate([rest, hanging]).astype(np.float32),
        triangles=np.concatenate([asset.triangles, sheet + len(rest)]),
        parts=np.concatenate([asset.parts, hair_parts]),
        uv=uv.astype(np.float32),
        occlusion=np.concatenate([_openness(asset), np.full(len(hanging), 0.75, np.float32)]),
    )


def vertex_normals(points: FloatArray, triangles: IntArray) -> FloatArray:
    """(V, 3) unit normals, the area-weighted mean over the triangles around a vertex."""
    corners = points[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    owner = triangles.ravel()
    repeated = np.repeat(faces, 3, axis=0)
    sums = [np.bincount(owner, repeated[:, axis], len(points)) for axis in range(3)]
    normals = np.stack(sums, axis=1)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return (normals / np.maximum(length, 1e-9)).astype(np.float32)


def _centre(points: FloatArray, asset: FaceAsset) -> FloatArray:
    centre = np.mean([points[rows].mean(axis=0) for rows in asset.eyes], axis=0)
    return (points - centre).astype(np.float32)


def _close_lips(points: FloatArray, asset: FaceAsset) -> FloatArray:
    """Lips that meet: changes of shape can leave a gap, which the action mouthClose takes up."""
    closing = asset.actions.dense("mouthClose", len(points))[:, 1]
    x, y, z = asset.neutral.T
    middle = (np.abs(x) < 0.6) & (y > -80) & (y < -66) & (z > 27)
    upper, lower = middle & (closing < 0), middle & (closing > 0)
    gap = points[upper, 1].min() - points[lower, 1].max() + _LIP_OVERLAP
    reach = closing[lower].mean() - closing[upper].mean()
    asset.actions.add(points, {"mouthClose": max(0.0, float(gap / reach))})
    return points


def _ears(asset: FaceAsset) -> FloatArray:
    """(V,) how much ear each vertex is."""
    _, _, width, height = TILES["head"]
    tile = mask("ears", (round(512 * height), round(512 * width)))
    ears = np.zeros(len(asset.neutral), np.float32)
    head = asset.parts == PARTS.index("head")
    places = asset.uv[asset.uv_triangles[head]].reshape(-1, 2)
    columns = np.clip((places[:, 0] * 512).astype(int), 0, tile.shape[1] - 1)
    rows = np.clip((places[:, 1] * 512).astype(int), 0, tile.shape[0] - 1)
    ears[asset.triangles[head].ravel()] = tile[rows, columns]
    return ears


def _cloth_lift(asset: FaceAsset, normals: FloatArray, identity: Identity) -> FloatArray:
    lift = np.zeros_like(asset.neutral)
    rows = asset.vertices_of("body")
    depth = hairdo.smoothstep(-1.0, 6.0, clothing_distance(asset.neutral[rows], identity)) * 5.0
    lift[rows] = normals[rows] * depth[:, None]
    return lift


def _openness(asset: FaceAsset) -> FloatArray:
    """Occlusion as shading wants it: teeth and eyes catch more light than rays say."""
    open_share = np.clip(asset.occlusion, 0, 1).copy()
    for part, floor in (("teeth", 0.4), ("eye", 0.55), ("tongue", 0.25), ("body", 0.35)):
        rows = asset.vertices_of(part)
        open_share[rows] = floor + (1 - floor) * open_share[rows]
    return open_share.astype(np.float32)
