"""Numbers in the paper's prose: what it says of each dataset, and sentence by sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from mer_core.paper.tables import read_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStatement:
    """Statement of Section 4.1 about one dataset.

    Attributes:
        name: The paper's name for it.
        place: Subsection.
        subjects: Participants.
        subject_groups: Participants by sex where the paper gives that.
        label_count: How many emotion labels it announces.
        labels: The labels it lists.
        total: How many samples it says it collected.
        classes: Samples per class it trains on.
    """

    name: str
    place: str
    subjects: int
    label_count: int
    labels: tuple[str, ...]
    total: int
    classes: Mapping[str, int]
    subject_groups: Mapping[str, int] = field(default_factory=dict)

    @property
    def class_sum(self) -> int:
        """Samples over all classes."""
        return sum(self.classes.values())

    def cross_classes(self) -> Mapping[str, int]:
        """Samples per class as a cross-dataset test set.

        The three labels of CASME^2 fold into two of the four classes there: anger and disgust are
        negative, happy is positive. The row sums of Fig. 5f, 0.55 and 0.45, are those of 190 and
        155 in 345.
        """
        if "happy" not in self.classes:
            return self.classes
        counts = self.classes
        return {
            "negative": counts["anger"] + counts["disgust"],
            "others": 0,
            "positive": counts["happy"],
            "surprise": 0,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence of the paper that a number or a comparison can be checked against.

    Attributes:
        id: Stable name, e.g. "gain/CASME-I/MobileNet".
        kind: How it is checked; a key of `claims.CHECKS`.
        printed: The number or the comparison, as printed or paraphrased.
        place: Section and sentence.
        claim: The sentence, paraphrased.
        subject: Method or network it speaks of, or "".
        over: Method it is compared with, or "".
        setup: Experiment, or "".
        remark: What to know beside the verdict, or "".
    """

    id: str
    kind: str
    printed: str
    place: str
    claim: str
    subject: str = ""
    over: str = ""
    setup: str = ""
    remark: str = ""


def read_dataset_statements(text: str) -> tuple[DatasetStatement, ...]:
    """Read Section 4.1 from TOML."""
    return tuple(
        DatasetStatement(**{**entry, "labels": tuple(entry["labels"])})
        for entry in tomllib.loads(text)["dataset"]
    )


def read_statements(text: str, *, source: str) -> tuple[Statement, ...]:
    """Read the sentences from CSV."""
    return tuple(Statement(**line) for line in read_lines(text, source=source))
