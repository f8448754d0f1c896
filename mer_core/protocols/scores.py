"""Scores of held-out answers, all from one confusion matrix per subject.

With C[t, p] the number of clips of true class t answered p, and TP, FP, FN per class:

    pooled accuracy         sum_c C[c, c] / sum C                                   (paper, Eq. 21)
    subject mean accuracy   mean over subjects of that subject's pooled accuracy
    UAR                     mean over classes of TP / (TP + FN)
    UF1                     mean over classes of 2 TP / (2 TP + FP + FN)
    majority rate           largest class share of the true labels: what a constant answer gets

UF1 and UAR are those of the MEGC 2019 challenge (See et al., FG 2019): counts are summed over
all folds first. The paper's cross-dataset figures are pooled accuracies; its person-independent
figures are no fraction of the sample counts and fit means over subjects, so both stand here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.records import Prediction

Counts = npt.NDArray[np.int64]
"""... x K x K, rows true, columns predicted."""

Values = npt.NDArray[np.float64]


class Absent(StrEnum):
    """Treatment of a class without true samples in a mean over classes.

    SKIP leaves it out of the mean, ZERO counts it as 0, REFUSE raises. Answers that name an
    absent class are errors of the class they should have named under each of the three.
    """

    SKIP = "skip"
    ZERO = "zero"
    REFUSE = "refuse"


def accuracy(counts: npt.NDArray[np.number]) -> Values:
    """Pooled accuracy of each matrix; NaN where a matrix is empty."""
    right = np.trace(counts, axis1=-2, axis2=-1)
    return _ratio(right, counts.sum(axis=(-2, -1)))


def recalls(counts: npt.NDArray[np.number]) -> Values:
    """Recall of each class; NaN for a class without true samples."""
    return _ratio(_diagonal(counts), counts.sum(axis=-1))


def f1_scores(counts: npt.NDArray[np.number]) -> Values:
    """F1 of each class; NaN for a class without true samples."""
    both = counts.sum(axis=-1) + counts.sum(axis=-2)
    present = counts.sum(axis=-1) > 0
    return np.where(present, _ratio(2 * _diagonal(counts), both), np.nan)


def class_mean(values: Values, absent: Absent = Absent.SKIP) -> Values:
    """Mean over the last axis, with NaN marking absent classes treated as `absent` says."""
    missing = np.isnan(values)
    if absent is Absent.REFUSE and missing.any():
        raise SettingsError(
            "a class has no true sample",
            where="scores",
            remedy="score with absent='skip' or 'zero', or drop the class from the scheme",
        )
    present = np.full(missing.shape[:-1], values.shape[-1])
    if absent is Absent.SKIP:
        present = (~missing).sum(axis=-1)
    return _ratio(np.nansum(values, axis=-1), present)


def uar(counts: npt.NDArray[np.number], absent: Absent = Absent.SKIP) -> Values:
    """Unweighted average recall of each matrix."""
    return class_mean(recalls(counts), absent)


def uf1(counts: npt.NDArray[np.number], absent: Absent = Absent.SKIP) -> Values:
    """Unweighted average F1 of each matrix."""
    return class_mean(f1_scores(counts), absent)


@dataclass(frozen=True, eq=False, kw_only=True)
class Scores:
    """The scores of a set of held-out answers.

    Attributes:
        classes: Names of rows and columns.
        subjects: Tested people, `dataset/subject`, in order of first appearance.
        by_subject: One confusion matrix per subject, S x K x K.
        absent: Treatment of classes without true samples.
    """

    classes: tuple[str, ...]
    subjects: tuple[str, ...]
    by_subject: Counts
    absent: Absent = Absent.SKIP

    @cached_property
    def confusion(self) -> Counts:
        """Counts, rows true, columns predicted."""
        return self.by_subject.sum(axis=0)

    @cached_property
    def shares(self) -> Values:
        """The matrix as the paper prints it: each cell's share of all samples."""
        return self.confusion / max(self.n, 1)

    @property
    def n(self) -> int:
        """Number of answers scored."""
        return int(self.by_subject.sum())

    @property
    def accuracy_pooled(self) -> float:
        """Correct answers over all answers."""
        return float(accuracy(self.confusion))

    @property
    def accuracy_subject_mean(self) -> float:
        """Mean of the subjects' accuracies, each subject weighing the same."""
        return float(accuracy(self.by_subject).mean())

    @property
    def uf1(self) -> float:
        """Unweighted average F1."""
        return float(uf1(self.confusion, self.absent))

    @property
    def uar(self) -> float:
        """Unweighted average recall."""
        return float(uar(self.confusion, self.absent))

    @property
    def majority_rate(self) -> float:
        """Share of the most frequent true class: what always answering it would score."""
        return float(self.confusion.sum(axis=1).max() / self.n)

    @property
    def majority_class(self) -> str:
        """The most frequent true class."""
        return self.classes[int(self.confusion.sum(axis=1).argmax())]

    @property
    def absent_classes(self) -> tuple[str, ...]:
        """Classes of the scheme without a true sample among the answers."""
        support = self.confusion.sum(axis=1)
        return tuple(name for name, n in zip(self.classes, support, strict=True) if n == 0)


def score(
    predictions: Sequence[Prediction],
    classes: Sequence[str],
    *,
    absent: Absent | str = Absent.SKIP,
) -> Scores:
    """Score predictions against the annotated classes.

    Args:
        predictions: One per tested clip.
        classes: All classes, in the order of rows and columns.
        absent: Treatment of a class that was never tested: "skip", "zero" or "refuse".

    Returns:
        Accuracies, UF1, UAR and the confusion matrix.

    Raises:
        SettingsError: There is no prediction, a class is not in `classes`, or a class is absent
            and `absent` is "refuse".

    Example:
        >>> scores = score(result.predictions(), result.classes)
        >>> 0 <= scores.uar <= 1, int(scores.confusion.sum())
        (True, 8)
    """
    if not predictions:
        raise SettingsError("there is no answer to score", where="scores")
    place = {name: i for i, name in enumerate(classes)}
    subjects = tuple(dict.fromkeys(_subject(answer) for answer in predictions))
    row = {name: i for i, name in enumerate(subjects)}
    counts = np.zeros((len(subjects), len(classes), len(classes)), dtype=np.int64)
    for answer in predictions:
        for name in (answer.truth, answer.predicted):
            if name not in place:
                raise SettingsError(
                    f"class {name!r} is not one of {', '.join(classes)}", where=answer.key
                )
        counts[row[_subject(answer)], place[answer.truth], place[answer.predicted]] += 1
    scores = Scores(
        classes=tuple(classes), subjects=subjects, by_subject=counts, absent=Absent(absent)
    )
    if scores.absent is Absent.REFUSE:
        class_mean(recalls(scores.confusion), scores.absent)
    return scores


def _subject(answer: Prediction) -> str:
    return f"{answer.key.split('/', 1)[0]}/{answer.subject}"


def _diagonal(counts: npt.NDArray[np.number]) -> npt.NDArray[np.number]:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def _ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> Values:
    """The quotient, NaN where `whole` is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
