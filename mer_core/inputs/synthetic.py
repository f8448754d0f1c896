"""Recordings of the synthetic face: drawn when they are first asked for, and kept."""

from __future__ import annotations

import numpy as np

from mer_core.datasets.synthetic import GroundTruth, plan_clip, render_clip, sample_identity
from mer_core.inputs.recording import Recording
from mer_core.records import Clip
from mer_core.store import AmiStore, Arrays, drawing_key


def synthetic_recording(
    *, subject: int, emotion: str, seed: int, size: int = 224, store: AmiStore | None = None
) -> Recording:
    """Draw a synthetic subject who shows `emotion`; frames are numbered from 0.

    Args:
        subject: Number of the synthetic subject.
        emotion: One of `EMOTIONS`.
        seed: Another seed gives another performance by the same subject.
        size: Side of a frame in pixels.
        store: Store that keeps drawn clips; by default the clip is drawn each time.

    Returns:
        The clip, with the truth about its motion in `truth`.

    Raises:
        SettingsError: Nobody knows how to show that emotion.

    Example:
        >>> drawn = synthetic_recording(subject=4, emotion="surprise", seed=1, size=64)
        >>> drawn.clip.frames.shape[1:], drawn.clip.synthetic
        ((64, 64, 3), True)
    """

    def draw() -> Arrays:
        plan = plan_clip(identity=sample_identity(subject), emotion=emotion, seed=seed)
        rendered = render_clip(plan, size=size)
        known = {"frames": rendered.frames, "fps": np.array([plan.fps])}
        return known | rendered.truth.arrays()

    if store is None:
        arrays = draw()
    else:
        clip = {"subject": subject, "emotion": emotion, "seed": seed, "size": size}
        arrays = store.fetch(drawing_key(kind="synthetic clip", **clip), draw, must_keep=False)
    frames, truth = np.asarray(arrays["frames"], np.uint8), GroundTruth.of(arrays)
    return Recording(
        clip=Clip(
            name=f"synthetic subject {subject}, {emotion}, seed {seed}",
            frames=frames,
            frame_numbers=tuple(range(len(frames))),
            fps=float(arrays["fps"][0]),
            synthetic=True,
        ),
        subject=str(subject),
        label=emotion,
        action_units=truth.action_units,
        onset=truth.onset,
        apex=truth.apex,
        offset=truth.offset,
        truth=truth,
    )
