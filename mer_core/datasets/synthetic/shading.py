"""From normals to light: per-vertex gains that triangles interpolate (Gouraud shading)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.scene import Light
from mer_core.records import FloatArray

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
