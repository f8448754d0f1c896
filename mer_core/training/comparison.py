"""Studies side by side: each with its scores, and its distance from the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mer_core.errors import SettingsError
from mer_core.protocols import Interval, paired_difference
from mer_core.training.result import StudyResult


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One study of a comparison.

    Attributes:
        result: Result of the study.
        difference: Its score minus the first study's, drawing the same subjects for both; None
            for the first, and where the two did not test the same subjects.
    """

    result: StudyResult
    difference: Interval | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        document = self.result.as_dict()
        kept = (
            "name", "synthetic", "folds", "completed", "accuracy_pooled", "accuracy_subject_mean",
            "uf1", "uar", "majority_rate", "intervals", "n", "subjects", "seeds", "classes",
        )  # fmt: skip
        row = {name: document[name] for name in kept}
        row["precision"] = self.result.definition["settings"]["precision"]
        return row | {"difference": self.difference and asdict(self.difference)}


def compare(results: Sequence[StudyResult], *, score: str = "uar") -> tuple[Compared, ...]:
    """Compare finished studies by one score, each with the first.

    Args:
        results: From `Study.result`.
        score: Name of the score.

    Returns:
        One row per study; its difference is None for the first, and where the subjects differ.

    Raises:
        SettingsError: A study has no finished fold, or has other classes than the first.

    Example:
        >>> first, second = compare([result, result])
        >>> second.difference.value
        0.0
    """
    for result in results:
        if set(result.classes) != set(results[0].classes):
            raise SettingsError(
                f"its classes are {', '.join(result.classes)}, those of {results[0].name} are "
                f"{', '.join(results[0].classes)}",
                where=result.name,
                remedy="compare studies of one label scheme",
            )
        if not result.by_seed:
            raise SettingsError(
                "no fold of this study is finished", where=result.name, remedy="resume it first"
            )
    first, *others = results
    rows = [Compared(result=first, difference=None)]
    rows += [Compared(result=other, difference=_distance(other, first, score)) for other in others]
    return tuple(rows)


def _distance(result: StudyResult, first: StudyResult, score: str) -> Interval | None:
    ours, theirs = list(result.by_seed.values()), list(first.by_seed.values())
    subjects = {frozenset(scores.subjects) for scores in (*ours, *theirs)}
    if len(subjects) > 1 or len(next(iter(subjects))) < 2:
        return None
    return paired_difference(ours, theirs, name=score)
