"""How much of a person's identity an image gives away.

A linear probe is asked who is in an image, having seen all other images, the same person's
included. What it can tell, an expression network can tell too, and use: with leave-one-video-out
it pays, with leave-one-subject-out it cannot.

Ridge regression to one-hot identities on centred pixels, in its kernel form, has its
leave-one-out answers in closed form (Allen's PRESS, Technometrics 1974): with G = (K + lambda I)^-1

    answer_i = y_i - (G Y)_i / G_ii
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.protocols import Scores, score, subject_of
from mer_core.records import Prediction, Sample

RIDGE = 1e-2
"""Of the mean squared length of a centred image."""


def identity_scores(images: npt.NDArray[np.floating], samples: Sequence[Sample]) -> Scores:
    """Scores of the probe on clips of datasets; see `identity_of`."""
    return identity_of(images, [subject_of(sample) for sample in samples])


def identity_of(images: npt.NDArray[np.number], subjects: Sequence[str]) -> Scores:
    """Scores of the probe; its classes are the subjects, its majority rate is chance.

    Args:
        images: One for each clip, in any shape.
        subjects: Who is in each.
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
