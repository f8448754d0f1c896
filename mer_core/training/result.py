"""What a study found: its answers, their scores with intervals, and what made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mer_core.protocols import Absent, Interval, Scores, score, score_intervals
from mer_core.protocols.intervals import SCORE_NAMES
from mer_core.provenance import settings_digest
from mer_core.records import Prediction
from mer_core.training.database import FoldState, StoredFold
from mer_core.training.storage import StudyStore


@dataclass(frozen=True, kw_only=True, eq=False)
class StudyResult:
    """A study's state at one moment; complete or not.

    Attributes:
        name: Name of the study.
        definition: Experiment, protocol, settings, seeds and control as plain values.
        classes: In the order of the network's outputs.
        synthetic: Whether any clip was generated; follows the result everywhere.
        data_digest: Identity of annotations and frame files.
        warnings: Warnings about the data.
        folds: All folds, finished or not.
        answers: Fold identity -> predictions.
        sessions: Processes that worked on it, with commit and versions.
        processor: Processor of the machine that began it; "" where it did not say.
        absent: Treatment of classes that were never tested in means over classes.
    """

    name: str
    definition: Mapping[str, Any]
    classes: tuple[str, ...]
    synthetic: bool
    data_digest: str
    warnings: tuple[str, ...]
    created: str
    folds: tuple[StoredFold, ...]
    answers: Mapping[int, tuple[Prediction, ...]]
    sessions: tuple[dict[str, Any], ...]
    processor: str = ""
    absent: Absent = Absent.SKIP

    @classmethod
    def of(cls, store: StudyStore, *, absent: Absent | str = Absent.SKIP) -> StudyResult:
        """Read the result as it stands."""
        return cls(
            name=store.read("name"),
            definition=store.read("definition"),
            classes=tuple(store.read("classes")),
            synthetic=store.read("synthetic"),
            data_digest=store.read("data_digest"),
            warnings=tuple(store.read("warnings")),
            created=store.read("created"),
            folds=store.folds(),
            answers=store.predictions(),
            sessions=store.sessions(),
            processor=store.read("machine").get("processor", ""),
            absent=Absent(absent),
        )

    @property
    def completed(self) -> int:
        """Number of finished folds."""
        return sum(fold.state is FoldState.DONE for fold in self.folds)

    @property
    def failed(self) -> tuple[StoredFold, ...]:
        """Folds whose work raised."""
        return tuple(fold for fold in self.folds if fold.state is FoldState.FAILED)

    @property
    def complete(self) -> bool:
        """Whether every fold is finished."""
        return self.completed == len(self.folds)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The repeats."""
        return tuple(dict.fromkeys(fold.seed for fold in self.folds))

    def predictions(self, seed: int | None = None) -> tuple[Prediction, ...]:
        """Answers of one repeat, or of all, in the order of the folds."""
        return tuple(
            answer
            for fold in self.folds
            if seed is None or fold.seed == seed
            for answer in self.answers.get(fold.identity, ())
        )

    def fold_of(self, key: str) -> StoredFold | None:
        """The first finished fold that held the clip out, `dataset/subject/clip`."""
        for fold in self.folds:
            if any(answer.key == key for answer in self.answers.get(fold.identity, ())):
                return fold
        return None

    @cached_property
    def by_seed(self) -> Mapping[int, Scores]:
        """Scores of each repeat that has answers."""
        answered = {seed: self.predictions(seed) for seed in self.seeds}
        return {
            seed: score(answers, self.classes, absent=self.absent)
            for seed, answers in answered.items()
            if answers
        }

    @cached_property
    def means(self) -> Mapping[str, float | None]:
        """The four scores, averaged over the repeats; None without answers."""
        if not self.by_seed:
            return dict.fromkeys(SCORE_NAMES)
        return {
            name: float(np.mean([getattr(scores, name) for scores in self.by_seed.values()]))
            for name in SCORE_NAMES
        }

    @cached_property
    def intervals(self) -> Mapping[str, Interval] | None:
        """Bootstrap intervals over subjects; None until complete, or with one subject."""
        repeats = list(self.by_seed.values())
        if not self.complete or not repeats or len(repeats[0].subjects) < 2:
            return None
        return score_intervals(repeats)

    @cached_property
    def confusion(self) -> np.ndarray:
        """Counts over all repeats, rows true, columns predicted."""
        size = len(self.classes)
        empty = np.zeros((size, size), dtype=np.int64)
        return sum((scores.confusion for scores in self.by_seed.values()), start=empty)

    @property
    def majority_rate(self) -> float | None:
        """Accuracy of always answering the most frequent class."""
        counts = self.confusion.sum(axis=1)
        return float(counts.max() / counts.sum()) if counts.sum() else None

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every answer and every network's weights: equal results, equal digests."""
        return settings_digest(
            [
                [fold.seed, fold.name, fold.epoch, fold.weights_digest]
                + [asdict(answer) for answer in self.answers[fold.identity]]
                for fold in self.folds
                if fold.state is FoldState.DONE
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, the document of `mer study show --json`."""
        first = next(iter(self.by_seed.values()), None)
        return {
            "name": self.name,
            "synthetic": self.synthetic,
            "folds": len(self.folds),
            "completed": self.completed,
            "failed": [{"name": f.name, "seed": f.seed, "error": f.error} for f in self.failed],
            **self.means,
            "majority_rate": self.majority_rate,
            "majority_class": first.majority_class if first else None,
            "intervals": self.intervals and {k: asdict(v) for k, v in self.intervals.items()},
            "classes": list(self.classes),
            "absent_classes": list(first.absent_classes) if first else [],
            "absent": str(self.absent),
            "confusion": self.confusion.tolist(),
            "confusion_shares": (self.confusion / max(self.confusion.sum(), 1)).tolist(),
            "n": first.n if first else 0,
            "subjects": len(first.subjects) if first else 0,
            "seeds": list(self.seeds),
            "by_seed": [self._seed_row(seed) for seed in self.by_seed],
            "fold_results": [self._fold_row(fold) for fold in self.folds],
            "definition": dict(self.definition),
            "data_digest": self.data_digest,
            "result_digest": self.digest,
            "created": self.created,
            "sessions": list(self.sessions),
            "warnings": list(self.warnings),
        }

    def _seed_row(self, seed: int) -> dict[str, Any]:
        scores = self.by_seed[seed]
        return {"seed": seed, "n": scores.n} | {n: getattr(scores, n) for n in SCORE_NAMES}

    def _fold_row(self, fold: StoredFold) -> dict[str, Any]:
        answers = self.answers.get(fold.identity, ())
        right = sum(answer.correct for answer in answers)
        return {
            "seed": fold.seed,
            "name": fold.name,
            "state": str(fold.state),
            "n_train": fold.n_train,
            "n_test": fold.n_test,
            "right": right if answers else None,
            "accuracy": right / len(answers) if answers else None,
            "epoch": fold.epoch,
            "seconds": fold.seconds,
            "weights_digest": fold.weights_digest,
            "error": fold.error,
        }
