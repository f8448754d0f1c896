"""Camera, light and backdrop: how a subject is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.identity import Colour, Identity
from mer_core.errors import SettingsError
from mer_core.records import FloatArray
from mer_core.seeding import generator

FRAMINGS = {
    # Height in mm that the frame shows at the depth of the eyes; height of its middle.
    "crop": (222.0, -16.0),
    "camera": (445.0, -58.0),
}
_PIVOT = np.array([0.0, -90.0, -70.0], np.float32)
"""Where the head turns on the neck."""


@dataclass(frozen=True, kw_only=True)
class Light:
    """A key light, a fill light from the other side, and light from everywhere.

    Directions point from the face to the light; strengths are linear and per colour channel.
    """

    key_direction: tuple[float, float, float]
    key: Colour
    fill_direction: tuple[float, float, float]
    fill: Colour
    ambient: Colour


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The recording set-up of one subject: the same for all clips of that subject.

    Attributes:
        yaw, pitch, roll: How the head is held, in radians.
        distance: Camera to eyes, in mm.
        zoom: Magnification relative to the framing.
        shift: Offset of the face from the middle, in mm.
        background: Colour of the wall.
    """

    light: Light
    yaw: float
    pitch: float
    roll: float
    distance: float
    zoom: float
    shift: tuple[float, float]
    background: Colour


def sample_scene(identity: Identity) -> Scene:
    """The recording set-up that goes with an identity."""
    rng = generator(identity.seed, "scene")
    side = float(rng.choice([-1, 1]))
    warmth = rng.normal(0, 0.03)
    key = rng.uniform(0.95, 1.3) * np.array((1 + warmth, 1, 1 - warmth))
    ambient = rng.uniform(0.20, 0.32) * np.array((1 - warmth / 2, 1, 1 + warmth))
    return Scene(
        light=Light(
            key_direction=(side * float(rng.uniform(0.2, 0.9)), float(rng.uniform(0.3, 0.8)), 1),
            key=_colour(key),
            fill_direction=(-side * 0.8, float(rng.uniform(-0.1, 0.3)), 0.6),
            fill=_colour(key * rng.uniform(0.12, 0.35)),
            ambient=_colour(ambient),
        ),
        yaw=float(rng.normal(0, 0.05)),
        pitch=float(rng.normal(0.0, 0.035)),
        roll=float(rng.normal(0, 0.025)),
        distance=float(rng.uniform(750, 1400)),
        zoom=float(rng.uniform(0.97, 1.05)),
        shift=(float(rng.normal(0, 2)), float(rng.normal(0, 2))),
        background=_colour(rng.uniform(95, 190) + rng.normal(0, 6, 3)),
    )


def frame_shape(size: int | tuple[int, int]) -> tuple[int, int]:
    """Height and width of the frame for a `size` option."""
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < 32:
        raise SettingsError(f"a frame of {height} x {width} pixels is too small for a face")
    return height, width


@dataclass(frozen=True, eq=False)
class Camera:
    """Perspective projection of face coordinates to pixels.

    Attributes:
        rotation: (3, 3) head pose.
        scale: Pixels per mm at the depth of the eyes.
        distance: Camera to eyes, in mm.
        centre: Pixel of the point between the eyes.
    """

    rotation: FloatArray
    scale: float
    distance: float
    centre: tuple[float, float]

    def project(self, points: FloatArray) -> FloatArray:
        """(V, 3) pixels x, y and depth in pixels, growing away from the viewer."""
        turned = (points - _PIVOT) @ self.rotation.T + _PIVOT
        shrink = self.distance / (self.distance - turned[:, 2])
        x = self.centre[0] + turned[:, 0] * shrink * self.scale
        y = self.centre[1] - turned[:, 1] * shrink * self.scale
        return np.stack([x, y, -turned[:, 2] * self.scale], axis=1).astype(np.float32)


def place_camera(scene: Scene, shape: tuple[int, int], framing: str, oversampling: int) -> Camera:
    """The camera of `scene` for frames of `shape`, drawn `oversampling` times larger."""
    if framing not in FRAMINGS:
        raise SettingsError(
            f"there is no framing called {framing!r}",
            remedy=f"choose one of: {', '.join(FRAMINGS)}",
        )
    span, middle = FRAMINGS[framing]
    height, width = shape
    scale = min(height, width / 0.9 if framing == "crop" else height) / span * scene.zoom
    x = width / 2 + scene.shift[0] * scale
    y = height / 2 + (middle + scene.shift[1]) * scale
    return Camera(
        rotation=_rotation(scene.yaw, scene.pitch, scene.roll),
        scale=scale * oversampling,
        distance=scene.distance,
        centre=(x * oversampling, y * oversampling),
    )


def _rotation(yaw: float, pitch: float, roll: float) -> FloatArray:
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    cr, sr = np.cos(roll), np.sin(roll)
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    tilt = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (tilt @ nod @ turn).astype(np.float32)


def _colour(values: npt.NDArray[np.floating]) -> Colour:
    red, green, blue = (float(value) for value in values)
    return red, green, blue
