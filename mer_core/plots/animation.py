"""A clip as a moving picture, with its key frames marked on a bar of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from mer_core.plots.colour import Rgb
from mer_core.plots.raster import FAINT, INK, PAPER, enlarge

_BAR = 14
_ACCENT = (213, 94, 0)


def animation_bytes(
    frames: Sequence[Rgb],
    *,
    fps: float,
    frame_numbers: Sequence[int],
    key_frames: Mapping[str, int] | None = None,
    size: int = 320,
    quality: int = 85,
) -> bytes:
    """An endless WebP of `frames` over a time bar; ticks are the key frames.

    Args:
        frames: RGB frames of one size.
        fps: Playing speed; a fraction of the recording's shows what the eye would miss.
        frame_numbers: The number of each frame, on the scale of `key_frames`.
        key_frames: Names and numbers of onset, apex, offset, as far as they are known.
        size: Width of the picture at most; smaller frames are left to the viewer to enlarge.
        quality: Of the WebP, 1 to 100.
    """
    ticks = [
        list(frame_numbers).index(number)
        for number in (key_frames or {}).values()
        if number in frame_numbers
    ]
    size = min(size, frames[0].shape[1])
    height = round(frames[0].shape[0] * size / frames[0].shape[1])
    pictures = [
        np.vstack([enlarge(frame, (height, size), smooth=True), _bar(i, len(frames), ticks, size)])
        for i, frame in enumerate(frames)
    ]
    animation = cv2.Animation()
    animation.frames = [cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) for picture in pictures]
    animation.durations = [max(1, round(1000 / fps))] * len(pictures)
    done, buffer = cv2.imencodeanimation(".webp", animation, [cv2.IMWRITE_WEBP_QUALITY, quality])
    if not done:
        raise ValueError(f"{len(pictures)} frames cannot be encoded as WebP")
    return buffer.tobytes()


def _bar(index: int, count: int, ticks: Sequence[int], width: int) -> Rgb:
    bar = np.full((_BAR, width, 3), PAPER, np.uint8)
    middle = _BAR // 2

    def column(frame: int) -> int:
        return round(4 + (width - 9) * frame / max(1, count - 1))

    cv2.line(bar, (column(0), middle), (column(count - 1), middle), FAINT, 1)
    cv2.line(bar, (column(0), middle), (column(index), middle), INK, 3)
    for tick in ticks:
        cv2.line(bar, (column(tick), 1), (column(tick), _BAR - 2), _ACCENT, 2)
    return bar
