"""The weighted sum of frames: one pass, memory independent of the clip's length.

OpenCV has one fused, vectorised kernel that reads 8-bit pixels and updates floats:
`accumulateWeighted`, a running mean `mean <- (1 - a) mean + a frame`. With `a = w / (w_1 + ...
+ w)` it yields the weighted mean of frames whose weights share a sign, and that mean times the
sum of their weights is their weighted sum.

Frames go in runs of `RUN` to `STREAMS` streams in turn, and a stream keeps one mean for each
sign. So two threads can decode and sum side by side, while the frames are still in their cores'
caches, and every bit of the total follows from the frames and their order, whatever the threads
do. Of a large mean only a band of rows stays in cache from one frame to the next, so there a run
is summed band by band. Smaller ones are summed whole: two threads hold Python's lock in turn, and
what is done under it costs several times what it costs alone.

Everything is single precision. A mean rounds once per frame and the total once per mean; over 256
frames, where weights reach -1055 and partial sums half a million, the total is within one unit of
exact arithmetic. One grey level of the normalised image is then worth a few hundred units under
`full`, and tens even under a zero-sum weighting of a clip whose only change is sensor noise, so
the error stays below a twentieth of a grey level (`tests/mer_core/ami/test_accumulation.py`
measures it). A clip in which nothing changes at all is summed exactly, because there rounding
would be the whole picture.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.errors import FrameError

Frame = npt.NDArray[np.uint8]
Total = npt.NDArray[np.float32]

RUN = 4
STREAMS = 2
_WHOLE, _BAND = 2**19, 2**17  # values
_BYTES = np.dtype(np.uint8)

# Fresh memory costs more than a frame's sum, because the system clears it page by page; a clip is
# mostly as large as the one before. At most 16 MiB are kept.
_SPARE: deque[Total] = deque(maxlen=2 * STREAMS)
_SPARE_VALUES = 2**20


@runtime_checkable
class ParallelFrames(Protocol):
    """Frames that their source passes on in the threads that decode them."""

    def __len__(self) -> int: ...

    def process_runs(
        self, consume: Callable[[int, Sequence[Frame]], None], *, run: int, streams: int
    ) -> None:
        """Call `consume(number, frames)` for each run of `run` frames, numbered from 0.

        Calls whose numbers leave the same remainder by `streams` follow each other; others may
        come at the same time.
        """
        ...


class Accumulator:
    """Sum of `weight * frame` for frames of one size, which must not change once they are added."""

    def __init__(self) -> None:
        self._streams = tuple(_StreamMean() for _ in range(STREAMS))
        self._run: list[Frame] = []
        self._run_weights: list[float] = []
        self._added = 0

    def add(self, frame: Frame, weight: float) -> None:
        """Add one frame; a frame of weight 0 is only checked."""
        self._run.append(frame)
        self._run_weights.append(weight)
        self._added += 1
        if self._added % RUN == 0:
            self._end_run()

    def add_run(self, number: int, frames: Sequence[Frame], weights: Sequence[float]) -> None:
        """Add run `number` whole; runs of different streams may be added at the same time."""
        self._streams[number % STREAMS].add(frames, weights)

    def total(self) -> Total:
        """The weighted sum of all frames added so far."""
        self._end_run()
        streams = [stream for stream in self._streams if stream.shape]
        if not streams:
            raise FrameError("there are no frames to accumulate", remedy="give at least one")
        for stream in streams[1:]:
            _require_same(stream.shape, _BYTES, streams[0].shape)
        return _constant_total(streams) if _is_constant(streams) else _merge(streams)

    def close(self) -> None:
        """Leave its memory to the next accumulator; no frame can be added any more."""
        for stream in self._streams:
            _SPARE.extend(mean for mean in stream.means.values() if mean.size <= _SPARE_VALUES)
            stream.means = {}

    def _end_run(self) -> None:
        if self._run:
            self.add_run((self._added - 1) // RUN, self._run, self._run_weights)
            self._run, self._run_weights = [], []


class _StreamMean:
    """The mean of the frames of either sign, and the sum of their weights."""

    def __init__(self) -> None:
        self.shape: tuple[int, ...] = ()
        self.bands: list[slice] = []
        self.means: dict[bool, Total] = {}
        self.sums = {False: 0.0, True: 0.0}
        # Until the first change, the stream is one frame, many times.
        self.constant = True
        self.reference: Frame | None = None

    def add(self, frames: Sequence[Frame], weights: Sequence[float]) -> None:
        for frame in frames:
            self._check(frame)
        weighed = [(frame, weight) for frame, weight in zip(frames, weights, strict=True) if weight]
        if self.constant:
            self._compare_with_first([frame for frame, _ in weighed])
        steps = [(frame, *self._step(weight)) for frame, weight in weighed]
        for band in self.bands:
            for frame, mean, share in steps:
                cv2.accumulateWeighted(frame[band], mean[band], share)

    def _check(self, frame: Frame) -> None:
        if self.shape:
            _require_same(frame.shape, frame.dtype, self.shape)
            return
        if frame.dtype != _BYTES or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
            raise FrameError(
                f"frames must be 8-bit RGB, H x W x 3; this one is {frame.dtype} {frame.shape}"
            )
        self.shape = frame.shape
        self.bands = _bands(self.shape)

    def _compare_with_first(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            if self.reference is None:
                self.reference = frame
            if not _equal(frame, self.reference):
                self.constant = False
                return

    def _step(self, weight: float) -> tuple[Total, float]:
        """The mean that a frame of this weight moves, and how far towards the frame."""
        negative = weight < 0
        if negative not in self.means:
            self.means[negative] = _any_mean(self.shape)
        self.sums[negative] += weight
        return self.means[negative], weight / self.sums[negative]


def weighted_sum(frames: Iterable[Frame] | ParallelFrames, weights: Iterable[float]) -> Total:
    """`sum_i weights[i] * frames[i]` as float32; both run to the same length."""
    accumulator = Accumulator()
    if isinstance(frames, ParallelFrames):
        each = [float(weight) for weight in weights]
        if len(each) != len(frames):
            raise ValueError(f"{len(each)} weights for {len(frames)} frames")

        def consume(number: int, run: Sequence[Frame]) -> None:
            accumulator.add_run(number, run, each[number * RUN : (number + 1) * RUN])

        frames.process_runs(consume, run=RUN, streams=STREAMS)
    else:
        for frame, weight in zip(frames, weights, strict=True):
            accumulator.add(frame, float(weight))
    total = accumulator.total()
    accumulator.close()
    return total


def _is_constant(streams: Sequence[_StreamMean]) -> bool:
    references = [stream.reference for stream in streams if stream.reference is not None]
    return all(stream.constant for stream in streams) and all(
        _equal(one, references[0]) for one in references
    )


def _constant_total(streams: Sequence[_StreamMean]) -> Total:
    """Exact where the frames are: in single precision, rounding would be the whole picture."""
    for stream in streams:
        if stream.reference is not None:
            weight = sum(each for one in streams for each in one.sums.values())
            return (weight * stream.reference.astype(np.float64)).astype(np.float32)
    return np.zeros(streams[0].shape, np.float32)


def _merge(streams: Sequence[_StreamMean]) -> Total:
    """Every mean times the sum of its weights, added up while a band of the total is in cache."""
    total = np.empty(streams[0].shape, np.float32)
    parts = [
        (mean, stream.sums[sign])
        for stream in streams
        for sign, mean in sorted(stream.means.items())
    ]
    for band in _bands(total.shape):
        strip = total[band]
        (first, weight), *others = parts
        np.multiply(first[band], np.float32(weight), out=strip)
        for mean, weight in others:
            cv2.scaleAdd(mean[band], weight, strip, dst=strip)
    return total


def _any_mean(shape: tuple[int, ...]) -> Total:
    """Finite values of any size: the first step of a mean has a = 1 and forgets them."""
    try:
        spare = _SPARE.pop()
    except IndexError:
        return np.zeros(shape, np.float32)
    return spare if spare.shape == shape else np.zeros(shape, np.float32)


def _bands(shape: tuple[int, ...]) -> list[slice]:
    if math.prod(shape) <= _WHOLE:
        return [slice(None)]
    rows = max(1, _BAND // (shape[1] * shape[2]))
    return [slice(top, min(top + rows, shape[0])) for top in range(0, shape[0], rows)]


def _equal(frame: Frame, other: Frame) -> bool:
    # Sensor noise shows in the first row; only a frame that may be the same is compared whole.
    return np.array_equal(frame[0], other[0]) and np.array_equal(frame, other)


def _require_same(
    shape: tuple[int, ...], dtype: np.dtype[np.generic], expected: tuple[int, ...]
) -> None:
    if shape != expected or dtype != _BYTES:
        raise FrameError(
            f"frames differ: {dtype} {shape} after uint8 {expected}",
            remedy="give frames of one size",
        )
