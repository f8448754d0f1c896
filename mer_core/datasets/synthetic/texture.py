"""Paint: the texture atlas of one subject, tile by tile."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.atlas import SIDE, noise, places, tile
from mer_core.datasets.synthetic.hair import smoothstep
from mer_core.datasets.synthetic.identity import Identity
from mer_core.datasets.synthetic.skin import mix, paint_head
from mer_core.records import FloatArray
from mer_core.seeding import generator


@lru_cache(maxsize=64)
def paint(identity: Identity) -> npt.NDArray[np.uint8]:
    """(1024, 1024, 3) sRGB atlas of `identity`."""
    atlas = np.zeros((SIDE, SIDE, 3), np.float32)
    for part, painter in _PAINTERS.items():
        rows, columns = tile(part)
        atlas[rows, columns] = painter(identity)
    return np.clip(atlas, 0, 255).astype(np.uint8)


def _paint_body(identity: Identity) -> FloatArray:
    points = places("body")
    rng = generator(identity.seed, "body")
    tone = np.array(identity.skin.tone, np.float32) * 0.97
    skin = tone * (1 + 0.015 * noise(rng, points.shape[:2], (6, 6)))[..., None]
    weave = 1 + 0.03 * noise(rng, points.shape[:2], (1.5, 1.5))
    weave += 0.05 * noise(rng, points.shape[:2], (30, 12))
    cloth = np.array(identity.clothing, np.float32) * weave[..., None]
    edge = clothing_distance(points, identity)
    share = smoothstep(-1.0, 1.0, edge)
    seam = 1 - 0.35 * np.exp(-(((edge - 9) / 1.6) ** 2)) - 0.3 * np.exp(-((edge / 2.5) ** 2))
    mixed = skin * (1 - share[..., None]) + (cloth * seam[..., None]) * share[..., None]
    return mixed.astype(np.float32)


def clothing_distance(points: FloatArray, identity: Identity) -> FloatArray:
    """Distance in mm inside the clothes (positive) or above their neckline (negative)."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    front = smoothstep(-80.0, -10.0, z)
    line = -148 + front * (-22 - 48 * identity.neckline)
    line = line + front * 0.9 * np.abs(x) * (0.6 + 0.4 * identity.neckline)
    return (np.minimum(line, -146) - y).astype(np.float32)


def _paint_eye(identity: Identity) -> FloatArray:
    rows, columns = tile("eye")
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    rng = generator(identity.seed, "eye")
    down, across = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    x, y = (across + 0.5) / shape[1] - 0.5, (down + 0.5) / shape[0] - 0.5
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    white = np.array((226, 217, 208), np.float32) * (1 - 0.9 * radius[..., None] ** 2)
    lid_shadow = 1 - 0.4 * smoothstep(0.0, 0.2, -y)
    rays = rng.standard_normal((3, 90)).astype(np.float32)
    turn = ((angle / (2 * np.pi) + 0.5) * 89).astype(np.float32)
    fibre = cv2.remap(rays, turn, radius * 10, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    iris_radius, pupil = 0.205, 0.085
    tint = 0.86 + 0.16 * fibre + 0.35 * smoothstep(pupil, iris_radius, radius)
    tint *= 1 - 0.65 * smoothstep(iris_radius * 0.8, iris_radius, radius)
    iris = np.array(identity.iris, np.float32) * tint[..., None]
    share = 1 - smoothstep(iris_radius * 0.95, iris_radius * 1.06, radius)
    eye = white * (1 - share[..., None]) + iris * share[..., None]
    eye = eye * lid_shadow[..., None]
    eye = mix(eye, (8, 7, 7), 1 - smoothstep(pupil * 0.85, pupil * 1.1, radius))
    glint = np.exp(-(((x + 0.055) / 0.035) ** 2) - ((y + 0.075) / 0.035) ** 2)
    return mix(eye, (255, 255, 255), glint * 1.1)


def _paint_hair(identity: Identity) -> FloatArray:
    rows, columns = tile("hair")
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    rng = generator(identity.seed, "strands")
    light = 1 + 0.2 * noise(rng, shape, (160, 2.2)) + 0.18 * noise(rng, shape, (90, 6))
    down = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    sheen = 14 * np.exp(-(((down - 0.3) / 0.1) ** 2)) * np.clip(light, 0, 2)
    colour = np.array(identity.hair.colour, np.float32) * np.clip(light, 0.3, 1.8)[..., None]
    return colour * (1 - 0.25 * down[..., None]) + sheen[..., None]


def _plain(part: str, colour: tuple[float, float, float]) -> FloatArray:
    rows, columns = tile(part)
    size = (rows.stop - rows.start, columns.stop - columns.start, 3)
    return np.broadcast_to(np.array(colour, np.float32), size)


_PAINTERS = {
    "head": paint_head,
    "body": _paint_body,
    "eye": _paint_eye,
    "hair": _paint_hair,
    "mouth": lambda identity: _plain("mouth", (118, 44, 44)),
    "teeth": lambda identity: _plain("teeth", (224, 214, 198)),
    "tongue": lambda identity: _plain("tongue", (168, 82, 84)),
}
