"""Model cards: what a shipped network was trained on, and how well it answers for unseen people.

Mitchell et al., "Model Cards for Model Reporting", FAT* 2019. A card is JSON beside its weights.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from mer_core import atomic
from mer_core.errors import CheckpointError

FORMAT = "mer-model-card/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardScore:
    """A score on unseen people, with the range 95 % of bootstrap draws over people cover."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Calibration of probabilities.

    Attributes:
        temperature: Divisor of the logits, fitted on people of the inner part.
        error_before: Expected calibration error on unseen people at temperature 1, 15 bins.
        error_after: The same at `temperature`.
    """

    temperature: float
    error_before: float
    error_after: float


@dataclass(frozen=True, kw_only=True)
class Novelty:
    """Limit from which an image counts as unlike the training images (`mer_core.models.novelty`).

    Attributes:
        limit: Novelty above which it does.
        alarms: Share of the images of unseen people that do.
    """

    limit: float
    alarms: float


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """Everything a reader of a shipped network's answer should be able to look up.

    Attributes:
        model: Catalogue name of the network.
        weighting: Frame weighting of the images it was trained on.
        classes: Names of the classes in the order of the logits.
        synthetic: Whether it was trained on generated faces.
        cohort: Settings of the cohort.
        cohort_digest: Identity of those settings.
        training_digest: Identity of the training images and their labels.
        recipe: Training settings.
        seed: Seed of initial weights, order and augmentation.
        history: One entry for each epoch: loss, accuracy, inner_uar.
        people: Number of unseen people.
        clips: Number of their clips.
        uar: Unweighted average recall on them.
        accuracy: Accuracy on them.
        confusion: Counts, rows true.
        by_person: The same for each unseen person, in order, so that two networks can be compared
            person by person.
        calibration: Temperature and calibration error.
        novelty: Limit and false alarms; None on the cards of controls.
        compression: Number format of the weights on disk.
        uar_uncompressed: Unweighted average recall before compression.
        digest: SHA-256 of the weights file.
        machine: Processor or graphics card, threads and arithmetic.
        versions: Packages that can change a number.
        commit: Source commit.
        created: Time of creation.
    """

    model: str
    weighting: str
    classes: tuple[str, ...]
    synthetic: bool
    cohort: Mapping[str, Any]
    cohort_digest: str
    training_digest: str
    recipe: Mapping[str, Any]
    seed: int
    history: tuple[Mapping[str, float], ...]
    people: int
    clips: int
    uar: CardScore
    accuracy: CardScore
    confusion: tuple[tuple[int, ...], ...]
    by_person: tuple[tuple[tuple[int, ...], ...], ...]
    calibration: Calibration
    compression: str
    uar_uncompressed: float
    digest: str
    machine: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    created: str = ""
    novelty: Novelty | None = None

    @property
    def chance(self) -> float:
        """The unweighted average recall of guessing."""
        return 1 / len(self.classes)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)

    def save(self, path: Path) -> None:
        """Write the card."""
        values = {"format": FORMAT, **self.as_dict()}
        lines = (f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in values.items())
        atomic.write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the card at `path`; anything wrong with it is a one-line `CheckpointError`."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if values.pop("format") != FORMAT:
                raise ValueError("another format version")
            for name in ("uar", "accuracy"):
                values[name] = CardScore(**values[name])
            values["calibration"] = Calibration(**values["calibration"])
            if values.get("novelty") is not None:
                values["novelty"] = Novelty(**values["novelty"])
            values["classes"] = tuple(values["classes"])
            values["history"] = tuple(values["history"])
            values["confusion"] = _rows(values["confusion"])
            values["by_person"] = tuple(_rows(counts) for counts in values["by_person"])
            return cls(**values)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(f"unreadable model card ({error})", where=path) from error


def _rows(counts: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in counts)
