"""The confusion matrices of Fig. 5."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mer_core.errors import SettingsError
from mer_core.paper.printed import Printed


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMatrix:
    """One panel of Fig. 5: shares of all test samples, rows true, columns predicted.

    The cells are joint shares, not rates per true class: each panel sums to 1.

    Attributes:
        letter: The panel.
        setup: Name of the experiment, as in `tables.SETUPS`.
        classes: Row and column names, as printed.
        cells: `cells[true][predicted]`.
        uncertain: Which cells are hard to read, or "".
    """

    letter: str
    setup: str
    classes: tuple[str, ...]
    cells: tuple[tuple[Printed, ...], ...]
    uncertain: str = ""

    @property
    def place(self) -> str:
        """Where the panel stands."""
        return f"Fig. 5{self.letter}"

    @property
    def total(self) -> Decimal:
        """Sum of all cells."""
        return sum(self.row_sums, Decimal(0))

    @property
    def trace(self) -> Decimal:
        """Share of correct answers: pooled accuracy."""
        return sum((row[i].decimal for i, row in enumerate(self.cells)), Decimal(0))

    @property
    def row_sums(self) -> tuple[Decimal, ...]:
        """Share of each true class."""
        return tuple(sum((cell.decimal for cell in row), Decimal(0)) for row in self.cells)

    @property
    def present(self) -> tuple[str, ...]:
        """Classes with true samples."""
        return tuple(name for name, share in zip(self.classes, self.row_sums, strict=True) if share)

    @property
    def recalls(self) -> Mapping[str, float]:
        """Recall of each class that has true samples, from the rounded cells."""
        shares = zip(self.classes, self.row_sums, strict=True)
        return {
            name: float(self.cells[i][i].decimal / share)
            for i, (name, share) in enumerate(shares)
            if share
        }

    @property
    def uar(self) -> float:
        """Unweighted average recall over the classes that have true samples."""
        recalls = self.recalls
        return sum(recalls.values()) / len(recalls)


def read_confusions(text: str, *, source: str) -> tuple[PublishedMatrix, ...]:
    """Read the matrices from TOML; one whose cells are not a square is refused."""
    return tuple(_matrix(entry, source) for entry in tomllib.loads(text)["matrix"])


def _matrix(entry: Mapping[str, Any], source: str) -> PublishedMatrix:
    cells = tuple(
        tuple(Printed(cell) for cell in line.split())
        for line in entry["cells"].strip().splitlines()
    )
    classes = tuple(entry["classes"])
    if [len(row) for row in cells] != [len(classes)] * len(classes):
        raise SettingsError(
            f"matrix {entry['letter']!r} does not have {len(classes)} rows and columns",
            where=source,
            remedy="give one line per true class and one number per predicted class",
        )
    return PublishedMatrix(
        letter=entry["letter"],
        setup=entry["setup"],
        classes=classes,
        cells=cells,
        uncertain=entry.get("uncertain", ""),
    )
