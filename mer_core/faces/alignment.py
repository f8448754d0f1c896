"""One similarity transform per clip: eyes level, a fixed distance apart, at a fixed height.

A similarity (rotation, one scale, shift) changes no shape, and one for the whole clip adds no
motion: a box that followed the face frame by frame would jitter by a pixel, which is the size of
the motion that matters here.

The square it cuts out is framed like the crops of the datasets, brows and chin included: it is
3.53 distances between the eyes wide (222 mm on an average adult), with the eyes at 43 % of its
height.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.faces.face import FaceBox, Frame, Points
from mer_core.resizing import resize

EYE_DISTANCE = 0.283
"""Distance between the eyes as a share of the aligned square's side."""

EYE_HEIGHT = 0.428
"""Height of the eyes below the square's upper edge, as a share of its side."""

MAX_SIDE = 320
"""Pixels of a side at most; networks see 112 to 224 of them."""

Matrix = npt.NDArray[np.float64]
"""2 x 3: maps a point (x, y, 1) to a point (x, y)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """A square on the frame, turned and placed so that it holds a face.

    Attributes:
        centre: Its middle, in pixels of the frame.
        width: Its side, in pixels of the frame.
        degrees: Slope of its upper edge, falling to the right, as seen.
        side: Its side once it is cut out, in pixels.
    """

    centre: tuple[float, float]
    width: float
    degrees: float = 0.0
    side: int = MAX_SIDE

    def __post_init__(self) -> None:
        if not self.width > 0 or not 1 <= self.side <= MAX_SIDE:
            raise SettingsError(f"a square of {self.width:.4g} pixels cannot be cut out")

    @classmethod
    def of_eyes(cls, eyes: Points) -> Alignment:
        """The alignment of a face whose right and left eye are at `eyes` (2 x 2)."""
        right, down = eyes[1] - eyes[0]
        width = float(math.hypot(right, down)) / EYE_DISTANCE
        angle = math.atan2(down, right)
        below = (0.5 - EYE_HEIGHT) * width
        x, y = eyes.mean(axis=0) + (-below * math.sin(angle), below * math.cos(angle))
        return cls(
            centre=(float(x), float(y)),
            width=width,
            degrees=math.degrees(angle),
            side=max(1, min(MAX_SIDE, round(width))),
        )

    @classmethod
    def of_crop(cls, shape: tuple[int, ...]) -> Alignment:
        """The square in the middle of a frame that is a crop of a face already.

        Crops are often higher than wide; the square then reaches a little beyond their sides.
        """
        height, width = shape[:2]
        side = min(height, width / 0.9)
        return cls(
            centre=((width - 1) / 2, (height - 1) / 2),
            width=side,
            side=max(1, min(MAX_SIDE, round(side))),
        )

    def adjusted(
        self, *, zoom: float = 1.0, right: float = 0.0, down: float = 0.0, degrees: float = 0.0
    ) -> Alignment:
        """The square changed by hand: nearer by `zoom`, moved by shares of its own side, turned."""
        angle = math.radians(self.degrees)
        across, along = right * self.width, down * self.width
        x = self.centre[0] + across * math.cos(angle) - along * math.sin(angle)
        y = self.centre[1] + across * math.sin(angle) + along * math.cos(angle)
        width = self.width / zoom
        side = max(1, min(MAX_SIDE, round(width)))
        return replace(self, centre=(x, y), width=width, degrees=self.degrees + degrees, side=side)

    @property
    def matrix(self) -> Matrix:
        """From pixels of the frame to pixels of the square; pixel centres are whole numbers."""
        return self._matrix(self.side)

    def _matrix(self, side: int) -> Matrix:
        angle, scale = math.radians(self.degrees), side / self.width
        cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
        turn = np.array([[cosine, sine], [-sine, cosine]])
        shift = (side - 1) / 2 - turn @ np.asarray(self.centre)
        return np.column_stack([turn, shift])

    def place(self, points: Points) -> Points:
        """Map points of the frame (N x 2) onto the square."""
        matrix = self.matrix
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2])

    @property
    def corners(self) -> Points:
        """4 x 2: upper left, upper right, lower right and lower left corner on the frame."""
        matrix, end = self.matrix, self.side - 0.5
        square = np.array([(-0.5, -0.5), (end, -0.5), (end, end), (-0.5, end)])
        return np.asarray((square - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T)

    @property
    def box(self) -> FaceBox:
        """The smallest upright box around the square; it may leave the frame."""
        low, high = self.corners.min(axis=0) + 0.5, self.corners.max(axis=0) + 0.5
        x, y = math.floor(low[0]), math.floor(low[1])
        return FaceBox(x, y, math.ceil(high[0]) - x, math.ceil(high[1]) - y)

    def mask(self, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
        """Return the mask of the pixels of a frame of `shape` that lie in the square."""
        filled = np.zeros(shape[:2], np.uint8)
        cv2.fillConvexPoly(filled, np.round(self.corners).astype(np.int32), (1,))
        return filled.astype(bool)

    def outside(self, shape: tuple[int, ...]) -> float:
        """The share of the square that lies beyond the border of a frame of `shape`."""
        frame = np.array([(0, 0), (shape[1], 0), (shape[1], shape[0]), (0, shape[0])], np.float32)
        square = (self.corners + 0.5).astype(np.float32)
        shared, _ = cv2.intersectConvexConvex(square, frame - np.float32(0))
        return max(0.0, 1.0 - float(shared) / self.width**2)

    def apply(self, frame: Frame) -> Frame:
        """The square cut out of `frame`; beyond the frame its border is repeated."""
        return np.asarray(self.cut(frame), np.uint8)

    def cut(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The same for any values per pixel, H x W or H x W x C; nothing of them is turned.

        A square larger than `side` is cut out at a multiple of it and then averaged down, so
        that fine texture does not alias into motion.
        """
        times = max(1, math.ceil(self.width / self.side - 0.01))
        large = self.side * times
        cut: Any = cv2.warpAffine(
            values,
            self._matrix(large),
            (large, large),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return resize(cut, (self.side, self.side))
