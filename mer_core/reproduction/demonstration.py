"""The clip that is shown where the reader has none of their own."""

from __future__ import annotations

from mer_core.datasets.synthetic import plan_clip, render_clip, sample_identity
from mer_core.records import Clip


def synthetic_recording(*, subject: int, emotion: str, seed: int, size: int = 224) -> Clip:
    """A synthetic subject showing `emotion`, from onset to offset."""
    plan = plan_clip(identity=sample_identity(subject), emotion=emotion, seed=seed)
    rendered = render_clip(plan, size=size)
    return Clip(
        name=f"synthetic subject {subject}, {emotion}, seed {seed}",
        frames=rendered.frames[plan.onset : plan.offset + 1],
        frame_numbers=tuple(range(plan.onset, plan.offset + 1)),
        fps=plan.fps,
        synthetic=True,
    )
