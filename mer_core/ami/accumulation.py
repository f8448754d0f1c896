"""The weighted sum of frames: one pass, memory independent of the clip's length.

OpenCV has one fused, vectorised kernel that reads 8-bit pixels and updates floats:
`accumulateWeighted`, a running mean `mean <- (1 - a) mean + a frame`. With `a = w / (w_1 + ...
+ w)` it yields the weighted mean of frames whose weights share a sign, and that mean times the
sum of their weights is their weighted sum.

So there is one mean for each sign. There are two of each, because every network that ships was
trained on images made so: runs of `RUN` frames go to `LANES` pairs of means in turn, and any other
order of the additions would give other last bits.

Everything is single precision. A mean rounds once per frame and the total once per mean; over 256
frames, where weights reach -1055 and partial sums half a million, the total is within one unit of
exact arithmetic. One grey level of the normalised image is then worth a few hundred units under
`full`, and tens even under a zero-sum weighting of a clip whose only change is sensor noise, so
the error stays below a twentieth of a grey level (`tests/mer_core/ami/test_accumulation.py`
measures it). A clip in which nothing changes at all is summed exactly, because there rounding
would be the whole picture.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.errors import FrameError

Frame = npt.NDArray[np.uint8]
Total = npt.NDArray[np.float32]

RUN = 4
LANES = 2


class Accumulator:
    """Adds `weight * frame` for 8-bit RGB frames of one size."""

    def __init__(self) -> None:
        self._shape: tuple[int, ...] = ()
        self._added = 0
        self._means: dict[tuple[int, bool], Total] = {}  # by lane, and whether weights are negative
        self._sums = {(lane, negative): 0.0 for lane in range(LANES) for negative in (False, True)}
        self._first: Frame | None = None  # as long as all frames with a weight are equal to it
        self._still = True

    def add(self, frame: Frame, weight: float) -> None:
        """Adds one frame; a frame of weight 0 is only checked."""
        self._check(frame)
        lane = self._added // RUN % LANES
        self._added += 1
        if not weight:
            return
        if self._still:
            self._watch(frame)
        place = lane, weight < 0
        if place not in self._means:
            self._means[place] = np.zeros(self._shape, np.float32)
        self._sums[place] += weight
        cv2.accumulateWeighted(frame, self._means[place], weight / self._sums[place])

    def total(self) -> Total:
        """The weighted sum of all frames added so far."""
        if not self._shape:
            raise FrameError("there are no frames to accumulate", remedy="give at least one")
        if self._first is None:
            return np.zeros(self._shape, np.float32)
        if self._still:
            # In single precision, rounding would be the whole picture.
            weight = sum(self._sums.values())
            return (weight * self._first.astype(np.float64)).astype(np.float32)
        first, *others = sorted(self._means)
        total = self._means[first] * np.float32(self._sums[first])
        for place in others:
            cv2.scaleAdd(self._means[place], self._sums[place], total, dst=total)
        return total

    def _check(self, frame: Frame) -> None:
        if not self._shape:
            if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
                raise FrameError(
                    f"frames must be 8-bit RGB, H x W x 3; this one is {frame.dtype} {frame.shape}"
                )
            self._shape = frame.shape
        elif frame.shape != self._shape or frame.dtype != np.uint8:
            raise FrameError(
                f"frames differ: {frame.dtype} {frame.shape} after uint8 {self._shape}",
                remedy="give frames of one size",
            )

    def _watch(self, frame: Frame) -> None:
        if self._first is None:
            self._first = frame.copy()
        # Sensor noise shows in the first row; only a frame that may be the same is compared whole.
        same_row = np.array_equal(frame[0], self._first[0])
        self._still = same_row and np.array_equal(frame, self._first)


def weighted_sum(frames: Iterable[Frame], weights: Iterable[float]) -> Total:
    """`sum_i weights[i] * frames[i]` as float32; both run to the same length."""
    accumulator = Accumulator()
    for frame, weight in zip(frames, weights, strict=True):
        accumulator.add(frame, float(weight))
    return accumulator.total()
