"""Class counts three ways: found on disk, in the annotation sheet, as printed in the paper.

The printed counts also tell which release a sheet is.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mer_core.datasets.label_schemes import SCHEMES, LabelScheme
from mer_core.datasets.table import DatasetTable, Reason
from mer_core.records import Sample

NOT_ROWS = (Reason.DUPLICATE_ROW, Reason.ROW_UNREADABLE, Reason.NO_SHEET_ROW)
"""Exclusions that are no clip of the sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCount:
    """One class: clips found, clips the sheet lists, clips the paper prints (None: not said)."""

    name: str
    found: int
    sheet: int
    paper: int | None


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """The counts of one dataset under one label scheme, and what explains their differences."""

    scheme: str
    source: str
    classes: tuple[ClassCount, ...]
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> ClassCount:
        """The sums; the paper's only where it prints every class."""
        printed = [c.paper for c in self.classes]
        return ClassCount(
            name="sum",
            found=sum(c.found for c in self.classes),
            sheet=sum(c.sheet for c in self.classes),
            paper=None if None in printed else sum(count or 0 for count in printed),
        )


def reconcile(table: DatasetTable, scheme: LabelScheme) -> Reconciliation:
    """Count a table's clips, its sheet's rows and the paper's print under `scheme`."""
    found = Counter(label for s in table if (label := scheme.label(s)) is not None)
    sheet = found + Counter(_find_excluded_labels(table, scheme))
    printed = printed_counts(scheme.name, table.name)
    paper = _printed_words(table) if scheme.uses_own_labels else printed.counts if printed else {}
    order = _order(table, scheme)
    names = [*order, *sorted((set(found) | set(sheet)) - set(order))]
    counts = tuple(
        ClassCount(name=name, found=found[name], sheet=sheet[name], paper=paper.get(name))
        for name in names
    )
    source = f"{table.sheet_version} as published" if scheme.uses_own_labels and paper else ""
    return Reconciliation(
        scheme=scheme.name,
        source=printed.source if printed else source,
        classes=counts,
        remarks=tuple(_remarks(table, scheme, printed.note if printed else "")),
    )


def reconcile_all(table: DatasetTable) -> tuple[Reconciliation, ...]:
    """Every scheme that covers the dataset and finds a class for at least one of its clips."""
    covering = (scheme for scheme in SCHEMES if scheme.covers(table.name))
    return tuple(
        reconciliation
        for scheme in covering
        if (reconciliation := reconcile(table, scheme)).total.sheet
    )


def _find_excluded_labels(table: DatasetTable, scheme: LabelScheme) -> Iterator[str]:
    for exclusion in table.excluded:
        if exclusion.reason in NOT_ROWS:
            continue
        key = f"{table.name}/{exclusion.key}"
        if (label := scheme.classify(table.name, key, exclusion.label)) is not None:
            yield label


def _printed_words(table: DatasetTable) -> dict[str, int]:
    """The counts published for the sheet's own version, which are those of its words."""
    versions = (v for v in sheet_versions(table.name) if v.version == table.sheet_version)
    return dict(next(versions).counts) if table.sheet_version in _names(table.name) else {}


def _names(dataset: str) -> set[str]:
    return {version.version for version in sheet_versions(dataset)}


def _order(table: DatasetTable, scheme: LabelScheme) -> tuple[str, ...]:
    samples: tuple[Sample, ...] = table.samples
    return scheme.classes(table.name, samples) if samples or not scheme.uses_own_labels else ()


def _remarks(table: DatasetTable, scheme: LabelScheme, note: str) -> Iterator[str]:
    if note:
        yield note
    unmapped = Counter(sample.label or "blank" for sample in table if scheme.label(sample) is None)
    if unmapped:
        words = ", ".join(f"{word} {count}" for word, count in unmapped.most_common())
        yield f"without a class: {words}"


UNKNOWN_VERSION = "unknown version"


SYNTHETIC_VERSION = "synthetic"


@dataclass(frozen=True, kw_only=True)
class SheetVersion:
    """A sheet in circulation: its rows and, where known, its class counts."""

    version: str
    rows: int
    counts: Mapping[str, int]
    files: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PrintedCounts:
    """Class counts as a paper prints them, and what does not add up there."""

    source: str
    counts: Mapping[str, int]
    note: str = ""


@cache
def _data() -> Mapping[str, Any]:
    text = (resources.files("mer_core.datasets") / "published_counts.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def sheet_versions(dataset: str) -> tuple[SheetVersion, ...]:
    """The sheets of a dataset that are known to circulate."""
    return tuple(
        SheetVersion(
            version=entry["version"],
            rows=entry["rows"],
            counts=entry.get("counts", {}),
            files=tuple(entry["files"]),
        )
        for entry in _data()["sheets"].get(dataset, ())
    )


def printed_counts(scheme: str, dataset: str) -> PrintedCounts | None:
    """Return the counts that papers print for a dataset under a label scheme, if any."""
    entry = _data()["printed"].get(scheme, {})
    counts = entry.get("counts", {}).get(dataset)
    if counts is None:
        return None
    note = entry.get("notes", {}).get(dataset, "")
    return PrintedCounts(source=entry["source"], counts=counts, note=note)


def identify_version(dataset: str, *, rows: int, counts: Mapping[str, int], stem: str) -> str:
    """The version whose rows and class counts a sheet has; the file name breaks ties."""
    present = {word: count for word, count in counts.items() if count}
    fitting = [
        version
        for version in sheet_versions(dataset)
        if version.rows == rows and (not version.counts or dict(version.counts) == present)
    ]
    # Counts say more than a number of rows, a matching file name more than none.
    fitting.sort(key=lambda v: (not v.counts, not any(part in stem.casefold() for part in v.files)))
    return fitting[0].version if fitting else UNKNOWN_VERSION
