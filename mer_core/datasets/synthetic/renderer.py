"""Frames of one subject: everything that stands still is drawn once, what moves is redrawn.

A clip has one camera and one light, so the depth and colour of all triangles that no facial
action of the clip touches are kept, and each frame draws the rest over them. The result equals
drawing everything every time.

Light comes from normals: per-vertex gains that triangles interpolate (Gouraud shading).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.asset import PARTS
from mer_core.datasets.synthetic.face_model import FaceModel, vertex_normals
from mer_core.datasets.synthetic.rasteriser import Fragments, rasterise
from mer_core.datasets.synthetic.scene import Camera, Light, Scene
from mer_core.records import FloatArray

OVERSAMPLING = 2
_LUT_WIDTH = 2048


class Renderer:
    """Renderer of a face model under one scene and camera.

    Args:
        face: The subject's mesh.
        atlas: (N, N, 3) sRGB texture.
        scene: Light and backdrop.
        camera: Projection to oversampled pixels.
        shape: Height and width in oversampled pixels.
        shine: Strength of the skin's highlight.
        moving: (V,) vertices that may leave their rest position.
    """

    def __init__(
        self,
        face: FaceModel,
        atlas: npt.NDArray[np.uint8],
        scene: Scene,
        camera: Camera,
        shape: tuple[int, int],
        *,
        shine: float,
        moving: npt.NDArray[np.bool_],
    ) -> None:
        self._face, self._atlas, self._scene = face, atlas, scene
        self._camera, self._shape = camera, shape
        self._shine = _part_shine(face, shine)
        touched = moving[face.triangles].any(axis=1)
        relit = np.zeros(len(face.rest), bool)
        relit[face.triangles[touched]] = True
        self._moving = relit[face.triangles].any(axis=1)
        self._lit = np.zeros(len(face.rest), bool)
        self._lit[face.triangles[self._moving]] = True
        self._lit_triangles = np.flatnonzero(self._lit[face.triangles].any(axis=1))
        self._normals = vertex_normals(face.rest, face.triangles)
        self._light = self._shade(self._normals)
        self._still, self._depth = self._draw_still()
        self.relief = self._relief()

    def frame(self, points: FloatArray) -> npt.NDArray[np.uint8]:
        """(H, W, 3) oversampled sRGB picture of the mesh at `points`."""
        image = self._still.copy()
        if not self._moving.any():
            return image
        fragments = rasterise(
            self._camera.project(points),
            self._face.triangles[self._moving][:, ::-1],
            self._shape,
            behind=self._depth,
        )
        normals = self._normals.copy()
        chosen = self._lit_triangles
        fresh = vertex_normals(points, self._face.triangles[chosen])
        normals[self._lit] = fresh[self._lit]
        light = self._light.copy()
        light[self._lit] = self._shade(normals[self._lit], self._lit)
        self._colour(image, fragments, np.flatnonzero(self._moving), light)
        return image

    def _draw_still(self) -> tuple[npt.NDArray[np.uint8], FloatArray]:
        still = np.flatnonzero(~self._moving)
        points = self._camera.project(self._face.rest)
        fragments = rasterise(points, self._face.triangles[still][:, ::-1], self._shape)
        image = np.empty((*self._shape, 3), np.uint8)
        image[:] = np.array(self._scene.background, np.uint8)
        self._colour(image, fragments, still, self._light)
        depth = np.full(self._shape[0] * self._shape[1], np.inf, np.float32)
        corners = points[self._face.triangles[still][:, ::-1]][..., 2:]
        depth[fragments.pixels] = fragments.interpolate(corners)[:, 0]
        return image, depth

    def _relief(self) -> FloatArray:
        """(H, W) depth of the picture at rest in pixels; the wall is put at the neck's depth."""
        points = self._camera.project(self._face.rest)
        triangles = self._face.triangles[self._moving][:, ::-1]
        front = rasterise(points, triangles, self._shape, behind=self._depth)
        depth = self._depth.copy()
        depth[front.pixels] = front.interpolate(points[triangles][..., 2:])[:, 0]
        neck = np.float32(70 * self._camera.scale)
        filled = np.where(np.isfinite(depth), np.minimum(depth, neck), neck)
        return cv2.GaussianBlur(filled.reshape(self._shape), (0, 0), 3).astype(np.float32)

    def _shade(
        self, normals: FloatArray, rows: npt.NDArray[np.bool_] | slice = slice(None)
    ) -> FloatArray:
        turned = normals @ self._camera.rotation.T
        return vertex_light(
            turned, self._face.occlusion[rows], self._scene.light, self._shine[rows]
        )

    def _colour(
        self,
        image: npt.NDArray[np.uint8],
        fragments: Fragments,
        triangles: npt.NDArray[np.int64],
        light: FloatArray,
    ) -> None:
        """Write the fragments of `triangles` (given with corners reversed) into `image`."""
        if not len(fragments.pixels):
            return
        corners = self._face.triangles[triangles][:, ::-1]
        uv = self._face.uv[triangles][:, ::-1]
        values = fragments.interpolate(np.concatenate([light[corners], uv], axis=2))
        albedo = to_linear(_sample(self._atlas, values[:, 4:]))
        lit = albedo * values[:, :3] + values[:, 3:4]
        image.reshape(-1, 3)[fragments.pixels] = (to_display(lit) + 0.5).astype(np.uint8)


