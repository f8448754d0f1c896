"""What an affective-motion image costs beside what cannot be avoided, and how the cost grows.

Decoding the frames is the physical limit of an image, and the float64 loop that public ports of
the method use is what users have without us. A whole dataset is built from its files into the
store, and opened again from there.
"""

from __future__ import annotations

import tempfile
import tracemalloc
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from mer_core.ami import build_ami, frame_weights, weighted_sum
from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic.twins import study_twin
from mer_core.frames import FrameSource, open_frames
from mer_core.inputs import AmiStore, InputSet, build_inputs
from mer_core.models.catalog import model_entry
from tests.benchmarks.measuring import Measurement, growth, in_turns

GROUP = "Images"
COUNT, ROUNDS = 64, 9
SIZES = ((112, 112), (280, 340), (480, 640))
LENGTHS, SIDES = (16, 32, 64, 128), (96, 192, 384)


def measure() -> Iterator[Measurement]:
    """Yield the cost of images, clip by clip and for a whole dataset."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield from _sums()
        yield from _clips()
        yield from _growth()
    finally:
        cv2.setNumThreads(threads)
    yield from _dataset()


def _sums() -> Iterator[Measurement]:
    for height, width in SIZES:
        frames = list(faces(height, width))
        weights = frame_weights(COUNT)

        def port(frames: Sequence[np.ndarray] = frames, weights: np.ndarray = weights) -> None:
            total = np.zeros(frames[0].shape)
            for frame, weight in zip(frames, weights, strict=True):
                total += weight * frame.astype(np.float64)

        seconds = in_turns(
            {"port": port, "ours": lambda f=frames, w=weights: weighted_sum(f, w)}, rounds=ROUNDS
        )
        yield Measurement(
            group=GROUP,
            name=f"plain loop of public ports over our sum, {height} x {width}",
            value=seconds["port"] / seconds["ours"],
            unit="times as fast",
            better="higher",
        )


def _clips() -> Iterator[Measurement]:
    for height, width in SIZES:
        with tempfile.TemporaryDirectory() as place:
            source = written(Path(place), COUNT, height, width)
            seconds = in_turns(
                {
                    "decoding": lambda source=source: deque(source, maxlen=0),
                    "image": lambda source=source: build_ami(source, count=len(source)).image,
                },
                rounds=ROUNDS,
            )
        yield Measurement(
            group=GROUP,
            name=f"image of {COUNT} JPEG frames, {height} x {width}",
            value=seconds["image"] / seconds["decoding"],
            unit="times decoding",
            note=f"{1e3 * seconds['image']:.0f} ms; decoding alone is the limit",
        )


def _growth() -> Iterator[Measurement]:
    times, held = [], []
    for count in LENGTHS:
        with tempfile.TemporaryDirectory() as place:
            source = written(Path(place), count, 192, 192)

            def image(source: FrameSource = source) -> None:
                _ = build_ami(source, count=len(source)).image

            times.append(in_turns({"image": image}, rounds=5)["image"])
            tracemalloc.start()
            image()
            held.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    yield _exponent("time of an image by number of frames", LENGTHS, times, 1.1)
    yield _exponent("memory of an image by number of frames", LENGTHS, held, 0.1)
    times = []
    for side in SIDES:
        with tempfile.TemporaryDirectory() as place:
            source = written(Path(place), 32, side, side)
            times.append(
                in_turns({"image": lambda s=source: build_ami(s, count=len(s)).image}, rounds=5)[
                    "image"
                ]
            )
    yield _exponent("time of an image by pixels of a frame", [s * s for s in SIDES], times, 1.1)


def _exponent(
    name: str, sizes: Sequence[float], values: Sequence[float], target: float
) -> Measurement:
    return Measurement(
        group="Growth",
        name=name,
        value=growth(sizes, values),
        unit="exponent",
        ratio=False,
        target=target,
        note=f"fitted over {min(sizes)} to {max(sizes)}",
    )


def _dataset() -> Iterator[Measurement]:
    root, spec = study_twin("casme2"), model_entry("affectivenet").input
    samples = tuple(open_dataset("casme2", root))
    frames = sum(len(sample.frames) for sample in samples)

    def decode() -> None:
        for sample in samples:
            deque(open_frames(sample.frames[0].parent), maxlen=0)

    def build() -> None:
        with tempfile.TemporaryDirectory() as place:
            inputs = InputSet(samples, spec, AmiStore(Path(place)))
            failed = [one.failure for one in build_inputs(inputs, workers=1) if one.failure]
            assert not failed, failed[0]

    seconds = in_turns({"decode": decode, "build": build}, rounds=1)
    yield Measurement(
        group=GROUP,
        name=f"twin of CASME II, {len(samples)} clips, from files to stored inputs",
        value=seconds["build"] / seconds["decode"],
        unit="times decoding",
        note=f"{seconds['build']:.1f} s for {frames} frames in one process",
    )
    with tempfile.TemporaryDirectory() as place:
        inputs = InputSet(samples, spec, AmiStore(Path(place)))
        deque(build_inputs(inputs, workers=1), maxlen=0)

        def warm() -> None:
            table = open_dataset("casme2", root)
            again = InputSet(tuple(table), spec, AmiStore(Path(place)))
            deque((again[i] for i in range(len(again))), maxlen=0)

        opened = in_turns({"warm": warm}, rounds=3)["warm"]
    yield Measurement(
        group=GROUP,
        name=f"opening that twin and loading all {len(samples)} inputs from a warm store",
        value=opened / seconds["build"],
        unit="of building them",
        note=f"{opened:.2f} s; no frame is read",
    )


def written(folder: Path, count: int, height: int, width: int) -> FrameSource:
    """Return a clip of JPEG files in `folder`."""
    for number, frame in enumerate(faces(height, width, count), start=1):
        cv2.imwrite(str(folder / f"img{number:03}.jpg"), frame)
    return open_frames(folder)


def faces(height: int, width: int, count: int = COUNT) -> Iterator[np.ndarray]:
    """Yield smooth texture that drifts, with sensor noise: compresses about as faces do."""
    rng = np.random.default_rng(0)
    base = cv2.GaussianBlur(rng.integers(0, 256, (height, width, 3), np.uint8), (0, 0), 3)
    base = cv2.normalize(base, None, 20, 235, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    for shift in range(count):
        moved = np.roll(base, shift // 8, axis=1).astype(np.int16)
        yield np.clip(moved + rng.integers(-2, 3, moved.shape), 0, 255).astype(np.uint8)
