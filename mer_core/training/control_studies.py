"""The controls of one study, run beside it on the same folds and seeds, and read together.

An identity probe says how much of a person an image gives away. It is linear, and is asked who is
in an image, having seen all other images, the same person's included. What it can tell, an
expression network can tell too, and use: with leave-one-video-out it pays, with
leave-one-subject-out it cannot.

Ridge regression to one-hot identities on centred pixels, in its kernel form, has its
leave-one-out answers in closed form (Allen's PRESS, Technometrics 1974): with G = (K + lambda I)^-1

    answer_i = y_i - (G Y)_i / G_ii
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.protocols import (
    Interval,
    Scores,
    paired_difference,
    score,
    score_intervals,
    subject_of,
)
from mer_core.records import Prediction, Sample
from mer_core.training.controls import CONTROLS, find_control
from mer_core.training.experiment import CatalogExperiment
from mer_core.training.result import StudyResult
from mer_core.training.settings import TrainingSettings
from mer_core.training.study import Study


@dataclass(frozen=True, kw_only=True)
class ControlRow:
    """One line of the table of controls.

    Attributes:
        name: The control.
        title: Title of the change.
        expectation: Expected outcome.
        uar: Unweighted average recall with its interval over subjects.
        accuracy: Pooled accuracy with its interval.
        change: UAR minus the unchanged study's, same subjects drawn; None for that study.
        chance: Score of guessing: one over the number of classes with true samples.
        majority_rate: Accuracy of the most frequent answer.
    """

    name: str
    title: str
    expectation: str
    uar: Interval
    accuracy: Interval
    change: Interval | None
    chance: float
    majority_rate: float


@dataclass(frozen=True, kw_only=True)
class IdentityRow:
    """Score of a linear probe for the person in an image, under one weighting."""

    weighting: str
    accuracy: Interval
    chance: float


def control_studies(
    experiment: CatalogExperiment,
    *,
    settings: TrainingSettings,
    protocol: str = "loso",
    seeds: tuple[int, ...] = (0,),
    folder: Path | None = None,
) -> dict[str, Study]:
    """The unchanged study and one for each control, created or taken up."""
    return {
        name: Study.create(
            experiment,
            protocol=protocol,
            settings=settings,
            seeds=seeds,
            control=name,
            folder=folder / name if folder else None,
            keep_weights=False,
        )
        for name in CONTROLS.names()
    }


def control_rows(results: Mapping[str, StudyResult]) -> tuple[ControlRow, ...]:
    """The table of finished control studies; the unchanged one, "none", must be among them."""
    plain = list(results["none"].by_seed.values())
    rows = []
    for name, result in results.items():
        control, repeats = find_control(name), list(result.by_seed.values())
        intervals = score_intervals(repeats)
        present = len(result.classes) - len(repeats[0].absent_classes)
        rows.append(
            ControlRow(
                name=name,
                title=control.title,
                expectation=control.expectation,
                uar=intervals["uar"],
                accuracy=intervals["accuracy_pooled"],
                change=None if name == "none" else paired_difference(repeats, plain),
                chance=1 / present,
                majority_rate=repeats[0].majority_rate,
            )
        )
    return tuple(rows)


def identity_rows(experiment: CatalogExperiment) -> Iterator[IdentityRow]:
    """The identity probe under each named frame weighting."""
    from mer_core.ami import WEIGHTINGS

    table = experiment.table()
    for weighting in WEIGHTINGS.names():
        seen = replace(experiment, weighting=weighting)
        images = seen.images(table, find_control("none"))
        scores = identity_scores(np.stack([np.asarray(image) for image in images]), table.samples)
        yield IdentityRow(
            weighting=weighting,
            accuracy=score_intervals([scores])["accuracy_pooled"],
            chance=scores.majority_rate,
        )


def as_dict(row: ControlRow | IdentityRow) -> dict[str, Any]:
    """Plain values, ready for JSON."""
    return asdict(row)


RIDGE = 1e-2
"""Share of the mean squared length of a centred image."""


def identity_scores(images: npt.NDArray[np.floating], samples: Sequence[Sample]) -> Scores:
    """Scores of the probe on clips of datasets; see `identity_of`."""
    return identity_of(images, [subject_of(sample) for sample in samples])


def identity_of(images: npt.NDArray[np.number], subjects: Sequence[str]) -> Scores:
    """Scores of the probe; its classes are the subjects, its majority rate is chance.

    Args:
        images: One for each clip, in any shape.
        subjects: Person in each.
    """
    people, codes, counts = np.unique(subjects, return_inverse=True, return_counts=True)
    if len(people) < 2 or counts.min() < 2:
        raise SettingsError(
            "an identity probe needs two people with two clips each", where="identity probe"
        )
    answers = leave_one_out(np.asarray(images, float).reshape(len(images), -1), codes)
    predictions = [
        Prediction(
            key=f"{people[code]}/{index}",
            subject=str(people[code]).rpartition("/")[2],
            truth=str(people[code]),
            predicted=str(people[answer]),
            probabilities={},
        )
        for index, (code, answer) in enumerate(zip(codes, answers, strict=True))
    ]
    return score(predictions, [str(person) for person in people])


def leave_one_out(features: npt.NDArray[np.floating], codes: npt.NDArray[np.intp]) -> npt.NDArray:
    """For each row, the class that ridge regression on all other rows gives it."""
    centred = features - features.mean(axis=0)
    kernel = centred @ centred.T
    inverse = np.linalg.inv(kernel + RIDGE * np.trace(kernel) / len(kernel) * np.eye(len(kernel)))
    targets = np.eye(codes.max() + 1)[codes] - 1 / (codes.max() + 1)
    return (targets - inverse @ targets / np.diag(inverse)[:, None]).argmax(axis=1)
