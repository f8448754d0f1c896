"""The weighted sum of frames: one pass, memory independent of the clip's length.

OpenCV has one fused, vectorised kernel that reads 8-bit pixels and updates floats:
`accumulateWeighted`, a running mean `mean <- (1 - a) mean + a frame`. With `a = w / (w_1 + ...
+ w)` it yields the weighted mean of frames whose weights share a sign, and that mean times the
sum of their weights is their weighted sum. So frames are held in blocks of at most `_BLOCK`
frames of one sign, and a block is averaged one band of rows at a time: the band's mean stays in
cache while every frame of the block is read once, and is then added to the total. Frame by
frame, the same arithmetic would be bound by carrying the whole mean from memory and back.

Everything is single precision. A block rounds relative to its own weights and the total rounds
once per block; over 256 frames, where weights reach -1055 and partial sums half a million, the
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

_BLOCK = 16
_BAND = 2**16  # values


class Accumulator:
    """Adds `weight * frame` for frames of one size, which must not change once they are added."""

    def __init__(self) -> None:
        self._total: Total | None = None
        self._block: list[Frame] = []
        self._block_weights: list[float] = []
        self._weights_sum = 0.0
        self._reference: Frame | None = None
        self._still = True

    def add(self, frame: Frame, weight: float) -> None:
        """Adds one frame; a frame of weight 0 costs nothing."""
        if self._total is None:
            self._total = self._begin(frame)
        elif frame.shape != self._total.shape or frame.dtype != np.uint8:
            raise FrameError(
                f"frames differ: {frame.dtype} {frame.shape} after uint8 {self._total.shape}",
                remedy="give frames of one size",
            )
        if weight == 0.0:
            return
        if self._still:
            self._watch(frame)
        if self._block and (len(self._block) == _BLOCK or weight * self._block_weights[0] < 0):
            self._end_block(self._total)
        self._weights_sum += weight
        self._block.append(frame)
        self._block_weights.append(weight)

    def total(self) -> Total:
        """The weighted sum of all frames added so far; frames added later change the array."""
        if self._total is None:
            raise FrameError("there are no frames to accumulate", remedy="give at least one")
        if self._still and self._reference is not None:
            return (self._weights_sum * self._reference.astype(np.float64)).astype(np.float32)
        if self._block:
            self._end_block(self._total)
        return self._total

    def _begin(self, frame: Frame) -> Total:
        if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
            raise FrameError(
                f"frames must be 8-bit RGB, H x W x 3; this one is {frame.dtype} {frame.shape}"
            )
        rows = min(len(frame), max(1, _BAND // frame[0].size))
        # Any finite values will do: the first step of a block has a = 1 and forgets them.
        self._mean = np.zeros((rows, *frame.shape[1:]), np.float32)
        return np.zeros(frame.shape, np.float32)

    def _watch(self, frame: Frame) -> None:
        """Notices the first change; until then the clip is one frame, many times."""
        if self._reference is None:
            self._reference = frame
        # Sensor noise shows in the first row; only a clip that may be still is compared whole.
        first_row = np.array_equal(frame[0], self._reference[0])
        self._still = first_row and np.array_equal(frame, self._reference)

    def _end_block(self, total: Total) -> None:
        sums = np.cumsum(self._block_weights)
        steps = (self._block_weights / sums).tolist()
        for top in range(0, len(total), len(self._mean)):
            band = slice(top, top + len(self._mean))
            part = total[band]
            mean = self._mean[: len(part)]
            for frame, step in zip(self._block, steps, strict=True):
                cv2.accumulateWeighted(frame[band], mean, step)
            cv2.scaleAdd(mean, float(sums[-1]), part, dst=part)
        self._block.clear()
        self._block_weights.clear()


def weighted_sum(frames: Iterable[Frame], weights: Iterable[float]) -> Total:
    """`sum_i weights[i] * frames[i]` as float32; both run to the same length."""
    accumulator = Accumulator()
    for frame, weight in zip(frames, weights, strict=True):
        accumulator.add(frame, float(weight))
    return accumulator.total()
