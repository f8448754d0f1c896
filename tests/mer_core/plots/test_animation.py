"""A clip as a moving picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mer_core.plots.animation import animation_bytes

SHADES = (0, 80, 160, 240)


def played(content: bytes) -> cv2.Animation:
    done, found = cv2.imdecodeanimation(np.frombuffer(content, np.uint8)[None])
    assert done
    return found


@pytest.mark.parametrize(("side", "width"), [(20, 20), (64, 64), (100, 64)])
def test_it_has_every_frame_plays_at_its_speed_and_is_not_enlarged(side, width):
    frames = [np.full((side, side, 3), shade, np.uint8) for shade in SHADES]
    found = played(
        animation_bytes(frames, fps=10, frame_numbers=[4, 5, 6, 7], key_frames={"apex": 6}, size=64)
    )
    assert [frame.shape[1] for frame in found.frames] == [width] * 4
    assert list(found.durations) == [100] * 4
    shades = [int(frame[width // 2, width // 2, 0]) for frame in found.frames]
    assert np.abs(np.array(shades) - SHADES).max() <= 6
