"""Everything the paper prints as numbers, in one value."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from mer_core.errors import SettingsError, UnknownNameError
from mer_core.paper.confusions import PublishedMatrix, read_confusions
from mer_core.paper.printed import Printed
from mer_core.paper.statements import (
    DatasetStatement,
    Statement,
    read_dataset_statements,
    read_statements,
)
from mer_core.paper.tables import (
    SETUPS,
    AccuracyRow,
    CostRow,
    read_accuracies,
    read_costs,
    table_of,
)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Published:
    """The paper's numbers.

    Attributes:
        table1: Accuracy on CASME-I and CASME-II, with the rows of other publications.
        table2: Accuracy on CASME^2 and SAMM, and across datasets.
        table3: Parameters, memory and speed.
        figure5: Confusion matrices a to g.
        datasets: Section 4.1.
        statements: Sentences with numbers or comparisons.
    """

    table1: tuple[AccuracyRow, ...]
    table2: tuple[AccuracyRow, ...]
    table3: tuple[CostRow, ...]
    figure5: tuple[PublishedMatrix, ...]
    datasets: tuple[DatasetStatement, ...]
    statements: tuple[Statement, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over all numbers and their digits."""
        return hashlib.sha256(repr(self).encode()).hexdigest()

    def column(self, setup: str) -> dict[str, Printed]:
        """The accuracies of one experiment by method, without the missing ones."""
        rows = self.table1 if table_of(setup) == 1 else self.table2
        cells = {row.method: row.accuracies[setup] for row in rows}
        return {method: cell for method, cell in cells.items() if cell is not None}

    def accuracy(self, method: str, setup: str) -> Printed:
        """One cell of Table 1 or 2; a missing one raises `UnknownNameError`."""
        return _named(method, self.column(setup), f"accuracy for {setup}")

    def own_methods(self) -> frozenset[str]:
        """Methods that the paper's authors ran themselves."""
        return frozenset(row.method for row in (*self.table1, *self.table2) if not row.quoted)

    def cost(self, network: str) -> CostRow:
        """The row of Table 3 of one network."""
        return _named(network, {row.network: row for row in self.table3}, "row of Table 3")

    def dataset(self, name: str) -> DatasetStatement:
        """Return the statement of Section 4.1 about one dataset, by the paper's name."""
        return _named(name, {dataset.name: dataset for dataset in self.datasets}, "dataset")

    def matrix(self, letter: str) -> PublishedMatrix:
        """The panel of Fig. 5 with that letter."""
        return _named(letter, {matrix.letter: matrix for matrix in self.figure5}, "panel of Fig. 5")

    def test_classes(self, setup: str) -> dict[str, int]:
        """Samples per class in the test set of an experiment, from the counts of Section 4.1."""
        experiment = SETUPS[setup]
        tested = self.dataset(experiment.test)
        return dict(tested.classes if experiment.person_independent else tested.cross_classes())

    def majority_rate(self, setup: str) -> float:
        """Per cent right when always answering the largest class of the test set."""
        counts = self.test_classes(setup).values()
        return 100 * max(counts) / sum(counts)


def load_published(folder: Path | None = None) -> Published:
    """Read the numbers that the paper prints.

    Args:
        folder: Laid out like `mer_core/paper/data`, by default that one.

    Returns:
        Its tables, confusion matrices and statements.

    Raises:
        SettingsError: A file is missing or cannot be read.

    Example:
        >>> load_published().table3[0].network
        'VGG-16'
    """
    source = files("mer_core.paper") / "data" if folder is None else folder

    def text(name: str) -> str:
        try:
            return (source / name).read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsError(
                f"{name} cannot be read ({error.strerror})",
                where=str(source),
                remedy="give a copy of mer_core/paper/data",
            ) from error

    return Published(
        table1=read_accuracies(text("table1.csv"), source="table1.csv"),
        table2=read_accuracies(text("table2.csv"), source="table2.csv"),
        table3=read_costs(text("table3.csv"), source="table3.csv"),
        figure5=read_confusions(text("confusions.toml"), source="confusions.toml"),
        datasets=read_dataset_statements(text("class_counts.toml")),
        statements=read_statements(text("statements.csv"), source="statements.csv"),
    )


def _named(name: str, things: Mapping[str, T], what: str) -> T:
    if name not in things:
        raise UnknownNameError(
            f"the paper has no {what} under {name!r}", remedy=f"choose one of: {', '.join(things)}"
        )
    return things[name]


PUBLISHED = load_published()
TABLE1 = PUBLISHED.table1
TABLE2 = PUBLISHED.table2
TABLE3 = PUBLISHED.table3
FIGURE5 = PUBLISHED.figure5


def printed_tables(published: Published) -> dict[str, list[dict[str, str]]]:
    """Tables 1 to 3 as printed: title -> rows of column name and text, "" where nothing stands."""

    def accuracies(rows: tuple[AccuracyRow, ...]) -> list[dict[str, str]]:
        return [
            {"method": row.method + "*" * row.quoted, "task": ", ".join(row.task)}
            | {setup: value.text if value else "" for setup, value in row.accuracies.items()}
            for row in rows
        ]

    return {
        "Table 1. Accuracy in per cent, leave one subject out (* quoted by the paper)": accuracies(
            published.table1
        ),
        "Table 2. Accuracy in per cent, within and across datasets": accuracies(published.table2),
        "Table 3. Cost": [
            {
                "network": row.network,
                "parameters, millions": row.parameters_m.text,
                "memory, MB": row.memory_mb.text,
                "speed, s": row.speed_s.text,
            }
            for row in published.table3
        ],
    }
