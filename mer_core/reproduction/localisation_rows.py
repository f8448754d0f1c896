"""The tidy table of where maps look: one row per clip, map, region and metric."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from mer_core.errors import StoreError

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


_NAMES = tuple(field.name for field in fields(Row))
_TYPES = {field.name: field.type for field in fields(Row)}


def as_csv(rows: Iterable[Row]) -> str:
    """The table as text; numbers to six digits, NaN as an empty cell, booleans as 0 and 1."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_NAMES)
    writer.writerows([_cell(value) for value in asdict(row).values()] for row in rows)
    return text.getvalue()


def read_csv(path: Path) -> tuple[Row, ...]:
    """What `as_csv` wrote."""
    try:
        with path.open(newline="") as file:
            reader = csv.reader(file)
            if tuple(next(reader)) != _NAMES:
                raise ValueError("other columns")
            return tuple(_row(cells) for cells in reader)
    except (OSError, ValueError, StopIteration) as error:
        raise StoreError(
            f"is not a table of localisation scores ({error})",
            where=path,
            remedy="remove it and run the same command again",
        ) from error


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return "" if value != value else f"{value:.6g}"
    return str(value)


def _row(cells: Sequence[str]) -> Row:
    values: dict[str, object] = {}
    for name, cell in zip(_NAMES, cells, strict=True):
        match _TYPES[name]:
            case "bool":
                values[name] = bool(int(cell))
            case "int":
                values[name] = int(cell)
            case "float":
                values[name] = float(cell or "nan")
            case _:
                values[name] = cell
    return Row(**values)  # type: ignore[arg-type]
