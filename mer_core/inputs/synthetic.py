"""Recordings of the synthetic face: drawn when they are first asked for, and kept."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic import GroundTruth, plan_clip, render_clip, sample_identity
from mer_core.datasets.synthetic.rendering import rendering_digest
from mer_core.inputs.recording import Recording
from mer_core.inputs.store import AmiStore, store_key
from mer_core.records import Clip

Arrays = Mapping[str, npt.NDArray[np.generic]]


def synthetic_recording(
    *, subject: int, emotion: str, seed: int, size: int = 224, store: AmiStore | None = None
) -> Recording:
    """A synthetic subject showing `emotion`; frames are numbered from 0.

    Args:
        subject: Number of the synthetic subject.
        emotion: One of `EMOTIONS`.
        seed: Another seed gives another performance by the same subject.
        size: Side of a frame in pixels.
        store: Where what has been drawn is kept; by default it is drawn each time.
    """

    def draw() -> Arrays:
        return _drawn(subject, emotion, seed, size)

    if store is None:
        arrays = draw()
    else:
        shown = {"subject": subject, "emotion": emotion, "seed": seed, "size": size}
        key = store_key(kind="rendered", code=rendering_digest(), **shown)
        arrays = store.fetch(key, draw, must_keep=False)
    name = f"synthetic subject {subject}, {emotion}, seed {seed}"
    return _recording(arrays, name=name, subject=str(subject), label=emotion)


def _drawn(subject: int, emotion: str, seed: int, size: int) -> Arrays:
    """All that is known of the clip, as arrays that a store can keep."""
    plan = plan_clip(identity=sample_identity(subject), emotion=emotion, seed=seed)
    rendered = render_clip(plan, size=size)
    return {
        "frames": rendered.frames,
        "fps": np.array([plan.fps]),
        "key_frames": np.array([plan.onset, plan.apex, plan.offset]),
        "action_units": np.array(rendered.truth.action_units, dtype=np.str_),
        "curves": rendered.truth.curves,
        "displacement": rendered.truth.displacement,
        "masks": rendered.truth.masks,
    }


def _recording(arrays: Arrays, *, name: str, subject: str, label: str) -> Recording:
    onset, apex, offset = map(int, arrays["key_frames"])
    units = tuple(map(str, arrays["action_units"]))
    frames = np.asarray(arrays["frames"], np.uint8)
    clip = Clip(
        name=name,
        frames=frames,
        frame_numbers=tuple(range(len(frames))),
        fps=float(arrays["fps"][0]),
        synthetic=True,
    )
    truth = GroundTruth(
        action_units=units,
        curves=np.asarray(arrays["curves"], np.float32),
        displacement=np.asarray(arrays["displacement"], np.float32),
        masks=np.asarray(arrays["masks"], np.bool_),
        onset=onset,
        apex=apex,
        offset=offset,
    )
    return Recording(
        clip=clip,
        subject=subject,
        label=label,
        action_units=units,
        onset=onset,
        apex=apex,
        offset=offset,
        truth=truth,
    )
