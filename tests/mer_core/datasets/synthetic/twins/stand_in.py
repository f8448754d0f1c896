"""A renderer that costs nothing, and twins rendered by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.synthetic import ClipPlan, GroundTruth, SyntheticClip
from mer_core.datasets.synthetic.twins import TwinManifest, write_twin

SIDE = 8


def stand_in(plan: ClipPlan, *, size: tuple[int, int], framing: str) -> SyntheticClip:
    """Flat frames, each brighter than the last; as many as planned."""
    units = tuple(plan.action_units)
    frames = np.zeros((plan.frames, SIDE, SIDE, 3), np.uint8)
    frames += np.arange(plan.frames, dtype=np.uint8)[:, None, None, None]
    truth = GroundTruth(
        action_units=units,
        curves=np.full((plan.frames, len(units)), 0.25, np.float32),
        displacement=np.zeros((SIDE, SIDE, 2), np.float32),
        masks=np.zeros((len(units), SIDE, SIDE), bool),
        onset=plan.onset,
        apex=plan.apex,
        offset=plan.offset,
    )
    return SyntheticClip(frames, truth, plan)


def quick_twin(dataset: str, out: Path, **options: Any) -> TwinManifest:
    """A twin in moments: enough clips for every class, few and flat frames."""
    amount = {} if options.get("full") else {"subjects": 3, "clips_per_subject": 10}
    settings = {**amount, "seed": 5, "frames": (5, 8), "render": stand_in, **options}
    return write_twin(dataset, out, **settings)
