"""What an affective-motion image costs, beside what cannot be avoided.

The accumulation is compared with the float64 loop that public ports of the method use, and the
whole image with only decoding the same frames: once as a loop over the source gets them, handed
from thread to thread, and once as the image gets them, in the threads that decode. Rounds of all
sides alternate and the least time of each counts: what else the machine does can only add to a
time. Processor time is the steadier measure where the machine is busy.

The second target, 1.10, is met beside a loop but for the largest frames: in four runs on two cores
the image took 0.8 times a loop at 112 x 112, 0.95 to 1.0 at 224 x 224, 1.03 to 1.06 at 280 x 340,
and at 480 x 640 1.14 to 1.18 of its time and 1.12 to 1.14 of its processor time. Beside decoding
that hands nothing over, as only the image can use it, it takes 1.2 to 1.4. Of 64 frames of 480 x
640, decoding in the threads takes 47 ms of two cores; reading each frame once more makes it 49.7,
and OpenCV's kernel with all it writes in cache 51.4, which is the target; the means, 3.7 MB read
and written once for every run of four frames, make it 54 to 56, and the end, on one core, 2 to 3
more. Runs of 1 to 16 frames, bands of 2^15 to 2^18 values, bands from below, and large pages came
out no better. A kernel that sums a run in one pass needs a compiler: numba and what it needs take
208 MB, too much for a twentieth of a decoding.

    python tests/benchmarks/bench_ami.py
"""

from __future__ import annotations

import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from mer_core.ami import build_ami, frame_weights, weighted_sum
from mer_core.ami.accumulation import LANES, RUN
from mer_core.frames import open_frames

COUNT = 64
ROUNDS = 25
SIZES = ((112, 112), (224, 224), (280, 340), (480, 640))


def main() -> None:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        compare_accumulation()
        compare_with_decoding()
    finally:
        cv2.setNumThreads(threads)


def compare_accumulation() -> None:
    print(f"accumulation of {COUNT} frames in memory, one thread; target: at least 5 times")
    for height, width in SIZES:
        frames = list(faces(height, width))
        weights = frame_weights(COUNT)

        def plain(frames: list = frames, weights: np.ndarray = weights) -> None:
            total = np.zeros(frames[0].shape)
            for frame, weight in zip(frames, weights, strict=True):
                total += weight * frame.astype(np.float64)

        def ours(frames: list = frames, weights: np.ndarray = weights) -> None:
            weighted_sum(frames, weights)

        slow, fast = side_by_side(plain, ours)
        print(
            f"  {height} x {width}: float64 loop {slow / COUNT * 1e6:7.1f} us a frame,"
            f" ours {fast / COUNT * 1e6:6.1f} us: {slow / fast:.1f} times as fast"
        )


def compare_with_decoding() -> None:
    print(f"image from {COUNT} JPEG files against only decoding them; target: at most 1.10 times")
    for height, width in SIZES:
        with tempfile.TemporaryDirectory() as place:
            for number, frame in enumerate(faces(height, width), start=1):
                cv2.imwrite(str(Path(place) / f"img{number}.jpg"), frame)
            source = open_frames(Path(place))

            def loop(source=source) -> None:
                deque(source, maxlen=0)

            def threads(source=source) -> None:
                source.deal(lambda number, frames: None, run=RUN, lanes=LANES)

            def image(source=source) -> None:
                _ = build_ami(source, count=len(source)).image

            wall = side_by_side(loop, threads, image)
            busy = side_by_side(loop, threads, image, clock=time.process_time)
        print(f"  {height} x {width}: image {wall[2] * 1e3:6.1f} ms", end="")
        for name, side in (("a loop", 0), ("the threads", 1)):
            print(
                f"; decoding in {name} {wall[side] * 1e3:5.1f} ms,"
                f" {wall[2] / wall[side]:.3f} times the time,"
                f" {busy[2] / busy[side]:.3f} times the processor time",
                end="",
            )
        print()


def faces(height: int, width: int):
    """Smooth texture that drifts, with sensor noise: compresses about as faces do."""
    rng = np.random.default_rng(0)
    base = cv2.GaussianBlur(rng.integers(0, 256, (height, width, 3), np.uint8), (0, 0), 3)
    base = cv2.normalize(base, None, 20, 235, cv2.NORM_MINMAX)
    for shift in range(COUNT):
        moved = np.roll(base, shift // 8, axis=1).astype(np.int16)
        yield np.clip(moved + rng.integers(-2, 3, moved.shape), 0, 255).astype(np.uint8)


def side_by_side(
    *sides: Callable[[], None], clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Least seconds of each over rounds that alternate."""
    for side in sides:
        side()
    rounds = [[timed(side, clock) for side in sides] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def timed(work: Callable[[], None], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


if __name__ == "__main__":
    main()
