"""The paper's side of a study: what Tables 1 and 2 and Fig. 5 print for the same experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mer_core.paper.confusions import PublishedMatrix
from mer_core.paper.printed import Printed
from mer_core.paper.published import PUBLISHED
from mer_core.paper.tables import table_of
from mer_core.protocols import CROSS_PAIRS, LeaveOneSubjectOut
from mer_core.reproduction.cells import CATALOG_NAMES
from mer_core.reproduction.table3 import NETWORK_READINGS

_SETUPS = {ours: printed for printed, ours in CATALOG_NAMES.items()}
_METHODS = {model: row for row, readings in NETWORK_READINGS.items() for model, _ in readings}


@dataclass(frozen=True, kw_only=True)
class Counterpart:
    """Figures of the paper for the experiment that a study repeats.

    Attributes:
        setup: The experiment, in the paper's words: "CASME-II" or "CI2CII".
        method: The row of the tables, or "" where the paper has no such network.
        column: Every accuracy of that experiment in per cent, by method.
        majority_rate: Per cent right when always answering the paper's largest class.
        matrix: The panel of Fig. 5 for the experiment, where there is one.
    """

    setup: str
    method: str
    column: Mapping[str, Printed]
    majority_rate: float
    matrix: PublishedMatrix | None

    @property
    def accuracy(self) -> Printed | None:
        """Return the paper's accuracy of the study's own network; None where it prints none."""
        return self.column.get(self.method)

    @property
    def place(self) -> str:
        """Where the accuracies stand."""
        return f"Table {table_of(self.setup)}, column {self.setup}"


def counterpart(definition: Mapping[str, Any]) -> Counterpart | None:
    """The paper's side of a study, from the study's definition; None where there is none.

    Data, labels and training are the study's own. On a synthetic twin the two sides stand beside
    each other and say nothing about each other.
    """
    setup = _setup(definition)
    if setup is None:
        return None
    panels = [matrix for matrix in PUBLISHED.figure5 if matrix.setup == setup]
    return Counterpart(
        setup=setup,
        method=_METHODS.get(definition["experiment"].get("model", ""), ""),
        column=PUBLISHED.column(setup),
        majority_rate=PUBLISHED.majority_rate(setup),
        matrix=panels[0] if panels else None,
    )


def _setup(definition: Mapping[str, Any]) -> str | None:
    names = [choice["name"] for choice in definition["experiment"].get("datasets", ())]
    protocol = definition["protocol"]
    if definition["control"] != "none":
        return None
    if protocol == LeaveOneSubjectOut.name and len(names) == 1:
        return _SETUPS.get(names[0])
    if protocol in CROSS_PAIRS:
        return protocol
    pairs = {f"{train}:{test}": setup for setup, (train, test) in CROSS_PAIRS.items()}
    return pairs.get(protocol)
