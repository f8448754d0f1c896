"""How much moves, when: the plain measure that every map of a network is held against."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.faces import FaceBox
from mer_core.records import Clip


def motion_over_time(clip: Clip, box: FaceBox | None = None) -> npt.NDArray[np.float64]:
    """Mean absolute grey-level change since the first frame, for each frame.

    Args:
        clip: T frames.
        box: The part of the frame to look at; all of it by default.
    """
    if box is not None:
        inside = box.within(clip.frames.shape[1:3])
        rows = slice(inside.y, inside.y + inside.height)
        columns = slice(inside.x, inside.x + inside.width)
        frames = clip.frames[:, rows, columns]
    else:
        frames = clip.frames
    first = frames[0]
    return np.array([cv2.norm(frame, first, cv2.NORM_L1) for frame in frames]) / first.size
