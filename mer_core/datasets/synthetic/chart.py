"""A frontal drawing of the face, for what is drawn in strokes: brows, wrinkles, freckles."""

from __future__ import annotations

import cv2
import numpy as np

from mer_core.datasets.synthetic.hair import smoothstep
from mer_core.records import FloatArray

_SCALE = 6.0
_LEFT, _TOP = -95.0, 125.0
_SHAPE = (1530, 1140)


class Chart:
    """A frontal drawing of the face in mm, projected onto the texels of the head."""

    def __init__(self) -> None:
        self.ink = np.zeros(_SHAPE, np.float32)

    def stroke(self, points: FloatArray, ink: float, width: float) -> None:
        """A polyline through (n, 2) points in mm; the strongest ink at a point wins."""
        layer = np.round((points - (_LEFT, _TOP)) * (1, -1) * _SCALE * 16)
        drawn = np.zeros(_SHAPE, np.uint8)
        low = np.maximum((layer.min(axis=0) // 16 - 8).astype(int), 0)
        high = (layer.max(axis=0) // 16 + 8).astype(int)
        view = np.ascontiguousarray(drawn[low[1] : high[1], low[0] : high[0]])
        shifted = (layer - low * 16).astype(np.int32)
        thickness = max(1, round(width * _SCALE))
        cv2.polylines(view, [shifted[:, None]], False, 255, thickness, cv2.LINE_AA, 4)
        target = self.ink[low[1] : high[1], low[0] : high[0]]
        np.maximum(target, view.astype(np.float32) * (ink / 255), out=target)

    def blurred(self, millimetres: float) -> Chart:
        """The drawing with soft strokes."""
        soft = Chart()
        soft.ink = cv2.GaussianBlur(self.ink, (0, 0), millimetres * _SCALE).astype(np.float32)
        return soft

    def project(self, points: FloatArray) -> FloatArray:
        """The ink at each (h, w, 3) place, none at the back of the head."""
        across = (points[..., 0] - _LEFT) * _SCALE
        down = (_TOP - points[..., 1]) * _SCALE
        ink = cv2.remap(self.ink, across, down, cv2.INTER_LINEAR)
        return ink * smoothstep(-55.0, -35.0, points[..., 2])
