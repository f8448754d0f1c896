"""The check that no person, clip or frame stands on both sides of a split."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mer_core.errors import LeakageError, SettingsError
from mer_core.records import Sample


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
    """Raises unless the two sides are non-empty and share neither person, clip nor frame.

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
