"""Rows of Tables 1 and 2, the paper's figure and ours in each, and their printed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mer_core.paper.tables import SETUPS, TITLES
from mer_core.plots.tables import MeasuredCell, Table
from mer_core.reproduction.cells import NETWORKS, Status

REFERENCE = "AffectiveNet-1"
"""The row that the others are compared with."""


CONSTANT = 95.0
"""Per cent of the clips from which on one answer counts as given to all of them."""

SYNTHETIC_NOTE = (
    "Ours comes from generated faces in the layout of the dataset. It says that the method runs, "
    "and nothing about how well it does on real faces; its difference from the paper's means "
    "nothing."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One cell of a table: the paper's accuracy and ours, all in per cent.

    Attributes:
        table: 1 or 2.
        method: Row, as the paper prints it.
        setup: Column, as the paper names it.
        paper: The printed accuracy.
        ours: Ours, of the kind that the paper's is.
        difference: Ours less the paper's.
        low: Lower end of the 95 % interval over subjects.
        high: Upper end.
        change: `ours` less that of `REFERENCE`, the same people in both.
        change_low: Lower end of its 95 % interval over subjects, the same people drawn for both.
        change_high: Upper end.
        uar_change: `uar` less that of `REFERENCE`, in the same way.
        uar_change_low: Lower end of its 95 % interval.
        uar_change_high: Upper end.
        measure: What `ours` is: "mean over subjects" or "pooled".
        accuracy_pooled: Ours, correct answers over all.
        accuracy_subject_mean: Ours, mean of the subjects' accuracies.
        uf1: Ours, unweighted average F1.
        uar: Ours, unweighted average recall.
        commonest_answer: Ours: share of the clips that got the answer which most of them got, a
            mean over repeats.
        majority_rate: Ours: what always answering the largest class gives on the same clips.
        paper_majority_rate: The same from the paper's class counts.
        n: Clips tested.
        subjects: People tested.
        seeds: Repeats.
        data: "real", "synthetic", or why there is no figure.
        profile: Training settings.
        precision: Arithmetic of the training.
        processor: Processor that began the training; "" where the study does not say.
        weights: What the network started from.
        network: Name in our catalogue.
        study: Which study.
        note: What else a reader should know.
    """

    table: int
    method: str
    setup: str
    paper: float | None
    ours: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None
    uar_change: float | None = None
    uar_change_low: float | None = None
    uar_change_high: float | None = None
    measure: str = ""
    accuracy_pooled: float | None = None
    accuracy_subject_mean: float | None = None
    uf1: float | None = None
    uar: float | None = None
    commonest_answer: float | None = None
    majority_rate: float | None = None
    paper_majority_rate: float | None = None
    n: int | None = None
    subjects: int | None = None
    seeds: int | None = None
    data: str
    profile: str = ""
    precision: str = ""
    processor: str = ""
    weights: str = ""
    network: str = ""
    study: str = ""
    note: str = ""


def score_table(rows: Sequence[ScoreRow], *, name: str = "") -> Table:
    """Methods down and experiments across, as the paper prints them, ours below each.

    The last lines are the majority rates: what always answering the most frequent class gives.
    `name` stands before the title.
    """
    setups = list(dict.fromkeys(row.setup for row in rows))
    few = len(setups) <= _FEW
    found = {(row.method, row.setup): row for row in rows}
    lines: list[list[str]] = []
    for method in dict.fromkeys(row.method for row in rows):
        cells = [found.get((method, setup)) for setup in setups]
        quoted = any(cell is not None and cell.data == Status.QUOTED for cell in cells)
        if any(cell is not None and cell.paper is not None for cell in cells):
            kind = "paper, quoted" if quoted else "paper"
            lines.append([method, kind, *(_number(c.paper if c else None) for c in cells)])
        if any(cell is not None and cell.ours is not None for cell in cells):
            lines.append([method, "ours", *(_ours(cell, interval=few) for cell in cells)])
            lines.append([method, "ours, UAR", *(_number(c.uar if c else None) for c in cells)])
    for source, field in (("paper", "paper_majority_rate"), ("ours", "majority_rate")):
        rates = {row.setup: rate for row in rows if (rate := getattr(row, field)) is not None}
        if rates:
            lines.append(["majority rate", source, *(_number(rates.get(s)) for s in setups)])
    headings = [_heading(setup) for setup in setups]
    columns = pd.MultiIndex.from_tuples([("", "method"), ("", "source"), *headings])
    return Table(
        frame=pd.DataFrame(lines, columns=columns),
        title=f"{name}Accuracy, per cent: the paper's and ours",
        summary=conclusion(rows),
        notes=[
            *([SYNTHETIC_NOTE] if any(row.data == Status.SYNTHETIC for row in rows) else []),
            "Ours is the mean over subjects where one subject at a time is left out, and the "
            "pooled accuracy across datasets, because the paper's figures fit these two"
            + (", with a 95 % bootstrap interval over subjects" if few else "")
            + ". UAR is the unweighted average recall, the mean of the classes' recalls: where "
            "every class is tested, a constant answer scores as a guess does. A dash: no figure. "
            "The majority rate is what always answering the most frequent class gives on the same "
            "clips. Every field, with intervals, counts and the studies, is in the CSV file. "
            f"{_training(rows)}",
        ],
        synthetic=any(row.data == Status.SYNTHETIC for row in rows),
    )


