"""What a recording adds to an expression: sway, blinks, flicker, sensor noise, compression."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.motion import wander
from mer_core.errors import SettingsError
from mer_core.records import FloatArray

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Nuisances:
    """Strengths of everything in a clip that is not expression; 0 turns one off.

    Attributes:
        sway: Head movement in mm; turns and tilts follow in proportion.
        blink: Chance that the clip contains a blink.
        flicker: Relative change of brightness from frame to frame.
        noise: Standard deviation of the sensor noise in 8-bit levels.
        jpeg: JPEG quality 1 to 100 each frame passes through; 0 for none.
    """

    sway: float = 0.5
    blink: float = 0.15
    flicker: float = 0.006
    noise: float = 1.2
    jpeg: int = 95

    def __post_init__(self) -> None:
        if min(self.sway, self.blink, self.flicker, self.noise, self.jpeg) < 0 or self.jpeg > 100:
            raise SettingsError(f"strengths cannot be negative, nor quality exceed 100: {self}")


NO_NUISANCES = Nuisances(sway=0, blink=0, flicker=0, noise=0, jpeg=0)


@dataclass(frozen=True, eq=False)
class Sway:
    """Small rigid head movement as a flow of the picture.

    A turn of the head by an angle a moves a point at depth z sideways by a * z, to first order,
    so the picture of the head can be warped instead of being drawn again; the angles stay under
    a degree. At the onset there is no sway, so truth and onset frame share one pixel grid.

    Attributes:
        shift: (T, 2) movement in pixels, right and down.
        roll, yaw, pitch: (T,) angles in radians.
    """

    shift: FloatArray
    roll: FloatArray
    yaw: FloatArray
    pitch: FloatArray

    def warp(self, picture: Picture, frame: int, depth: FloatArray) -> Picture:
        """`picture` as it looks at a frame of the sway; `depth` is in pixels, away."""
        across, down = self._flow(frame, depth)
        edge = cv2.BORDER_REPLICATE
        return cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=edge).astype(
            np.uint8, copy=False
        )

    def _flow(self, frame: int, depth: FloatArray) -> FloatArray:
        """(2, H, W) column and row from which to fetch each pixel of a frame."""
        height, width = depth.shape
        y = np.arange(height, dtype=np.float32)[:, None]
        x = np.arange(width, dtype=np.float32)[None, :]
        flow = np.empty((2, height, width), np.float32)
        flow[0] = self.yaw[frame] * depth
        flow[0] += x - self.shift[frame, 0] + self.roll[frame] * (y - height)
        flow[1] = self.pitch[frame] * depth
        flow[1] += y - self.shift[frame, 1] - self.roll[frame] * (x - width / 2)
        return flow


def sample_sway(
    frames: int, strength: float, scale: float, rng: np.random.Generator, *, onset: int
) -> Sway:
    """A sway of `strength` mm for pictures of `scale` pixels per mm."""
    paths = np.stack([wander(frames, rng, still_at=onset) for _ in range(5)]) * strength
    return Sway(
        shift=np.ascontiguousarray(paths[:2].T * scale),
        roll=paths[2] * np.float32(0.004),
        yaw=paths[3] * np.float32(0.008),
        pitch=paths[4] * np.float32(0.006),
    )


def expose(picture: Picture, nuisances: Nuisances, rng: np.random.Generator) -> Picture:
    """One frame as the camera stores it: flicker, noise, compression, in this order."""
    gain = 1 + nuisances.flicker * float(rng.standard_normal())
    if nuisances.flicker or nuisances.noise:
        grain = rng.standard_normal(picture.shape, np.float32)
        light = picture.astype(np.float32)
        exposed = cv2.addWeighted(light, gain, grain, nuisances.noise, 0, dtype=cv2.CV_8U)
        picture = exposed.astype(np.uint8, copy=False)
    return compress(picture, nuisances.jpeg) if nuisances.jpeg else picture


def compress(picture: Picture, quality: int) -> Picture:
    """`picture` after JPEG at `quality`."""
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
