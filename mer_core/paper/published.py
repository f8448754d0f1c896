"""Everything the paper prints as numbers, in one value."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from mer_core.paper.tables import AccuracyRow, CostRow, read_accuracies, read_costs


@dataclass(frozen=True, kw_only=True)
class Published:
    """The paper's numbers."""

    table1: tuple[AccuracyRow, ...]
    table2: tuple[AccuracyRow, ...]
    table3: tuple[CostRow, ...]


def load_published(folder: Path | None = None) -> Published:
    """Reads the numbers from a folder laid out like `mer_core/paper/data`, by default that one."""
    source = files("mer_core.paper") / "data" if folder is None else folder

    def text(name: str) -> str:
        return (source / name).read_text(encoding="utf-8")

    return Published(
        table1=read_accuracies(text("table1.csv"), source="table1.csv"),
        table2=read_accuracies(text("table2.csv"), source="table2.csv"),
        table3=read_costs(text("table3.csv"), source="table3.csv"),
    )


PUBLISHED = load_published()
TABLE1 = PUBLISHED.table1
TABLE2 = PUBLISHED.table2
TABLE3 = PUBLISHED.table3
