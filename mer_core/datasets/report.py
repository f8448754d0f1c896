"""The dataset check: what was found, what was left out and why, and whether it can be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.reconciliation import Reconciliation, reconcile, reconcile_all
from mer_core.datasets.table import DatasetTable


@dataclass(frozen=True)
class DatasetReport:
    """A table with its counts under every label scheme that applies."""

    table: DatasetTable
    counts: tuple[Reconciliation, ...]

    @property
    def usable(self) -> bool:
        """Whether a network could be trained or tested on it at all."""
        return len(self.table) > 0

    @property
    def headline(self) -> str:
        """One line: how many clips of how many, by whom, and whether they are real."""
        table = self.table
        kind = "SYNTHETIC twin" if table.synthetic else "recorded data"
        rows = "sheet rows" if table.sheet else "clip folders"
        return (
            f"{table.name} ({kind}): {len(table)} clips of {len(table.subjects)} subjects from "
            f"{table.sheet_rows} {rows}, {table.variant} frames"
        )

    def document(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        table = self.table
        return {
            "dataset": table.name,
            "root": str(table.root),
            "variant": table.variant,
            "options": dict(table.options),
            "sheet": None if table.sheet is None else str(table.sheet),
            "sheet_version": table.sheet_version,
            "sheet_rows": table.sheet_rows,
            "synthetic": table.synthetic,
            "clips": len(table),
            "subjects": len(table.subjects),
            "classes": dict(self._raw_counts()),
            "excluded": [
                {"clip": e.key, "reason": e.code, "detail": e.detail, "row": e.row}
                for e in table.excluded
            ],
            "corrected": [
                {
                    "clip": c.key,
                    "code": c.code,
                    "field": c.field,
                    "old": c.old,
                    "new": c.new,
                    "reason": c.reason,
                    "source": c.source,
                }
                for c in table.corrected
            ],
            "findings": [
                {"clip": f.key, "code": f.code, "detail": f.detail} for f in table.findings
            ],
            "derived": dict(self._count_derived()),
            "remarks": list(table.remarks),
            "counts": {c.scheme: _counts_document(c) for c in self.counts},
            "digest": table.digest,
        }

    def _raw_counts(self) -> Mapping[str, int]:
        words = reconcile(self.table, label_scheme("raw")).classes
        return {word.name: word.found for word in words if word.found}

    def _count_derived(self) -> Mapping[str, int]:
        return Counter(d.value for sample in self.table for d in sample.derived)


def check_dataset(table: DatasetTable) -> DatasetReport:
    """Compare a table's counts with the sheet's and the paper's.

    Args:
        table: From `open_dataset`.

    Returns:
        The table with its counts under every label scheme that applies.

    Example:
        >>> report = check_dataset(open_dataset("casme2", twin))
        >>> report.usable, report.headline.startswith("casme2 (SYNTHETIC twin): 8 clips")
        (True, True)
    """
    return DatasetReport(table, reconcile_all(table))


def _counts_document(counts: Reconciliation) -> dict[str, Any]:
    return {
        "source": counts.source,
        "classes": {
            c.name: {"found": c.found, "sheet": c.sheet, "paper": c.paper} for c in counts.classes
        },
        "remarks": list(counts.remarks),
    }
