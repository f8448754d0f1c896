"""Tables 1 and 2, and ours beside them: paper, ours, difference, majority rate, and on what data.

The paper's person-independent figures fit means over subjects and its cross-dataset figures pooled
accuracies (see the reading `averaging` in `mer_core.paper.readings`), so each is compared with its
like; both of ours stand in the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from mer_core.errors import UnknownNameError
from mer_core.paper.published import PUBLISHED, TABLE1, TABLE2
from mer_core.paper.tables import SETUPS, AccuracyRow
from mer_core.plots.dots import DotRow, dot_chart
from mer_core.plots.raster import png_bytes
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
from mer_core.reproduction.job import Job, Made, Maker, Product

SYNTHETIC_NOTE = (
    "**Synthetic data.** Figures marked `synthetic` come from generated faces in the layout of "
    "the dataset. They say that the method runs, and nothing about how well it does on real faces; "
    "their difference from the paper's means nothing."
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
    return ScoreRow(**blank, **_scores(found, setup, paper), network=asked.model)


def _scores(found: CellResult, setup: str, paper: float | None) -> dict[str, Any]:
    result = found.result
    assert result is not None  # the caller has looked
    name = "accuracy_subject_mean" if SETUPS[setup].person_independent else "accuracy_pooled"
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
    """The table as CSV, Markdown and a chart."""
    rows = accuracy_rows(table, job)
    measured = [row for row in rows if row.ours is not None]
    title = f"Table {table}: accuracy, the paper's and ours"
    synthetic = any(row.data == Status.SYNTHETIC for row in measured)
    failed = [f"{row.method}, {row.setup}: {row.note}" for row in rows if row.data == Status.FAILED]
    return Made(
        products=(
            Product(suffix=".csv", content=as_csv(rows).encode()),
            Product(suffix=".md", content=markdown(title, rows).encode()),
            Product(suffix=".png", content=png_bytes(chart(rows, synthetic=synthetic))),
        ),
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
    """Every field of every cell."""
    text = io.StringIO()
    names = [field.name for field in fields(ScoreRow)]
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return text.getvalue()


def as_cells(rows: Sequence[ScoreRow]) -> tuple[list[str], list[list[str]]]:
    """Header and rows as a reader sees them."""
    header = [
        *("method", "setup", "paper", "ours", "difference", "95 % interval"),
        *("majority rate", "UAR", "clips", "subjects", "data", "profile", "precision"),
    ]
    return header, [
        [
            row.method,
            row.setup,
            _number(row.paper),
            _number(row.ours),
            "" if row.difference is None else f"{row.difference:+.2f}",
            "" if row.low is None else f"{row.low:.1f} to {row.high:.1f}",
            _number(row.majority_rate),
            _number(row.uar),
            str(row.n or ""),
            str(row.subjects or ""),
            str(row.data),
            row.profile,
            row.precision,
        ]
        for row in rows
    ]


def markdown(title: str, rows: Sequence[ScoreRow]) -> str:
    """The table with its legend."""
    header, cells = as_cells(rows)
    rule = ["---" if i in (0, 1, 10, 11, 12) else "---:" for i in range(len(header))]
    table = "\n".join(f"| {' | '.join(line)} |" for line in (header, rule, *cells))
    notes = [SYNTHETIC_NOTE] if any(row.data == Status.SYNTHETIC for row in rows) else []
    legend = (
        "Per cent. `ours` is the mean over subjects where one subject at a time is left out, and "
        "the pooled accuracy across datasets, because the paper's figures fit these two. The "
        "interval is a bootstrap over subjects. `majority rate` is what always answering the most "
        "frequent class gives on the same clips."
    )
    return "\n\n".join([f"# {title}", *notes, table, legend]) + "\n"


def chart(rows: Sequence[ScoreRow], *, synthetic: bool) -> Any:
    """The rows as dots on one axis per setup."""
    return dot_chart(
        dots(rows),
        title="Accuracy, per cent",
        legend="ring: paper   dot: ours with 95 % interval   bar: majority rate",
        synthetic=synthetic,
    )


def dots(rows: Sequence[ScoreRow]) -> list[DotRow]:
    """The rows that the paper ran itself or that we added, as a chart takes them."""
    return [
        DotRow(
            group=row.setup,
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


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


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
    )


TABLE1_MAKER = _maker(
    1, "Accuracy on CASME and CASME II, one subject left out at a time: the paper's and ours"
)
TABLE2_MAKER = _maker(2, "Accuracy on CAS(ME)^2 and SAMM and across datasets: the paper's and ours")
