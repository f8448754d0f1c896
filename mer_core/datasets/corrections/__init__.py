"""Corrections of annotated values as data: one CSV per dataset, keyed on subject and clip.

Columns: version, subject, clip, field, old, new, reason, source. A line is applied only where the
sheet still holds `old`, and every application is reported. The sheets are licensed, so the lines
shipped here name conditions, not values:

    old   missing | after-offset | before-onset | beyond-files | not-last-file | the literal cell
    new   missing | last-file | the literal value

`version` is blank where the line holds for every sheet of the release. A user's own file has the
same columns and may hold literal values.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from mer_core.errors import DatasetError

COLUMNS = ("version", "subject", "clip", "field", "old", "new", "reason", "source")
FIELDS = ("onset", "apex", "offset", "label", "action_units")
CONDITIONS = ("missing", "after-offset", "before-onset", "beyond-files", "not-last-file")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRule:
    """One line of a corrections file."""

    version: str
    subject: str
    clip: str
    field: str
    old: str
    new: str
    reason: str
    source: str

    @property
    def code(self) -> str:
        """Code of the defect: the field and the condition, or that the value was replaced."""
        return f"{self.field}-{self.old if self.old in CONDITIONS else 'replaced'}"


Corrections = Mapping[tuple[str, str, str], CorrectionRule]
"""(subject, clip in lower case, field) -> rule."""


@cache
def shipped_corrections(dataset: str) -> Corrections:
    """The corrections that come with the package; empty where none are known."""
    file = resources.files(__name__) / f"{dataset}.csv"
    return _parse(file.read_text("utf-8"), f"{dataset}.csv") if file.is_file() else {}


def read_corrections(path: Path) -> Corrections:
    """A user's own corrections file."""
    try:
        return _parse(path.read_text("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"the corrections cannot be read ({error})", where=path) from error


def _parse(text: str, where: str) -> Corrections:
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise DatasetError(
            "the corrections file has other columns", where=where, remedy=",".join(COLUMNS)
        )
    rules: dict[tuple[str, str, str], CorrectionRule] = {}
    for number, line in enumerate(reader, start=2):
        rule = CorrectionRule(**{name: (line[name] or "").strip() for name in COLUMNS})
        key = (rule.subject, rule.clip.casefold(), rule.field)
        if rule.field not in FIELDS or key in rules:
            problem = "repeats an earlier line" if key in rules else f"has field {rule.field!r}"
            raise DatasetError(
                f"line {number} {problem}", where=where, remedy=f"fields: {', '.join(FIELDS)}"
            )
        rules[key] = rule
    return rules