def _part_shine(face: FaceModel, skin: float) -> FloatArray:
    strengths = {"head": 0.085 * skin, "body": 0.0, "eye": 0.015, "teeth": 0.1, "hair": 0.03}
    shine = np.zeros(len(face.rest), np.float32)
    for part, strength in strengths.items():
        shine[face.triangles[face.parts == PARTS.index(part)]] = strength
    return shine


def _sample(atlas: npt.NDArray[np.uint8], uv: FloatArray) -> npt.NDArray[np.uint8]:
    """(n, 3) bilinear texture look-ups; remap wants a picture, so the list is folded into one."""
    count = len(uv)
    rows = -(-count // _LUT_WIDTH)
    places = np.zeros((rows * _LUT_WIDTH, 2), np.float32)
    places[:count] = uv * np.float32(atlas.shape[0]) - np.float32(0.5)
    columns, lines = np.ascontiguousarray(places.T).reshape(2, rows, _LUT_WIDTH)
    found = cv2.remap(atlas, columns, lines, cv2.INTER_LINEAR)
    return found.reshape(-1, 3)[:count].astype(np.uint8, copy=False)


# Light that enters skin leaves it around the terminator, red farthest.
_WRAP = np.array((0.30, 0.16, 0.12), np.float32)


_GLOSS = 14.0


def vertex_light(
    normals: FloatArray, occlusion: FloatArray, light: Light, shine: FloatArray
) -> FloatArray:
    """(V, 4): the gain on the texture per channel, and the highlight added to it; linear."""
    ambient = np.array(light.ambient, np.float32) * (0.75 + 0.25 * normals[:, 1:2])
    diffuse = ambient * occlusion[:, None]
    lobe = np.zeros(len(normals), np.float32)
    open_share = np.sqrt(occlusion)[:, None]
    for direction, strength in (
        (light.key_direction, light.key),
        (light.fill_direction, light.fill),
    ):
        towards = _unit(direction)
        cosine = (normals @ towards)[:, None]
        wrapped = np.maximum((cosine + _WRAP) / (1 + _WRAP), 0)
        diffuse = diffuse + wrapped * np.array(strength, np.float32) * open_share
        halfway = _unit((towards[0], towards[1], towards[2] + 1))
        glance = np.maximum(normals @ halfway, 0) ** _GLOSS
        lobe += glance * strength[1] * (cosine[:, 0] > 0)
    highlight = shine * lobe * occlusion
    return np.concatenate([diffuse, highlight[:, None]], axis=1).astype(np.float32)


def _unit(direction: tuple[float, float, float]) -> FloatArray:
    vector = np.array(direction, np.float32)
    return vector / np.linalg.norm(vector)


_TO_LINEAR = (np.arange(256) / 255.0).astype(np.float32) ** np.float32(2.2)


def to_linear(colours: npt.NDArray[np.uint8]) -> FloatArray:
    """Bytes of sRGB as linear light, with the plain power curve."""
    return _TO_LINEAR[colours]


def to_display(light: FloatArray) -> FloatArray:
    """Linear light as display values 0 to 255, highlights rolled off rather than clipped."""
    rolled = light / (1 + np.maximum(light - 0.7, 0) * 0.55)
    return np.clip(rolled, 0, 1) ** np.float32(1 / 2.2) * np.float32(255)
