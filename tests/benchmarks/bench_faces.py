"""Faces: drawing one, finding and aligning one, and the flow between two frames of one."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mer_core.datasets.synthetic import plan_clip, render_clip, render_neutral, sample_identity
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.faces import detect_faces
from mer_core.flow import FLOW_METHODS, optical_flow
from tests.benchmarks.measuring import Measurement, in_turns

GROUP = "Faces"
CAMERA = (480, 640)


def measure() -> Iterator[Measurement]:
    """Yield the cost of detection, drawing and flow; one thread of OpenCV."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield from _detection()
        yield from _drawing()
        yield from _flow()
    finally:
        cv2.setNumThreads(threads)
    yield from _writing()


def _detection() -> Iterator[Measurement]:
    frame = render_neutral(sample_identity(3), size=CAMERA, framing="camera")
    coded = cv2.imencode(".jpg", frame)[1]
    seconds = in_turns(
        {
            "detection": lambda: detect_faces(frame),
            "decoding": lambda: cv2.imdecode(coded, cv2.IMREAD_COLOR),
        },
        rounds=7,
    )
    yield Measurement(
        group=GROUP,
        name="finding a face and its landmarks, 480 x 640",
        value=seconds["detection"] / seconds["decoding"],
        unit="times decoding the frame",
        note=f"{1e3 * seconds['detection']:.0f} ms a frame",
    )


def _drawing() -> Iterator[Measurement]:
    plan = plan_clip(identity=sample_identity(3), emotion="happiness", seed=5)
    frame = np.zeros((224, 224, 3), np.float32)
    # A warp of as many pixels is what any moving picture costs at least.
    rows, columns = np.indices((224, 224), np.float32)
    seconds = in_turns(
        {
            "clip": lambda: render_clip(plan),
            "warps": lambda: [
                cv2.remap(frame, columns, rows, cv2.INTER_LINEAR) for _ in range(plan.frames)
            ],
        },
        rounds=3,
    )
    yield Measurement(
        group=GROUP,
        name=f"drawing a synthetic clip, {plan.frames} frames of 224 x 224",
        value=seconds["clip"] / seconds["warps"],
        unit="times a bare warp of each frame",
        note=f"{seconds['clip']:.2f} s of one core",
    )


def _flow() -> Iterator[Measurement]:
    plan = plan_clip(
        identity=sample_identity(0), emotion="surprise", seed=0, frames=5, onset=0, apex=2, offset=4
    )
    clip = render_clip(plan, size=128)
    frames, moved = clip.frames, clip.truth.displacement
    moving = np.hypot(*np.moveaxis(moved, 2, 0)) > 0.3 * np.hypot(*np.moveaxis(moved, 2, 0)).max()
    runs = {
        name: (lambda name=name: optical_flow(frames[0], frames[2], method=name))
        for name in FLOW_METHODS.names()
    }
    seconds = in_turns(runs, rounds=7)
    quickest = min(seconds.values())
    for name, value in seconds.items():
        yield Measurement(
            group=GROUP,
            name=f"optical flow by {FLOW_METHODS.get(name).title}, 128 x 128",
            value=value / quickest,
            unit="times the quickest",
            note=f"{1e3 * value:.1f} ms; where the skin moves, "
            f"{_error(runs[name](), moved, moving):.2f} pixels off",
        )


def _error(flow: np.ndarray, moved: np.ndarray, moving: np.ndarray) -> float:
    return float(np.hypot(*np.moveaxis(flow - moved, 2, 0))[moving].mean())


def _writing() -> Iterator[Measurement]:
    seconds = {}
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            write_twin(
                "casme2",
                Path(folder) / "twin",
                subjects=4,
                clips_per_subject=4,
                size=160,
                frames=(28, 28),
                workers=workers,
            )
            seconds[workers] = time.perf_counter() - began
    yield Measurement(
        group=GROUP,
        name="writing a twin of 16 clips with two processes",
        value=seconds[2] / seconds[1],
        unit="of the time with one",
        target=0.7,
        note=f"{16 / seconds[2]:.1f} clips a second",
    )
