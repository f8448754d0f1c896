"""Tables 1 to 3 of the paper, row by row, and the experiments their columns stand for."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO

from mer_core.errors import SettingsError
from mer_core.paper.printed import Printed, printed_or_none

DATASETS = ("CASME-I", "CASME-II", "CASME^2", "SAMM")
"""The four datasets under the names the paper gives them."""

TITLES = {"CASME-I": "CASME", "CASME-II": "CASME II", "CASME^2": "CAS(ME)²", "SAMM": "SAMM"}
"""The same under the names their publishers give them, as readers see them."""

_SHORT = {"CI": "CASME-I", "CII": "CASME-II", "C2": "CASME^2", "S": "SAMM"}
_TABLE1_SETUPS = ("CASME-I", "CASME-II")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """One experiment: leave-one-subject-out in a dataset, or training on one, testing on another.

    `name` is the paper's: "CASME-I", or "CI2CII" for CASME-I to CASME-II. `train` is None where
    training and test subjects come from the same dataset.
    """

    name: str
    train: str | None
    test: str

    @property
    def person_independent(self) -> bool:
        """Leave-one-subject-out within `test`, the paper's PIE; else cross-dataset, its CDE."""
        return self.train is None

    @property
    def title(self) -> str:
        """Title for readers: "CASME II", or "CASME → CASME II"."""
        return " → ".join(TITLES[name] for name in (self.train, self.test) if name)


def _setup(name: str) -> Setup:
    if name in DATASETS:
        return Setup(name=name, train=None, test=name)
    train, _, test = name.partition("2")
    return Setup(name=name, train=_SHORT[train], test=_SHORT[test])


SETUPS: Mapping[str, Setup] = {
    name: _setup(name)
    for name in (
        *DATASETS,
        *("CI2CII", "CI2C2", "CI2S", "CII2CI", "CII2C2", "CII2S", "S2CI", "S2CII", "S2C2"),
    )
}
"""The thirteen experiments: four person-independent, nine cross-dataset."""

_NAMED = re.compile("|".join(re.escape(name) for name in sorted(SETUPS, key=len, reverse=True)))


def titled(text: str) -> str:
    """Return a text with the title of every experiment in place of its name.

    Example:
        >>> titled("S2C2: gain of AffectiveNet")
        'SAMM → CAS(ME)²: gain of AffectiveNet'
    """
    return _NAMED.sub(lambda found: SETUPS[found[0]].title, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyRow:
    """A row of Table 1 or Table 2: accuracies in per cent, by the name of the setup.

    Attributes:
        method: As printed, without asterisk and reference mark.
        accuracies: Setup name -> accuracy; None where the paper prints "N/A" or a dash.
        task: The emotion letters of Table 1, e.g. ("P", "N", "S", "O"); empty in Table 2.
        quoted: Whether the paper took the row from another publication.
        reference: Number in the paper's list of references, or "".
        remark: What is peculiar about the row, or "".
    """

    method: str
    accuracies: Mapping[str, Printed | None]
    task: tuple[str, ...] = ()
    quoted: bool = False
    reference: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """A row of Table 3: millions of parameters, megabytes of memory, seconds of "speed"."""

    network: str
    parameters_m: Printed
    memory_mb: Printed
    speed_s: Printed
    reference: str = ""


def read_accuracies(text: str, *, source: str) -> tuple[AccuracyRow, ...]:
    """Read Table 1 or 2 from CSV; every column named like a setup holds accuracies.

    Args:
        text: The CSV document.
        source: Its file name, for the message when it cannot be read.
    """
    return tuple(_accuracy_row(line, source) for line in read_lines(text, source=source))


def read_costs(text: str, *, source: str) -> tuple[CostRow, ...]:
    """Read Table 3 from CSV."""
    return tuple(_cost_row(line, source) for line in read_lines(text, source=source))


def place(table: int, row: str, column: str) -> str:
    """Where a cell stands, in words."""
    return f"Table {table}, row {row}, column {column}"


def table_of(setup: str) -> int:
    """The number of the table that holds the accuracies of a setup."""
    return 1 if setup in _TABLE1_SETUPS else 2


def read_lines(text: str, *, source: str) -> list[dict[str, str]]:
    """CSV lines by column name; a line with more or fewer cells than columns is refused."""
    header, *lines = csv.reader(StringIO(text))
    for line in lines:
        if len(line) != len(header):
            raise SettingsError(
                f"row {''.join(line[:1])!r} does not have {len(header)} cells",
                where=source,
                remedy="put cells that contain a comma in double quotes",
            )
    return [dict(zip(header, line, strict=True)) for line in lines]


def _accuracy_row(line: Mapping[str, str], source: str) -> AccuracyRow:
    try:
        return AccuracyRow(
            method=line["method"],
            accuracies={name: printed_or_none(line[name]) for name in SETUPS if name in line},
            task=tuple(letter.strip() for letter in line.get("task", "").split(",") if letter),
            quoted=line["source"] == "quoted",
            reference=line["reference"],
            remark=line["remark"],
        )
    except (KeyError, ValueError) as error:
        raise _unreadable(line.get("method", "?"), source, error) from error


def _cost_row(line: Mapping[str, str], source: str) -> CostRow:
    try:
        return CostRow(
            network=line["network"],
            parameters_m=Printed(line["parameters_m"]),
            memory_mb=Printed(line["memory_mb"]),
            speed_s=Printed(line["speed_s"]),
            reference=line["reference"],
        )
    except (KeyError, ValueError) as error:
        raise _unreadable(line.get("network", "?"), source, error) from error


def _unreadable(row: str, source: str, error: Exception) -> SettingsError:
    return SettingsError(
        f"row {row!r} cannot be read ({error})",
        where=source,
        remedy="compare it with the file of the same name in mer_core/paper/data",
    )
