"""Splitters: a table of samples in, pairs of train and test indices out.

Every splitter has scikit-learn's `split(samples) -> iterator of (train, test)` and, for those
who want to know who is held out, `folds(samples)` with names. Each pair is checked for leakage
before anyone sees it: no person, clip or frame stands on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from mer_core.errors import LeakageError, SettingsError
from mer_core.records import Sample
from mer_core.registry import Registry
from mer_core.seeding import generator

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One held-out part of a table: its name, and who trains and who is tested."""

    name: str
    train: Indices
    test: Indices


class Protocol:
    """Base of the splitters; a subclass says which samples each fold holds out.

    Attributes:
        name: Name in studies and on the command line.
        title: Display title.
        subjects_disjoint: Whether no person stands on both sides; False only for the protocol
            that exists to show what happens then.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    subjects_disjoint: ClassVar[bool] = True

    def folds(self, samples: Sequence[Sample]) -> tuple[Fold, ...]:
        """The checked folds of `samples`, in the order of the table.

        Raises:
            LeakageError: A fold has a subject, a clip or a frame on both sides.
            SettingsError: The table leaves nothing to train on or nothing to test.
        """
        folds = tuple(self._folds(samples))
        for fold in folds:
            check_split(samples, fold.train, fold.test, subjects=self.subjects_disjoint)
        return folds

    def split(self, samples: Sequence[Sample]) -> Iterator[tuple[Indices, Indices]]:
        """Pairs of train and test indices, as scikit-learn's splitters yield them."""
        for fold in self.folds(samples):
            yield fold.train, fold.test

    def _folds(self, samples: Sequence[Sample]) -> Iterator[Fold]:
        raise NotImplementedError


class LeaveOneSubjectOut(Protocol):
    """Each fold tests one person and trains on all others: the paper's PIE experiments.

    A person is a dataset together with a subject code, because "sub01" of two datasets are two
    people.
    """

    name = "loso"
    title = "leave one subject out"

    def _folds(self, samples: Sequence[Sample]) -> Iterator[Fold]:
        return _hold_out([subject_of(sample) for sample in samples], "subjects")


class Composite(LeaveOneSubjectOut):
    """Leave one subject out over several datasets joined, as in the MEGC 2019 challenge."""

    name = "composite"
    title = "composite of datasets, leave one subject out"

    def _folds(self, samples: Sequence[Sample]) -> Iterator[Fold]:
        if len({sample.dataset for sample in samples}) < 2:
            raise SettingsError(
                "a composite joins at least two datasets",
                where="protocol composite",
                remedy="name another dataset or use loso",
            )
        return super()._folds(samples)


class LeaveOneVideoOut(Protocol):
    """Each fold tests one clip and trains on all others, the same person's included.

    The paper describes this protocol and rejects it: the network can answer from who the
    person is. It is here so that the inflation can be measured.
    """

    name = "lovo"
    title = "leave one video out (person seen in training)"
    subjects_disjoint = False

    def _folds(self, samples: Sequence[Sample]) -> Iterator[Fold]:
        return _hold_out([sample.key for sample in samples], "clips")


@dataclass(frozen=True)
class SubjectFolds(Protocol):
    """`count` folds of whole subjects, dealt out so that the folds hold similar clip counts.

    Cheaper than leaving one subject out, for a first look; not a protocol of the paper.
    """

    count: int = 5
    seed: int = 0

    name: ClassVar[str] = "subject-folds"
    title: ClassVar[str] = "folds of whole subjects"

    def _folds(self, samples: Sequence[Sample]) -> Iterator[Fold]:
        subjects = [subject_of(sample) for sample in samples]
        if not 2 <= self.count <= len(set(subjects)):
            raise SettingsError(
                f"{len(set(subjects))} subjects cannot make {self.count} folds",
                where="protocol subject-folds",
                remedy="choose between 2 and the number of subjects",
            )
        assigned = _assign_subjects(subjects, self.count, self.seed)
        return _hold_out([f"part{assigned[subject] + 1}" for subject in subjects], "parts")


@dataclass(frozen=True)
class CrossDataset(Protocol):
    """One fold: train on all of one dataset, test on all of another (CDE in the paper)."""

    train: str
    test: str

    name: ClassVar[str] = "cross"

    @property
    def title(self) -> str:  # type: ignore[override]
        """Title: the two datasets by name."""
        return f"train on {self.train}, test on {self.test}"

    def __post_init__(self) -> None:
        if self.train == self.test:
            raise SettingsError(
                f"{self.train} is both trained on and tested",
                where="protocol cross",
                remedy="name two datasets, or use loso within one",
            )

    def _folds(self, samples: Sequence[Sample]) -> Iterator[Fold]:
        home = np.array([sample.dataset for sample in samples])
        for dataset in (self.train, self.test):
            if dataset not in home:
                raise SettingsError(
                    f"the table has no sample of {dataset}",
                    where=f"protocol {self.train}:{self.test}",
                    remedy="open both datasets for this study",
                )
        yield Fold(
            f"{self.train}:{self.test}",
            np.flatnonzero(home == self.train),
            np.flatnonzero(home == self.test),
        )


PAPER_NAMES = {"CI": "casme", "CII": "casme2", "C2": "casme-squared", "S": "samm"}
"""The paper's abbreviations of its datasets."""