def conclusion(rows: Sequence[ScoreRow]) -> str:
    """Return in up to three sentences which of our figures decide anything.

    A row shows something where its whole interval lies above the majority rate. A network that
    answers one class reaches that rate without having learnt anything, so such rows are named and
    compared with nothing. Differences from `REFERENCE` are those of the unweighted average recall,
    to which every tested class contributes alike.
    """
    held = [row for row in rows if row.low is not None and row.high is not None]
    if not held:
        return ""
    above = [row for row in held if _side(row) > 0]
    below = sum(_side(row) < 0 for row in held)
    sentences = [
        f"Of our {len(held)} cells, "
        + ("these lie" if len(above) > 1 else f"{len(above) or 'none'} lies")
        + " above the majority rate with the whole 95 % interval"
        + (f": {_named(above)}; " if above else ", ")
        + f"{below} {'lies' if below == 1 else 'lie'} below it, and "
        f"{len(held) - len(above) - below} cannot be told from it."
    ]
    constant = [row for row in held if answers_one_class(row)]
    if constant:
        sentences.append(
            f"These give one answer to at least {CONSTANT:.0f} % of the clips, so that their "
            f"accuracy says nothing: {_named(constant)}."
        )
    flat = {row.setup for row in constant if row.method == REFERENCE}
    compared = [
        row
        for row in held
        if row.uar_change is not None and row not in constant and row.setup not in flat
    ]
    differ = [
        f"{row.method} ({SETUPS[row.setup].title}, {row.uar_change:+.1f})"
        for row in compared
        if not (row.uar_change_low or 0) <= 0 <= (row.uar_change_high or 0)
    ]
    if compared:
        sentences.append(
            f"Of {len(compared)} differences in unweighted average recall from {REFERENCE}, "
            + (f"those of {', '.join(differ)} exclude zero." if differ else "none excludes zero.")
        )
    return " ".join(sentences)


def answers_one_class(row: ScoreRow) -> bool:
    """Whether the network gave nearly all clips one answer."""
    return row.commonest_answer is not None and row.commonest_answer >= CONSTANT


def _named(rows: Sequence[ScoreRow]) -> str:
    return ", ".join(f"{row.method} ({SETUPS[row.setup].title})" for row in rows)


def _side(row: ScoreRow) -> int:
    """1 where the whole interval lies above the majority rate, -1 where below, else 0."""
    if row.low is None or row.high is None or row.majority_rate is None:
        return 0
    return int(row.low > row.majority_rate) - int(row.high < row.majority_rate)


def _training(rows: Sequence[ScoreRow]) -> str:
    """Which settings are behind our figures."""
    settings = dict.fromkeys(_settings_of(row) for row in rows if row.ours is not None)
    named = "; ".join(filter(None, settings))
    return f"Training: {named}." if named else ""


def _settings_of(row: ScoreRow) -> str:
    """Return the settings by their name, which says the precision where it was chosen."""
    parts = (row.profile, "" if row.precision in row.profile else row.precision)
    return ", ".join(filter(None, parts))


_FEW = 4
"""Experiments side by side up to which a table has room for intervals."""


def _heading(setup: str) -> tuple[str, str]:
    found = SETUPS[setup]
    above = f"{TITLES[found.train]} →" if found.train else "one subject left out"
    return above, TITLES[found.test]


def _ours(row: ScoreRow | None, *, interval: bool) -> str:
    if row is None or row.ours is None:
        return "–"
    ends = f" ({row.low:.1f}–{row.high:.1f})" if interval and row.low is not None else ""
    return f"{row.ours:.2f}{ends}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def measured_cells(rows: Sequence[ScoreRow]) -> list[MeasuredCell]:
    """Return the rows that the paper ran itself or that we added, in per cent."""
    return [
        MeasuredCell(
            method=row.method,
            setup=SETUPS[row.setup].title,
            metric=f"accuracy, {row.measure}" if row.measure else "accuracy",
            value=row.ours,
            low=row.low,
            high=row.high,
            n=row.n,
            printed=row.paper,
            rate=row.majority_rate if row.ours is not None else row.paper_majority_rate,
            provenance=row.study,
            note="" if row.ours is not None else str(row.data),
        )
        for row in rows
        if row.method in NETWORKS
    ]
