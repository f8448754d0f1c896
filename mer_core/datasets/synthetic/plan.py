"""What shall happen in a clip, decided before a pixel is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mer_core.datasets.synthetic.action_units import action_unit, facial_actions, sample_units
from mer_core.datasets.synthetic.face_model import build_face
from mer_core.datasets.synthetic.identity import Identity
from mer_core.datasets.synthetic.motion import profile, sample_key_frames
from mer_core.datasets.synthetic.nuisances import Nuisances
from mer_core.errors import SettingsError
from mer_core.seeding import generator

FACE_HEIGHT_MM = 222.0
"""What counts as the height of the face when movement is given in pixels of a face."""

MICRO_PIXELS = (0.6, 3.8)
"""Range of the largest movement of a micro-expression, in pixels on a face 128 pixels high."""


@dataclass(frozen=True, kw_only=True)
class ClipPlan:
    """One clip to be rendered: who, what, when, and how badly recorded.

    Attributes:
        action_units: Unit to peak intensity, 0 to 1 of the full movement.
        asymmetry: Unit to lean, -1 (subject's right only) to 1 (left only).
        frames: Number of frames.
        onset, apex, offset: Key frames, counted from 0.
        seed: Seeds everything random in the recording.
    """

    identity: Identity
    emotion: str
    action_units: Mapping[str, float]
    asymmetry: Mapping[str, float] = field(default_factory=dict)
    frames: int
    onset: int
    apex: int
    offset: int
    fps: float
    nuisances: Nuisances = field(default_factory=Nuisances)
    seed: int

    def __post_init__(self) -> None:
        profile(self.frames, self.onset, self.apex, self.offset)
        for unit, intensity in self.action_units.items():
            action_unit(unit)
            if not 0 <= intensity <= 1:
                raise SettingsError(f"{unit} cannot have intensity {intensity}, only 0 to 1")


def plan_clip(
    *,
    identity: Identity,
    emotion: str,
    seed: int,
    frames: int = 32,
    fps: float = 100.0,
    onset: int | None = None,
    apex: int | None = None,
    offset: int | None = None,
    intensity: float | None = None,
    nuisances: Nuisances | None = None,
) -> ClipPlan:
    """Samples a clip in which `identity` shows `emotion`.

    Args:
        identity: The subject.
        emotion: One of `EMOTIONS`.
        seed: Same seed, same plan.
        frames: Length of the clip.
        fps: Frame rate written into the plan; it does not change the motion.
        onset: First key frame, counted from 0; sampled where not given, like the next two.
        apex: Second key frame.
        offset: Third key frame.
        intensity: Strongest unit's share of the full movement. None draws a micro-expression:
            0.2 to 0.5, then kept within `MICRO_PIXELS`.
        nuisances: Recording conditions; the defaults if None.
    """
    rng = generator(seed, "plan", emotion)
    units, asymmetry = sample_units(emotion, rng)
    drawn = sample_key_frames(frames, rng)
    start, peak, end = _key_frames(frames, (onset, apex, offset), drawn)
    share = float(rng.uniform(0.2, 0.5))
    if intensity is None:
        units = _micro(identity, {unit: value * share for unit, value in units.items()}, asymmetry)
    else:
        top = max(units.values(), default=1.0)
        units = {unit: value / top * intensity for unit, value in units.items()}
    return ClipPlan(
        identity=identity,
        emotion=emotion,
        action_units=units,
        asymmetry=asymmetry,
        frames=frames,
        onset=start,
        apex=peak,
        offset=end,
        fps=fps,
        nuisances=nuisances or Nuisances(),
        seed=seed,
    )


def _key_frames(
    frames: int, given: tuple[int | None, int | None, int | None], drawn: tuple[int, int, int]
) -> tuple[int, int, int]:
    """Key frames as given, the others as drawn, moved where needed to keep the order."""
    onset, apex, offset = given
    start = drawn[0] if onset is None else onset
    end = drawn[2] if offset is None else offset
    if onset is None:
        start = max(0, min(start, (frames if apex is None else apex) - 1, end - 2))
    if offset is None:
        end = min(frames - 1, max(end, (start + 1 if apex is None else apex) + 1))
    peak = min(max(drawn[1], start + 1), end - 1) if apex is None else apex
    return start, peak, end


def _micro(
    identity: Identity, units: dict[str, float], asymmetry: Mapping[str, float]
) -> dict[str, float]:
    """The intensities, scaled together where the largest movement is not a micro one."""
    moves = build_face(identity).displacement(facial_actions(units, asymmetry))
    pixels = float(np.linalg.norm(moves[:, :2], axis=1).max()) * 128 / FACE_HEIGHT_MM
    if not pixels:
        return units
    low, high = MICRO_PIXELS
    scale = float(np.clip(pixels, low, high)) / pixels
    return {unit: min(1.0, value * scale) for unit, value in units.items()}
