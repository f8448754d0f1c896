"""The synthetic cohort: many people on whom the shipped networks are trained, tuned and scored.

A few faces teach a network who is who; hundreds teach it what moves. The cohort has three parts
whose people never meet: "training", "inner" (recipes are chosen and temperatures fitted on it) and
"unseen" (scores of the model cards). Its people are drawn from seeds of their own, so none of them
is a live subject of the workbench, of a demo or of a twin.

Every class of the four-class scheme is equally frequent; within a class its emotions are, with
their overlapping action units. A clip is a micro-expression from onset to offset, under its own
frame rate, size, sway, noise and compression, and each person has a light of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mer_core.datasets.synthetic.identity import sample_identity
from mer_core.datasets.synthetic.nuisances import Nuisances
from mer_core.datasets.synthetic.plan import ClipPlan, plan_clip
from mer_core.errors import SettingsError
from mer_core.provenance import settings_digest
from mer_core.seeding import derive_seed, generator

Part = Literal["training", "inner", "unseen"]
PARTS: tuple[Part, ...] = ("training", "inner", "unseen")

COHORT_NAME, COHORT_TITLE = "cohort", "Synthetic cohort"
"""What rows call it, and what readers see."""

COHORT_SCHEME = "natural4"
"""The label scheme whose classes the cohort shows."""

CLASS_EMOTIONS: Mapping[str, tuple[str, ...]] = {
    "positive": ("happiness",),
    "negative": ("anger", "contempt", "disgust", "fear", "sadness"),
    "surprise": ("surprise",),
    "others": ("others", "repression", "tense"),
}
"""The emotions of each class, as the scheme maps them; words that name a class are left out."""

COHORT_CLASSES = tuple(CLASS_EMOTIONS)


@dataclass(frozen=True, kw_only=True)
class CohortSettings:
    """Everything a cohort follows from; equal settings give equal clips.

    Attributes:
        seed: Seed of everybody and of everything they do.
        training: Number of people networks are trained on.
        inner: Number of people recipes and temperatures are chosen on.
        unseen: Number of people scores are made on.
        clips: Clips of each person, a multiple of the number of classes.
        frames: Fewest and most frames of a clip, drawn on a logarithmic scale.
        sizes: Sides of a square frame in pixels.
    """

    seed: int = 2021
    training: int = 700
    inner: int = 60
    unseen: int = 80
    clips: int = 8
    frames: tuple[int, int] = (10, 32)
    sizes: tuple[int, ...] = (112, 128, 160)

    def __post_init__(self) -> None:
        if self.clips < 1 or self.clips % len(COHORT_CLASSES):
            raise SettingsError(
                f"{self.clips} clips cannot show {len(COHORT_CLASSES)} classes equally often",
                where="clips",
            )
        if min(self.training, self.inner, self.unseen) < 0:
            raise SettingsError("numbers of people cannot be negative", where="cohort")
        if not 3 <= self.frames[0] <= self.frames[1]:
            raise SettingsError(f"{self.frames} is no range of at least 3 frames", where="frames")

    @property
    def digest(self) -> str:
        """Identity of the whole cohort."""
        return settings_digest(self)

    def people(self, part: Part) -> int:
        """Number of people in `part`."""
        return int(getattr(self, part))


@dataclass(frozen=True, kw_only=True)
class CohortClip:
    """One clip to be drawn.

    Attributes:
        subject: Name of the person, e.g. "unseen/0007".
        label: Class.
        emotion: Acted emotion.
        plan: Plan of the clip.
        size: Side of a frame in pixels.
    """

    subject: str
    label: str
    emotion: str
    plan: ClipPlan
    size: int


def subject_name(part: Part, number: int) -> str:
    """The name of a person of the cohort."""
    return f"{part}/{number:04d}"


def identity_seed(settings: CohortSettings, part: Part, number: int) -> int:
    """The seed of a person's face."""
    if part not in PARTS:
        raise SettingsError(f"the cohort has no part {part!r}", remedy=f"use {', '.join(PARTS)}")
    return derive_seed(settings.seed, "cohort", part, number)


def cohort_clips(settings: CohortSettings, part: Part, number: int) -> tuple[CohortClip, ...]:
    """Plan the clips of person `number` of `part`, counted from 0."""
    if not 0 <= number < settings.people(part):
        raise SettingsError(f"{part} has {settings.people(part)} people", where=str(number))
    face = identity_seed(settings, part, number)
    identity = sample_identity(face)
    clips = []
    for index in range(settings.clips):
        label = COHORT_CLASSES[index % len(COHORT_CLASSES)]
        rng = generator(face, "cohort clip", index)
        emotion = str(rng.choice(CLASS_EMOTIONS[label]))
        low, high = np.log(settings.frames)
        frames = round(float(np.exp(rng.uniform(low, high))))
        rise = round(float(rng.uniform(0.35, 0.62)) * (frames - 1))
        plan = plan_clip(
            identity=identity,
            emotion=emotion,
            seed=derive_seed(face, "cohort clip", index),
            frames=frames,
            fps=float(rng.choice([60.0, 100.0, 200.0])),
            onset=0,
            apex=min(max(rise, 1), frames - 2),
            offset=frames - 1,
            nuisances=_nuisances(rng),
        )
        size = int(rng.choice(settings.sizes))
        clips.append(
            CohortClip(
                subject=subject_name(part, number),
                label=label,
                emotion=emotion,
                plan=plan,
                size=size,
            )
        )
    return tuple(clips)


def _nuisances(rng: np.random.Generator) -> Nuisances:
    """Recording conditions around those of the twins."""
    return Nuisances(
        sway=float(rng.uniform(0.2, 0.8)),
        blink=0.15,
        flicker=float(rng.uniform(0, 0.012)),
        noise=float(rng.uniform(0.5, 2.2)),
        jpeg=int(rng.integers(85, 100)),
    )
