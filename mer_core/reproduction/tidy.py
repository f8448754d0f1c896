"""Frozen rows as CSV and back: one row a line, every field a column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, fields
from typing import Any, TypeVar

import pandas as pd

R = TypeVar("R")


def rows_csv(kind: type[Any], rows: Iterable[Any], *, float_format: str | None = None) -> str:
    """Return `rows` of dataclass `kind` as text; None and NaN are empty, booleans 0 and 1."""
    frame = pd.DataFrame([asdict(row) for row in rows], columns=[f.name for f in fields(kind)])
    switches = [field.name for field in fields(kind) if str(field.type) == "bool"]
    frame[switches] = frame[switches].astype(int)
    text = frame.convert_dtypes().to_csv(
        index=False, float_format=float_format, lineterminator="\n"
    )
    return str(text)


def read_rows(kind: type[R], text: str) -> tuple[R, ...]:
    """Return what `rows_csv` wrote; a column that is not there yet takes its field's default.

    Raises:
        ValueError: The columns are others, or a cell is not of its field's type.
    """
    own = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    reader = csv.DictReader(io.StringIO(text))
    found = list(reader.fieldnames or ())
    needed = {name for name, field in own.items() if field.default is MISSING}
    if found != [name for name in own if name in found] or not needed <= set(found):
        raise ValueError("other columns")
    types = {name: str(own[name].type) for name in found}
    return tuple(kind(**_typed(line, types)) for line in reader)


def read_frame(text: str) -> list[dict[str, Any]]:
    """Return the lines of a CSV text as plain values; an empty cell is None."""
    frame: Any = pd.read_csv(io.StringIO(text))
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _typed(line: Mapping[str, str], types: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, wanted in types.items():
        cell = line[name]
        if cell is None:
            raise ValueError("a line is too short")
        if not cell and wanted.endswith("None"):
            values[name] = None
        elif wanted.startswith("bool"):
            values[name] = bool(int(cell))
        elif wanted.startswith("int"):
            values[name] = int(cell)
        elif wanted.startswith("float"):
            values[name] = float(cell or "nan")
        else:
            values[name] = cell
    return values
