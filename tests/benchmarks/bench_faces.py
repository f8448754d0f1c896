"""Faces: drawing one, finding and aligning one, and the flow between two frames of one.

`python -m tests.benchmarks.bench_faces` counts faces that are found: real ones turned, darkened and
shrunk, frames without any, and the eyes of generated ones.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mer_core.datasets.synthetic import (
    eye_positions,
    plan_clip,
    render_clip,
    render_neutral,
    sample_identity,
)
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.faces import detect_faces
from mer_core.flow import FLOW_METHODS, optical_flow
from tests.benchmarks.measuring import Measurement, in_turns

GROUP = "Faces"
CAMERA = (480, 640)
REAL = Path(__file__).parents[3] / "shared" / "data" / "faces"


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


def _turned(frame: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """`frame` turned clockwise around its middle, and the matrix that turns its points."""
    height, width = frame.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    return cv2.warpAffine(frame, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), turn


def _shrunk(frame: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    height, width = frame.shape[:2]
    size = (round(width * scale), round(height * scale))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.diag([scale, scale, 0])[:2]


def _real() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Frames with one face, and frames without any: photographs, and recordings that lie here."""
    from skimage import data

    faces = [data.astronaut()[:320, 60:380]]
    others = [data.chelsea(), data.coffee(), data.rocket()]
    if REAL.is_dir():
        for name, kept in (("single_face.mp4", faces), ("no_face.mp4", others)):
            video, read = cv2.VideoCapture(str(REAL / name)), []
            while (frame := video.read()[1]) is not None:
                read.append(np.ascontiguousarray(frame[..., ::-1]))
            kept += read[:: max(1, len(read) // 8)][:8]
    return faces, others


def main() -> None:
    """Prints found faces, false alarms, and errors of the eyes in eye distances."""
    faces, others = _real()
    changes = {
        "as they are": lambda frame, _: (frame, np.eye(2, 3)),
        **{
            f"turned by {turn}": lambda frame, _, turn=turn: _turned(frame, turn)
            for turn in (-45, -30, -15, 15, 30, 45)
        },
        "at 15 % of their light": lambda frame, _: ((frame * 0.15).astype(np.uint8), np.eye(2, 3)),
        "at 40 pixels": lambda frame, face: _shrunk(frame, 40 / face.box[2]),
    }
    print(f"{len(faces)} real frames with one face, {len(others)} without")
    for name, change in changes.items():
        found, more, away = 0, 0, []
        for frame in faces:
            (upright,) = detect_faces(frame)
            shown, matrix = change(frame, upright)
            expected = upright.landmarks[:2] @ matrix[:, :2].T + matrix[:, 2]
            errors = [
                np.hypot(*(face.landmarks[:2] - expected).T).max()
                / np.hypot(*(expected[1] - expected[0]))
                for face in detect_faces(np.ascontiguousarray(shown))
            ]
            near = [error for error in errors if error < 0.25]
            found, more = found + bool(near), more + len(errors) - len(near)
            away += near[:1]
        print(f"{name:24} found {found:2} of {len(faces)}, false alarms {more}, eyes off", end=" ")
        print(f"by {np.mean(away):.3f}" if away else "-")
    alarms = sum(bool(detect_faces(frame)) for frame in others)
    print(f"without a face: {alarms} false alarms in {len(others)} frames")
    away, people = [], 48
    for seed in range(people):
        shown = {"size": CAMERA, "framing": "camera"}
        eyes = eye_positions(sample_identity(seed), **shown)
        for face in detect_faces(render_neutral(sample_identity(seed), **shown))[:1]:
            error = np.hypot(*(face.landmarks[:2] - eyes).T).max()
            away.append(error / np.hypot(*(eyes[1] - eyes[0])))
    print(f"{len(away)} of {people} generated faces before a camera found; eyes off by", end=" ")
    print(f"{np.mean(away):.3f} on average, {np.max(away):.3f} at most, of the eye distance")


if __name__ == "__main__":
    main()
