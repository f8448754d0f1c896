"""The cohort as images: each person's clips are drawn, summed under every weighting, and kept.

Frames are never written. A person is one file, which appears whole or not at all, so drawing can
be stopped anywhere and goes on with the next person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from mer_core.ami import WEIGHTINGS, build_ami
from mer_core.atomic import atomic_path
from mer_core.cluster import Executor, LostWorker, Report
from mer_core.datasets.synthetic import render_clip
from mer_core.datasets.synthetic.cohort import (
    COHORT_CLASSES,
    CohortClip,
    CohortSettings,
    Part,
    cohort_clips,
    subject_name,
)
from mer_core.errors import StoreError
from mer_core.folders import cache_folder
from mer_core.inputs.imaging import resize_image
from mer_core.inputs.recording import Recording
from mer_core.provenance import code_digest, settings_digest, versions
from mer_core.records import Clip, array_digest

SIZE = (112, 112)

Variant = Literal["plain", "motionless", "reversed"]
"""Clips as they are; without their expression, all else equal; with their frames backwards."""

_SOURCES = (
    "ami/accumulation.py",
    "ami/imaging.py",
    "ami/weighting.py",
    "datasets/synthetic",
    "resizing.py",
    "seeding.py",
)
"""The code that decides what an image of the cohort looks like."""


@dataclass(frozen=True, eq=False, kw_only=True)
class CohortImages:
    """A part of the cohort under one weighting.

    Attributes:
        images: N x H x W x 3, 8-bit.
        labels: N indices into `classes`.
        classes: Names of the classes.
        emotions: Acted emotion of each clip.
        subjects: Person in each clip.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    emotions: tuple[str, ...]
    subjects: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def digest(self) -> str:
        """Identity of the images and their labels."""
        return settings_digest([array_digest(self.images), array_digest(self.labels)])


@dataclass(frozen=True, kw_only=True)
class PersonTask:
    """One person to be drawn into a file."""

    settings: CohortSettings
    part: Part
    number: int
    variant: Variant
    path: Path


def cohort_folder(settings: CohortSettings) -> Path:
    """Return the folder of a cohort's images; another face model or library has another folder.

    How many people there are counts for nothing: a larger cohort begins with the smaller one.
    """
    key = settings_digest(
        {
            "settings": replace(settings, training=0, inner=0, unseen=0),
            "images": [SIZE, WEIGHTINGS.names()],
            "sources": code_digest(*_SOURCES, without=("datasets/synthetic/twins",)),
            "libraries": {name: versions()[name] for name in ("numpy", "opencv-python")},
        }
    )
    return cache_folder() / "cohort" / key[:16]


def draw_cohort(
    settings: CohortSettings,
    part: Part,
    *,
    executor: Executor,
    variant: Variant = "plain",
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Draw everybody of `part` who is not drawn yet.

    Args:
        settings: The cohort.
        part: Part of the cohort.
        executor: Executor that draws people.
        variant: Change to their clips.
        progress: Callback that gets people drawn and people in all.

    Raises:
        StoreError: A person could not be drawn or kept.
    """
    total = settings.people(part)
    tasks = list(_missing(settings, part, variant))
    done = total - len(tasks)
    if progress is not None:
        progress(done, total)
    for outcome in executor.map(_draw, tasks, report=lambda _: None):
        if outcome is None or isinstance(outcome, LostWorker):
            continue
        if outcome.error is not None:
            raise StoreError(
                f"{subject_name(part, outcome.item.number)} was not drawn: {outcome.error}",
                where=cohort_folder(settings),
                remedy="run the same command again; people who are drawn are kept",
            ) from outcome.error
        done += 1
        if progress is not None:
            progress(done, total)


def load_cohort(
    settings: CohortSettings, part: Part, *, weighting: str, variant: Variant = "plain"
) -> CohortImages:
    """Read a part that `draw_cohort` has drawn.

    Raises:
        StoreError: Somebody is not drawn yet.
    """
    row = WEIGHTINGS.names().index(WEIGHTINGS.get(weighting).name)
    images, labels, emotions, subjects = [], [], list[str](), list[str]()
    for number in range(settings.people(part)):
        path = _path(settings, part, number, variant)
        if not path.exists():
            raise StoreError(
                f"{subject_name(part, number)} is not drawn yet",
                where=path.parent,
                remedy="run `mer pretrain`, which draws whoever is missing",
            )
        with np.load(path, allow_pickle=False) as person:
            images.append(person["images"][:, row])
            labels.append(person["labels"])
            emotions += person["emotions"].tolist()
        subjects += [subject_name(part, number)] * len(labels[-1])
    return CohortImages(
        images=np.concatenate(images),
        labels=np.concatenate(labels),
        classes=COHORT_CLASSES,
        emotions=tuple(emotions),
        subjects=tuple(subjects),
    )


def person_images(
    settings: CohortSettings, part: Part, number: int, variant: Variant = "plain"
) -> dict[str, npt.NDArray[np.generic]]:
    """Draw one person: images (clips x weightings x H x W x 3), labels and emotions."""
    clips = cohort_clips(settings, part, number)
    images = np.empty((len(clips), len(WEIGHTINGS.names()), *SIZE, 3), np.uint8)
    for row, clip in zip(images, clips, strict=True):
        plan = clip.plan
        if variant == "motionless":
            plan = replace(plan, action_units={}, asymmetry={})
        frames = render_clip(plan, size=clip.size).frames
        if variant == "reversed":
            frames = frames[::-1]
        for place, weighting in enumerate(WEIGHTINGS.names()):
            image = build_ami(frames, count=len(frames), weighting=weighting)
            row[place] = resize_image(image, SIZE).image
    return {
        "images": images,
        "labels": np.array([COHORT_CLASSES.index(clip.label) for clip in clips], np.int64),
        "emotions": np.array([clip.emotion for clip in clips]),
    }


def _missing(
    settings: CohortSettings, part: Part, variant: Variant = "plain"
) -> Iterator[PersonTask]:
    for number in range(settings.people(part)):
        path = _path(settings, part, number, variant)
        if not path.exists():
            yield PersonTask(
                settings=settings, part=part, number=number, variant=variant, path=path
            )


def _path(settings: CohortSettings, part: Part, number: int, variant: Variant = "plain") -> Path:
    folder = part if variant == "plain" else f"{part}-{variant}"
    return cohort_folder(settings) / folder / f"{number:04d}.npz"


def _draw(task: PersonTask, _report: Report) -> int:
    arrays = person_images(task.settings, task.part, task.number, task.variant)
    with atomic_path(task.path) as partial:
        np.savez_compressed(partial, allow_pickle=False, **arrays)
    return task.number


def cohort_recording(clip: CohortClip, *, index: int) -> Recording:
    """Draw one clip of the cohort with its ground truth, as pages and methods take clips.

    Args:
        clip: One of `cohort_clips`.
        index: Its place among its person's clips, for its name.
    """
    drawn = render_clip(clip.plan, size=clip.size)
    return Recording(
        clip=Clip(
            name=f"cohort {clip.subject}, clip {index}",
            frames=drawn.frames,
            frame_numbers=tuple(range(len(drawn.frames))),
            fps=clip.plan.fps,
            synthetic=True,
        ),
        subject=clip.subject,
        label=clip.label,
        action_units=drawn.truth.action_units,
        onset=drawn.truth.onset,
        apex=drawn.truth.apex,
        offset=drawn.truth.offset,
        truth=drawn.truth,
    )
