"""The weighted sum of frames: one pass, memory independent of the clip's length.

OpenCV has one fused, vectorised kernel that reads 8-bit pixels and updates floats:
`accumulateWeighted`, a running mean `mean <- (1 - a) mean + a frame`. With `a = w / (w_1 + ...
+ w)` it yields the weighted mean of frames whose weights share a sign, and that mean times the
sum of their weights is their weighted sum. So frames are taken in runs of at most `_RUN` frames
of one sign, each run is averaged stripe by stripe while the stripe stays in cache, and its sum
is added to the total.

Everything is single precision. Each run rounds relative to its own weights and the total rounds
once per run; over 256 frames, where weights reach -1055 and partial sums half a million, the
total is within one unit of exact arithmetic. One grey level of the normalised image is then
worth a few hundred units under `full`, and tens even under a zero-sum weighting of a clip whose
only change is sensor noise, so the error stays below a twentieth of a grey level
(`tests/mer_core/ami/test_accumulation.py` measures it). A clip in which nothing changes at all
is summed exactly, because there rounding would be the whole picture.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.errors import FrameError

Frame = npt.NDArray[np.uint8]
Total = npt.NDArray[np.float32]

_RUN = 16
# Values per stripe: its mean and its total in single precision fit a typical L2 cache.
_STRIPE = 96 * 1024


class Accumulator:
    """Adds `weight * frame` for frames of one size.

    A run of frames waits until it is complete, so callers must not change a frame after adding
    it.
    """

    def __init__(self) -> None:
        self._total: Total | None = None
        self._reference: Frame | None = None
        self._still = True
        self._weights_sum = 0.0
        self._run: list[Frame] = []
        self._run_weights: list[float] = []

    def add(self, frame: Frame, weight: float) -> None:
        """Adds one frame; a frame of weight 0 costs nothing."""
        if self._total is None:
            self._begin(frame)
        elif frame.shape != self._total.shape or frame.dtype != np.uint8:
            raise FrameError(
                f"frames differ: {frame.dtype} {frame.shape} after uint8 {self._total.shape}",
                remedy="give frames of one size",
            )
        if weight == 0.0:
            return
        if self._reference is None:
            self._reference = frame.copy()
        self._still = self._still and np.array_equal(frame, self._reference)
        self._weights_sum += weight
        if self._run and not self._continues(weight):
            self._flush()
        self._run.append(np.ascontiguousarray(frame))
        self._run_weights.append(weight)

    def total(self) -> Total:
        """The weighted sum of all frames added so far."""
        if self._total is None:
            raise FrameError("there are no frames to accumulate", remedy="give at least one")
        if self._still and self._reference is not None:
            return (self._weights_sum * self._reference.astype(np.float64)).astype(np.float32)
        self._flush()
        return self._total.copy()

    def _begin(self, frame: Frame) -> None:
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
            raise FrameError(
                f"frames must be 8-bit RGB, H x W x 3; this one is {frame.dtype} {frame.shape}"
            )
        height, width = frame.shape[:2]
        self._rows = -(-height // max(1, round(frame.size / _STRIPE)))
        self._mean = np.empty((self._rows, width, 3), np.float32)
        self._total = np.zeros(frame.shape, np.float32)

    def _continues(self, weight: float) -> bool:
        return len(self._run) < _RUN and (weight < 0) == (self._run_weights[0] < 0)

    def _flush(self) -> None:
        assert self._total is not None
        for top in range(0, len(self._total), self._rows):
            rows = slice(top, top + self._rows)
            total = self._total[rows]
            mean = self._mean[: len(total)]
            # The first step has a = 1; it must not meet NaN or infinity left by another run.
            mean.fill(0)
            so_far = 0.0
            for frame, weight in zip(self._run, self._run_weights, strict=True):
                so_far += weight
                cv2.accumulateWeighted(frame[rows], mean, weight / so_far)
            cv2.scaleAdd(mean, so_far, total, dst=total)
        self._run.clear()
        self._run_weights.clear()


def weighted_sum(frames: Iterable[Frame], weights: Iterable[float]) -> Total:
    """`sum_i weights[i] * frames[i]` as float32; both run to the same length."""
    accumulator = Accumulator()
    for frame, weight in zip(frames, weights, strict=True):
        accumulator.add(frame, float(weight))
    return accumulator.total()
