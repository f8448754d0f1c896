"""A face on a frame: its box, its five landmarks, and whether they can be those of a face."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError

Frame = npt.NDArray[np.uint8]
"""H x W x 3, RGB."""

Points = npt.NDArray[np.float64]
"""N x 2: x to the right and y down, in pixels; the centre of the first pixel is (0, 0)."""

LANDMARKS = ("right eye", "left eye", "nose", "right mouth corner", "left mouth corner")
"""In the order of the rows; right and left are the person's, so the right eye is on the left."""

# Bounds for a face seen from the front up to a half profile, in distances between the eyes.
# Measured on real photographs and on 200 synthetic faces in five framings, with room.
_EYES_TO_MOUTH = (0.6, 2.0)
_MOUTH_WIDTH = (0.35, 1.6)
_NOSE_SIDEWAYS = 0.9
_EYES_IN_BOX = (0.2, 0.75)


@dataclass(frozen=True, slots=True)
class FaceBox:
    """A square or rectangular part of a frame, in pixels of the frame."""

    x: int
    y: int
    width: int
    height: int

    def within(self, shape: tuple[int, ...]) -> FaceBox:
        """The part of the box that lies inside a frame of `shape`."""
        left, top = max(self.x, 0), max(self.y, 0)
        right = min(self.x + self.width, shape[1])
        bottom = min(self.y + self.height, shape[0])
        return FaceBox(left, top, right - left, bottom - top)

    def crop(self, frame: Frame) -> Frame:
        """Return the box's part of `frame`."""
        inside = self.within(frame.shape)
        if inside.width < 1 or inside.height < 1:
            raise SettingsError(f"crop {self} lies outside a frame of {frame.shape[:2]}")
        rows = slice(inside.y, inside.y + inside.height)
        return frame[rows, inside.x : inside.x + inside.width]


@dataclass(frozen=True, eq=False, kw_only=True)
class Face:
    """One detected face.

    Attributes:
        box: Left, top, width and height as the detector gave them.
        landmarks: 5 x 2, in the order of `LANDMARKS`.
        score: The detector's confidence, 0 to 1.
    """

    box: tuple[float, float, float, float]
    landmarks: Points
    score: float

    @property
    def eye_distance(self) -> float:
        """Pixels between the eyes."""
        return float(np.hypot(*(self.landmarks[1] - self.landmarks[0])))

    @property
    def tilt(self) -> float:
        """Degrees by which the line of the eyes falls to the right, as seen."""
        right, down = self.landmarks[1] - self.landmarks[0]
        return math.degrees(math.atan2(down, right))

    @property
    def centre(self) -> Points:
        """The point between the eyes."""
        return np.asarray(self.landmarks[:2].mean(axis=0))

    @property
    def face_box(self) -> FaceBox:
        """The box in whole pixels."""
        x, y, width, height = self.box
        return FaceBox(round(x), round(y), round(width), round(height))

    def implausible(self) -> str | None:
        """Reason why these landmarks are not those of a face, or None.

        With the eyes turned level, nose and mouth must lie below them in this order, at
        distances that fit the distance between the eyes; and that must fit the box.
        """
        unit = self.eye_distance
        if unit < 1:
            return "the eyes coincide"
        if not _EYES_IN_BOX[0] <= unit / max(self.box[2:]) <= _EYES_IN_BOX[1]:
            return "the distance between the eyes does not fit the size of the face"
        _, _, nose, right, left = self._level() / unit
        mouth = (right + left) / 2
        if not 0 < nose[1] < mouth[1]:
            return "eyes, nose and mouth do not follow each other"
        if not _EYES_TO_MOUTH[0] <= mouth[1] <= _EYES_TO_MOUTH[1]:
            return "the mouth is not where eyes so far apart would have it"
        if not _MOUTH_WIDTH[0] <= left[0] - right[0] <= _MOUTH_WIDTH[1]:
            return "the mouth's corners do not fit the eyes"
        if abs(nose[0]) > _NOSE_SIDEWAYS or abs(mouth[0]) > _NOSE_SIDEWAYS:
            return "the head is turned into profile"
        return None

    def _level(self) -> Points:
        """The landmarks around the point between the eyes, with the eyes level."""
        angle = math.radians(self.tilt)
        cosine, sine = math.cos(angle), math.sin(angle)
        turn = np.array([[cosine, sine], [-sine, cosine]])
        return np.asarray((self.landmarks - self.centre) @ turn.T)