CROSS_PAIRS: dict[str, tuple[str, str]] = {
    f"{train}2{test}": (PAPER_NAMES[train], PAPER_NAMES[test])
    for train in ("CI", "CII", "S")
    for test in ("CI", "CII", "C2", "S")
    if train != test
}
"""The paper's nine cross-dataset experiments; CAS(ME)^2 is never trained on."""

PROTOCOLS: Registry[Callable[[], Protocol]] = Registry("protocol")
for _kind in (LeaveOneSubjectOut, Composite, LeaveOneVideoOut, SubjectFolds):
    PROTOCOLS.register(_kind.name, _kind)
for _pair, (_train, _test) in CROSS_PAIRS.items():
    PROTOCOLS.register(_pair, partial(CrossDataset, _train, _test))


def find_protocol(name: str) -> Protocol:
    """Return a protocol: who trains, and who is tested.

    Args:
        name: Its name; `casme2:samm` trains on the first and tests on the second.

    Returns:
        The protocol, whose `folds` splits samples.

    Raises:
        UnknownNameError: There is no such protocol.

    Example:
        >>> find_protocol("loso").title
        'leave one subject out'
    """
    train, colon, test = name.partition(":")
    return CrossDataset(train, test) if colon else PROTOCOLS.get(name)()


def inner_split(
    samples: Sequence[Sample], train: Indices, *, share: float, seed: int
) -> tuple[Indices, Indices]:
    """Split the training side again by subject, for choosing an epoch without the test side.

    Whole subjects, drawn in an order that `seed` decides, go to validation until it holds at
    least `share` of the clips; at least one subject stays on each side.

    Returns:
        The indices that train and the indices that validate, both out of `train`.
    """
    if not 0 < share < 1:
        raise SettingsError(f"a share of {share} is not between 0 and 1", where="inner_share")
    subjects = np.array([subject_of(samples[i]) for i in train])
    order = generator(seed, "inner split").permutation(np.unique(subjects))
    if len(order) < 2:
        raise SettingsError(
            "one training subject cannot be split by subject",
            where="inner split",
            remedy="use selection 'last'",
        )
    sizes = np.cumsum([np.sum(subjects == subject) for subject in order])
    count = min(int(np.searchsorted(sizes, share * len(train))) + 1, len(order) - 1)
    held = np.isin(subjects, order[:count])
    check_split(samples, train[~held], train[held])
    return train[~held], train[held]


def _hold_out(groups: Sequence[str], noun: str) -> Iterator[Fold]:
    """One fold per distinct group, in order of first appearance."""
    names = list(dict.fromkeys(groups))
    if len(names) < 2:
        raise SettingsError(
            f"holding one out needs at least two {noun}, the table has {len(names)}",
            where="protocol",
        )
    column = np.array(groups)
    for name in names:
        yield Fold(name, np.flatnonzero(column != name), np.flatnonzero(column == name))


def _assign_subjects(subjects: Sequence[str], count: int, seed: int) -> dict[str, int]:
    """Subject -> part: the largest subject left goes to the part with the fewest clips."""
    names, sizes = np.unique(np.array(subjects), return_counts=True)
    shuffled = generator(seed, "subject folds").permutation(len(names))
    held = [0] * count
    assigned: dict[str, int] = {}
    for i in sorted(shuffled, key=lambda i: -sizes[i]):
        part = held.index(min(held))
        assigned[str(names[i])] = part
        held[part] += int(sizes[i])
    return assigned


def subject_of(sample: Sample) -> str:
    """The person in a clip, `dataset/subject`: subject codes repeat across datasets."""
    return f"{sample.dataset}/{sample.subject}"


def check_split(
    samples: Sequence[Sample],
    train: Iterable[int],
    test: Iterable[int],
    *,
    subjects: bool = True,
) -> None:
    """Raise unless the two sides are non-empty and share neither person, clip nor frame.

    Args:
        samples: The table that the indices count in.
        train: Indices of the training side.
        test: Indices of the test side.
        subjects: Whether a shared person is a breach; clips and frames always are.

    Raises:
        LeakageError: Something stands on both sides; the message names the first three.
        SettingsError: A side is empty.
    """
    sides = [[samples[i] for i in np.asarray(list(side), dtype=np.intp)] for side in (train, test)]
    for side, noun in zip(sides, ("train on", "test"), strict=True):
        if not side:
            raise SettingsError(f"a fold has nothing to {noun}", where="protocol")
    if subjects:
        _refuse_shared("subject", *({subject_of(sample) for sample in side} for side in sides))
    _refuse_shared("clip", *({sample.key for sample in side} for side in sides))
    _refuse_shared("frame", *({str(p) for sample in side for p in sample.frames} for side in sides))


def _refuse_shared(noun: str, train: set[str], test: set[str]) -> None:
    shared = sorted(train & test)
    if shared:
        more = f" and {len(shared) - 3} more" if len(shared) > 3 else ""
        raise LeakageError(
            f"{len(shared)} {noun}{'s' * (len(shared) > 1)} on both sides of a split",
            where=", ".join(shared[:3]) + more,
            remedy="hold out whole subjects, and list each clip once",
        )
