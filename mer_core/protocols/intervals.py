"""How far a score could move with other subjects: percentile bootstrap over subjects.

Clips of one person are not independent, so persons are drawn, with replacement, and not clips
(cluster bootstrap; Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 8). With
several seeds a draw takes the same persons from each and averages the seeds' scores.

What the interval does not cover: other data, other settings, and the training's own noise
beyond the seeds that were run.

For a mean over clips, a draw's mean is that of all clips of the
persons drawn, so persons with more clips weigh more, in the draws as in the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.protocols.scores import Absent, Counts, Scores, Values, accuracy, uar, uf1
from mer_core.seeding import generator

SCORE_TITLES = {
    "accuracy_pooled": "Accuracy, pooled",
    "accuracy_subject_mean": "Accuracy, mean of subjects",
    "uf1": "UF1",
    "uar": "UAR",
}
"""What a reader sees of each score."""

SCORE_NAMES = tuple(SCORE_TITLES)


@dataclass(frozen=True, slots=True)
class Interval:
    """A score with the range its bootstrap draws cover at `level`."""

    value: float
    low: float
    high: float
    level: float

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high


def score_intervals(
    repeats: Sequence[Scores], *, level: float = 0.95, draws: int = 2000, seed: int = 0
) -> Mapping[str, Interval]:
    """Intervals of the four scores, averaged over `repeats` (one `Scores` per seed).

    Raises:
        SettingsError: Fewer than two subjects, or repeats that tested different subjects.
    """
    counts = _align(repeats)
    picks = _draws(counts.shape[1], draws, seed)
    absent = repeats[0].absent
    return {
        name: _interval(
            _value(name, counts, absent), _score_draws(name, counts, picks, absent), level
        )
        for name in SCORE_NAMES
    }


def paired_difference(
    first: Sequence[Scores],
    second: Sequence[Scores],
    *,
    name: str = "uar",
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Interval:
    """Interval of score(first) - score(second), drawing the same persons for both."""
    if set(first[0].subjects) != set(second[0].subjects):
        raise SettingsError(
            "the two studies tested different subjects",
            where="comparison",
            remedy="compare studies of the same data and protocol",
        )
    one, two = _align(first), _align(second, order=first[0].subjects)
    picks = _draws(one.shape[1], draws, seed)
    parts = ((one, first[0].absent), (two, second[0].absent))
    values = [_value(name, counts, absent) for counts, absent in parts]
    drawn = [_score_draws(name, counts, picks, absent) for counts, absent in parts]
    return _interval(values[0] - values[1], drawn[0] - drawn[1], level)


_POOLED: dict[str, Callable[[npt.NDArray[np.number], Absent], Values]] = {
    "accuracy_pooled": lambda counts, _: accuracy(counts),
    "uf1": uf1,
    "uar": uar,
}


def _value(name: str, counts: Counts, absent: Absent) -> float:
    everyone = np.ones((1, counts.shape[1]))
    return float(_score_draws(name, counts, everyone, absent)[0])


def _score_draws(name: str, counts: Counts, picks: Values, absent: Absent) -> Values:
    """The score of each draw, averaged over repeats.

    `counts` is R x S x K x K; `picks` is D x S, how often each subject was drawn.
    """
    if name == "accuracy_subject_mean":
        each = accuracy(counts)  # R x S
        return (picks @ each.T / picks.sum(axis=1, keepdims=True)).mean(axis=1)
    pooled = np.einsum("ds,rsij->drij", picks, counts)
    # A draw may miss a class that the data have; only the data as a whole can be refused.
    within = Absent.SKIP if absent is Absent.REFUSE else absent
    return _POOLED[name](pooled, within).mean(axis=1)


def _draws(subjects: int, draws: int, seed: int) -> Values:
    if subjects < 2:
        raise SettingsError("a bootstrap over subjects needs at least two", where="intervals")
    uniform = np.full(subjects, 1 / subjects)
    return generator(seed, "bootstrap").multinomial(subjects, uniform, size=draws).astype(float)


def _interval(value: float, drawn: Values, level: float) -> Interval:
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(value, float(low), float(high), level)


def _align(repeats: Sequence[Scores], order: Sequence[str] | None = None) -> Counts:
    """R x S x K x K counts with subjects in one order."""
    if not repeats:
        raise SettingsError("there is no score to put an interval on", where="intervals")
    order = repeats[0].subjects if order is None else order
    if any(set(scores.subjects) != set(order) for scores in repeats):
        raise SettingsError("the repeats tested different subjects", where="intervals")
    return np.stack(
        [scores.by_subject[[scores.subjects.index(name) for name in order]] for scores in repeats]
    )


def mean_interval(
    values: npt.NDArray[np.floating],
    subjects: Sequence[str],
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Interval | None:
    """The mean of one value per clip with its interval; None for fewer than two subjects.

    Differences of two maps of the same clips are compared by passing their differences.

    Args:
        values: One finite number per clip.
        subjects: Person on each clip.
        level: Share of the draws inside the interval.
        draws: Number of draws.
        seed: Seed of the draws.
    """
    numbers = np.asarray(values, float)
    if len(numbers) != len(subjects) or not np.isfinite(numbers).all():
        raise SettingsError(
            f"{len(subjects)} subjects for {len(numbers)} values, which must be finite",
            where="intervals",
        )
    people, owner = np.unique(np.asarray(subjects, str), return_inverse=True)
    if len(people) < 2:
        return None
    sums = np.bincount(owner, numbers, len(people))
    sizes = np.bincount(owner, minlength=len(people)).astype(float)
    uniform = np.full(len(people), 1 / len(people))
    picks = generator(seed, "bootstrap").multinomial(len(people), uniform, size=draws)
    drawn = (picks @ sums) / (picks @ sizes)
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(float(numbers.mean()), float(low), float(high), level)
