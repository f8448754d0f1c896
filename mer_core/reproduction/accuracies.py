"""Tables 1 and 2, and ours beside them: paper, ours, difference, majority rate, and on what data.

The paper's person-independent figures fit means over subjects and its cross-dataset figures pooled
accuracies (see the reading `averaging` in `mer_core.paper.readings`), so each is compared with its
like; both of ours stand in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mer_core.errors import UnknownNameError
from mer_core.paper.published import PUBLISHED, TABLE1, TABLE2
from mer_core.paper.tables import SETUPS, TITLES, AccuracyRow
from mer_core.plots.dots import DotRow
from mer_core.plots.static.dots import dot_sheet
from mer_core.plots.tables import Table
from mer_core.protocols import paired_difference
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import (
    ADDED,
    CATALOG_NAMES,
    NETWORKS,
    Cell,
    CellResult,
    Status,
    cells_of,
    solve,
    study_needs,
)
from mer_core.reproduction.job import Job, Made, Maker, Product, as_products, printed
from mer_core.reproduction.tidy import read_rows, rows_csv
from mer_core.training.result import StudyResult

REFERENCE = "AffectiveNet-1"
"""The row that the others are compared with."""

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
        measure: What `ours` is: "mean over subjects" or "pooled".
        accuracy_pooled: Ours, correct answers over all.
        accuracy_subject_mean: Ours, mean of the subjects' accuracies.
        uf1: Ours, unweighted average F1.
        uar: Ours, unweighted average recall.
        majority_rate: Ours: what always answering the largest class gives on the same clips.
        paper_majority_rate: The same from the paper's class counts.
        n: Clips tested.
        subjects: People tested.
        seeds: Repeats.
        data: "real", "synthetic", or why there is no figure.
        profile: Training settings.
        precision: Arithmetic of the training.
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
    measure: str = ""
    accuracy_pooled: float | None = None
    accuracy_subject_mean: float | None = None
    uf1: float | None = None
    uar: float | None = None
    majority_rate: float | None = None
    paper_majority_rate: float | None = None
    n: int | None = None
    subjects: int | None = None
    seeds: int | None = None
    data: str
    profile: str = ""
    precision: str = ""
    weights: str = ""
    network: str = ""
    study: str = ""
    note: str = ""


def accuracy_rows(
    table: int, job: Job, *, setups: Sequence[str] | None = None
) -> tuple[ScoreRow, ...]:
    """Every cell of Table 1 or 2 in the paper's order, and below Table 1 our added networks.

    Args:
        table: 1 or 2.
        job: Where figures of our own come from.
        setups: Columns to take; all by default.
    """
    columns = [name for name in _printed(table)[0].accuracies if setups is None or name in setups]
    rows = [_row(table, row, setup, job) for row in _printed(table) for setup in columns]
    if table == 1:
        blank = [
            AccuracyRow(method=name, accuracies=dict.fromkeys(TABLE1[0].accuracies))
            for name in ADDED
        ]
        rows += [_row(table, row, setup, job) for row in blank for setup in columns]
    return tuple(rows)


def check_methods(names: Sequence[str]) -> tuple[str, ...] | None:
    """The rows to run, refused where the tables have no such row; None for all."""
    for name in names:
        if name not in NETWORKS:
            raise UnknownNameError(
                f"no network stands behind a row {name!r}",
                remedy=f"choose from: {', '.join(NETWORKS)}",
            )
    return tuple(names) or None


def _printed(table: int) -> tuple[AccuracyRow, ...]:
    return TABLE1 if table == 1 else TABLE2


def _row(table: int, row: AccuracyRow, setup: str, job: Job) -> ScoreRow:
    cell = row.accuracies[setup]
    paper = None if cell is None else float(cell.decimal)
    blank = {"table": table, "method": row.method, "setup": setup, "paper": paper}
    blank["paper_majority_rate"] = round(PUBLISHED.majority_rate(setup), 2)
    if row.method not in NETWORKS:
        status = Status.QUOTED if row.quoted else Status.UNSTATED
        note = row.remark or ("" if row.quoted else "evaluated as in another publication")
        return ScoreRow(**blank, data=status, note=note)
    (asked,) = cells_of(row.method, (setup,))
    found = solve(asked, job)
    if found.result is None:
        return ScoreRow(**blank, data=found.status, network=asked.model, note=found.note)
    scores = {**_scores(found, setup, paper), **_change(found.result, row.method, setup, job)}
    return ScoreRow(**blank, **scores, network=asked.model)


def _change(result: StudyResult, method: str, setup: str, job: Job) -> dict[str, float | None]:
    """The difference from `REFERENCE` on the same people, where that has been run too."""
    if method == REFERENCE:
        return {}
    (asked,) = cells_of(REFERENCE, (setup,))
    reference = solve(asked, job).result
    first = tuple(result.by_seed.values())
    if reference is None or not result.intervals:
        return {}
    found = paired_difference(first, tuple(reference.by_seed.values()), name=_measure(setup))
    return {
        "change": _per_cent(found.value),
        "change_low": _per_cent(found.low),
        "change_high": _per_cent(found.high),
    }


def _measure(setup: str) -> str:
    """The score that the paper's figure for a setup is."""
    return "accuracy_subject_mean" if SETUPS[setup].person_independent else "accuracy_pooled"


