"""Published class counts, and which release a sheet is by them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

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
    """What papers print for a dataset under a label scheme, if anything."""
    entry = _data()["printed"].get(scheme, {})
    counts = entry.get("counts", {}).get(dataset)
    if counts is None:
        return None
    note = entry.get("notes", {}).get(dataset, "")
    return PrintedCounts(source=entry["source"], counts=counts, note=note)


def tell_version(dataset: str, *, rows: int, counts: Mapping[str, int], stem: str) -> str:
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
