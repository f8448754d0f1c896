"""Rows of frames and of what becomes of them."""

from __future__ import annotations

import numpy as np

from mer_core.plots.images import frame_strip, signed_strip, weighted_strip
from mer_core.plots.raster import DARK


def test_each_frame_lies_over_itself_times_its_weight():
    frames = np.random.default_rng(0).integers(0, 256, (3, 20, 16, 3), np.uint8)
    weights, numbers = np.array([-2.0, 0.0, 1.5]), [4, 5, 9]
    drawn, scale = weighted_strip(frames, weights, numbers, ground=DARK)
    above = frame_strip(list(frames), numbers, ground=DARK)
    motion = [
        weight * frame.astype(np.float32) for weight, frame in zip(weights, frames, strict=True)
    ]
    below, expected = signed_strip(motion, [f"weighted {n}" for n in numbers], ground=DARK)
    np.testing.assert_array_equal(drawn[: len(above)], above)
    np.testing.assert_array_equal(drawn[len(above) :], below)
    assert scale == expected
