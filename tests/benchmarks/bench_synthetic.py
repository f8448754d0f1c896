"""Speed and recognisability of the synthetic face, on one core.

Prints the processor time of a 224-pixel, 32-frame clip by part (target: at most 1 s), and how often
the face detector finds exactly one face in neutral frames (target: at least 95 %).
"""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np

from mer_core.datasets.synthetic import (
    NO_NUISANCES,
    Identity,
    SyntheticClip,
    plan_clip,
    render_clip,
    render_neutral,
    sample_identity,
)
from mer_core.datasets.synthetic.face_model import build_face
from mer_core.datasets.synthetic.texture import paint
from mer_core.faces import detect_faces

_EMOTIONS = ("happiness", "surprise", "disgust", "neutral")
_SUBJECTS = 48


def main() -> None:
    """Prints all figures."""
    cv2.setNumThreads(1)
    identity = sample_identity(3)
    print(f"{'new subject: mesh':34s} {_seconds(lambda: build_face(identity)) * 1e3:8.1f} ms")
    print(f"{'new subject: texture':34s} {_seconds(lambda: paint(identity)) * 1e3:8.1f} ms")
    for emotion in _EMOTIONS:
        _report_clip(identity, emotion)
    for size, framing in ((224, "crop"), ((480, 640), "camera")):
        share = _detected(size, framing)
        print(f"{f'one face found, {framing}':34s} {share:8.1%} of {_SUBJECTS} subjects (>= 95 %)")


def _report_clip(identity: Identity, emotion: str) -> None:
    plan = plan_clip(identity=identity, emotion=emotion, seed=5)
    clean = plan_clip(identity=identity, emotion=emotion, seed=5, nuisances=NO_NUISANCES)
    whole = min(_seconds(lambda: render_clip(plan)) for _ in range(3))
    drawing = min(_seconds(lambda: render_clip(clean)) for _ in range(3))
    units = "+".join(plan.action_units) or "still"
    print(
        f"{f'{emotion} ({units})':34s} {whole:8.3f} s a clip (<= 1 s), "
        f"{whole / plan.frames * 1e3:5.1f} ms a frame: drawing {drawing / plan.frames * 1e3:5.1f}, "
        f"camera {max(whole - drawing, 0) / plan.frames * 1e3:5.1f}"
    )


def _seconds(action: Callable[[], SyntheticClip | object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def _detected(size: int | tuple[int, int], framing: str) -> float:
    single = []
    for seed in range(_SUBJECTS):
        frame = render_neutral(sample_identity(seed), size=size, framing=framing)
        single.append(len(detect_faces(frame)) == 1)
    return float(np.mean(single))


if __name__ == "__main__":
    main()
