"""The tidy table of where maps look: one row per clip, map, region and metric."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mer_core.errors import StoreError
from mer_core.reproduction.tidy import read_rows, rows_csv

ANY = "any"
"""The region moved by any of a clip's units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One score.

    Attributes:
        dataset: Name in the catalogue.
        model: Network, by its catalogue name.
        method: Attribution method, or a baseline.
        baseline: Whether no network made the map.
        au: Action unit whose region it is, or "any".
        emotion: Class of the clip in the study's scheme.
        subject: Who is on the clip.
        clip: Of the subject.
        seed: Of the study's repeat whose network it is.
        target: The class that was explained; "" for baselines.
        correct: Whether the network answered rightly.
        metric: Of `mer_core.attribution.localisation.METRICS`.
        value: The score; NaN where there is nothing to score.
        normalised: Value over chance: 1 is a random map.
        area: Share of the image that the region covers.
        source: Where the region comes from.
        reduction: What was done with negative values, or "".
        constant: Whether the map had one value everywhere.
        note: What a reader should know, or "".
        synthetic: Whether the clip was generated.
    """

    dataset: str
    model: str
    method: str
    baseline: bool
    au: str
    emotion: str
    subject: str
    clip: str
    seed: int
    target: str
    correct: bool
    metric: str
    value: float
    normalised: float
    area: float
    source: str
    reduction: str
    constant: bool
    note: str
    synthetic: bool


def as_csv(rows: Iterable[Row]) -> str:
    """The table as text; numbers to six digits."""
    return rows_csv(Row, rows, float_format="%.6g")


def read_csv(path: Path) -> tuple[Row, ...]:
    """What `as_csv` wrote."""
    try:
        return read_rows(Row, path.read_text())
    except (OSError, ValueError) as error:
        raise StoreError(
            f"is not a table of localisation scores ({error})",
            where=path,
            remedy="remove it and run the same command again",
        ) from error