def _scores(found: CellResult, setup: str, paper: float | None) -> dict[str, Any]:
    result = found.result
    assert result is not None  # the caller has looked
    name = _measure(setup)
    means = {key: _per_cent(value) for key, value in result.means.items()}
    ours = means[name]
    interval = result.intervals[name] if result.intervals else None
    first = next(iter(result.by_seed.values()))
    return {
        **means,
        "ours": ours,
        "difference": None if paper is None or ours is None else round(ours - paper, 2),
        "low": _per_cent(interval.low) if interval else None,
        "high": _per_cent(interval.high) if interval else None,
        "measure": "mean over subjects" if "mean" in name else "pooled",
        "majority_rate": _per_cent(result.majority_rate),
        "n": first.n,
        "subjects": len(first.subjects),
        "seeds": len(result.seeds),
        "data": found.status,
        "profile": found.profile,
        "precision": result.definition["settings"]["precision"],
        "weights": result.definition["experiment"]["weights"],
        "study": result.name,
    }


def _per_cent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def make_table(table: int, job: Job) -> Made:
    """The table as CSV, Markdown, HTML and LaTeX, and as a figure."""
    rows = accuracy_rows(table, job)
    measured = [row for row in rows if row.ours is not None]
    synthetic = any(row.data == Status.SYNTHETIC for row in measured)
    failed = [f"{row.method}, {row.setup}: {row.note}" for row in rows if row.data == Status.FAILED]
    record = as_csv(rows)
    return Made(
        products=(Product(suffix=".csv", content=record.encode()), *redraw(record, synthetic)),
        data_digest=settings_digest(_digests(table, job)),
        synthetic=synthetic,
        settings={
            "profile": job.profile,
            **job.training(row.network for row in rows if row.network),
            "studies": sorted({row.study for row in measured}),
            "existing_only": job.existing,
        },
        seed=job.seeds[0],
        warnings=tuple(failed),
        values=rows,
    )


def as_csv(rows: Iterable[ScoreRow]) -> str:
    """Every field of every cell, one cell of the paper's table per line."""
    return rows_csv(ScoreRow, rows)


def redraw(record: str, synthetic: bool) -> tuple[Product, ...]:
    """Everything but the CSV file, from the CSV file."""
    rows = read_rows(ScoreRow, record)
    table = rows[0].table
    drawn = dot_sheet(dots(rows), synthetic=synthetic, columns=2 if table == 1 else 3)
    return (*as_products(score_table(rows, name=f"Table {table}. ")), *printed(drawn))


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
            + ". A dash: no figure. The majority rate is what always answering the most frequent "
            "class gives on the same clips. Every field, with intervals, counts and the studies, "
            f"is in the CSV file. {_training(rows)}",
        ],
        synthetic=any(row.data == Status.SYNTHETIC for row in rows),
    )


def conclusion(rows: Sequence[ScoreRow]) -> str:
    """What our figures can and cannot decide, in one sentence.

    A row tells something where its whole interval lies above the majority rate; an ablation does
    where the interval of its difference from `REFERENCE` excludes zero.
    """
    held = [row for row in rows if row.low is not None]
    if not held:
        return ""
    above = [f"{row.method} ({SETUPS[row.setup].title})" for row in held if _above_majority(row)]
    told = (
        f"Of {len(held)} cells of ours, these lie above the majority rate with their whole 95 % "
        f"interval: {', '.join(above)}; the others"
        if above
        else f"None of our {len(held)} cells lies above the majority rate with its whole 95 % "
        "interval: they"
    )
    sentence = f"{told} cannot be told from always guessing the largest class"
    compared = [row for row in held if row.change_low is not None]
    differ = [
        f"{row.method} ({SETUPS[row.setup].title}, {row.change:+.1f})"
        for row in compared
        if not (row.change_low or 0) <= 0 <= (row.change_high or 0)
    ]
    if compared:
        sentence += f"; of {len(compared)} differences from {REFERENCE}, " + (
            f"those of {', '.join(differ)} exclude zero" if differ else "none excludes zero"
        )
    return f"{sentence}."


def _above_majority(row: ScoreRow) -> bool:
    return row.low is not None and row.majority_rate is not None and row.low > row.majority_rate


def _training(rows: Sequence[ScoreRow]) -> str:
    """Which settings are behind our figures."""
    settings = dict.fromkeys((row.profile, row.precision) for row in rows if row.ours is not None)
    named = "; ".join(", ".join(filter(None, pair)) for pair in settings)
    return f"Training: {named}." if named else ""


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


def dots(rows: Sequence[ScoreRow]) -> list[DotRow]:
    """The rows that the paper ran itself or that we added, as a chart takes them."""
    return [
        DotRow(
            group=SETUPS[row.setup].title,
            name=row.method,
            reference=row.paper,
            value=row.ours,
            low=row.low,
            high=row.high,
            tick=row.majority_rate if row.ours is not None else row.paper_majority_rate,
            note="" if row.ours is not None else str(row.data),
        )
        for row in rows
        if row.method in NETWORKS
    ]


def _datasets(table: int) -> list[str]:
    setups = [SETUPS[name] for name in _printed(table)[0].accuracies]
    return sorted({CATALOG_NAMES[n] for s in setups for n in (s.train, s.test) if n})


def _digests(table: int, job: Job) -> dict[str, str]:
    return job.digests(*_datasets(table))


def _cells(table: int) -> list[Cell]:
    names = [row.method for row in _printed(table)] + (list(ADDED) if table == 1 else [])
    setups = tuple(_printed(table)[0].accuracies)
    return [cell for name in names if name in NETWORKS for cell in cells_of(name, setups)]


def _maker(table: int, title: str) -> Maker:
    return Maker(
        name=f"table{table}",
        title=title,
        place=f"Table {table}",
        make=lambda job: make_table(table, job),
        needs=lambda job: study_needs(job, _cells(table)),
        record=".csv",
        redraw=redraw,
    )


TABLE1_MAKER = _maker(
    1, "Accuracy on CASME and CASME II, one subject left out at a time: the paper's and ours"
)
TABLE2_MAKER = _maker(2, "Accuracy on CAS(ME)² and SAMM and across datasets: the paper's and ours")
