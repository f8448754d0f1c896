"""Motion over time is zero while nothing moves, and sees only its box."""

from __future__ import annotations

import numpy as np

from mer_core.ami import motion_over_time
from mer_core.faces import FaceBox
from mer_core.records import Clip


def test_motion_is_the_mean_change_since_the_first_frame():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (4, 6, 5, 3)).astype(np.uint8)
    clip = Clip("c", frames, (1, 2, 3, 4))
    slow = [np.abs(frame.astype(float) - frames[0]).mean() for frame in frames]
    np.testing.assert_allclose(motion_over_time(clip), slow)
    assert motion_over_time(clip)[0] == 0


def test_a_box_sees_only_what_moves_inside_it():
    frames = np.zeros((2, 8, 8, 3), np.uint8)
    frames[1, 2, 2] = 90
    clip = Clip("c", frames, (1, 2))
    assert motion_over_time(clip, FaceBox(4, 4, 4, 4))[1] == 0
    assert motion_over_time(clip, FaceBox(2, 2, 1, 1))[1] == 90
