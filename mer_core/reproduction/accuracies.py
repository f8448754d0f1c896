"""Tables 1 and 2, and ours beside them: paper, ours, difference, majority rate, and on what data.

The paper's person-independent figures fit means over subjects and its cross-dataset figures pooled
accuracies (see the reading `accuracy-average` in `mer_core.paper.readings`), so each is compared
with its like; both of ours stand in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import mean
from typing import Any

from mer_core.errors import UnknownNameError
from mer_core.paper.published import PUBLISHED, TABLE1, TABLE2
from mer_core.paper.tables import SETUPS, AccuracyRow
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
    load_or_run,
    study_needs,
    training_record,
)
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.measured import MeasuredTable, read_rows, rows_csv
from mer_core.reproduction.score_rows import REFERENCE, ScoreRow, measured_cells, score_table
from mer_core.training.result import StudyResult


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
    found = load_or_run(asked, job)
    if found.result is None:
        return ScoreRow(**blank, data=found.status, network=asked.model, note=found.note)
    scores = {**_scores(found, setup, paper), **_change(found.result, row.method, setup, job)}
    return ScoreRow(**blank, **scores, network=asked.model)


def _change(result: StudyResult, method: str, setup: str, job: Job) -> dict[str, float | None]:
    """The difference from `REFERENCE` on the same people, where that has been run too."""
    if method == REFERENCE:
        return {}
    (asked,) = cells_of(REFERENCE, (setup,))
    reference = load_or_run(asked, job).result
    first = tuple(result.by_seed.values())
    if reference is None or not result.intervals:
        return {}
    second = tuple(reference.by_seed.values())
    changes: dict[str, float | None] = {}
    for name, measure in (("change", _measure(setup)), ("uar_change", "uar")):
        found = paired_difference(first, second, name=measure)
        ends = {"": found.value, "_low": found.low, "_high": found.high}
        changes |= {f"{name}{end}": _per_cent(value) for end, value in ends.items()}
    return changes


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
        "commonest_answer": _per_cent(_commonest(result)),
        "majority_rate": _per_cent(result.majority_rate),
        "n": first.n,
        "subjects": len(first.subjects),
        "seeds": len(result.seeds),
        "data": found.status,
        "profile": found.profile,
        "precision": found.precision,
        "processor": result.processor,
        "weights": result.definition["experiment"]["weights"],
        "study": result.name,
        "note": found.note,
    }


def _commonest(result: StudyResult) -> float:
    """Share of the clips that got the answer which most of them got, a mean over seeds."""
    answers = [Counter(one.predicted for one in result.predictions(s)) for s in result.seeds]
    return mean(max(given.values()) / given.total() for given in answers)


def _per_cent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def make_table(table: int, job: Job) -> BuildResult:
    """Every cell of the table, the paper's figure and ours."""
    rows = accuracy_rows(table, job)
    measured = [row for row in rows if row.ours is not None]
    synthetic = any(row.data == Status.SYNTHETIC for row in measured)
    failed = [f"{row.method}, {row.setup}: {row.note}" for row in rows if row.data == Status.FAILED]
    return BuildResult(
        record=rows_csv(ScoreRow, rows),
        data_digest=settings_digest(_digests(table, job)),
        synthetic=synthetic,
        settings={
            **training_record((row.profile, row.precision) for row in measured),
            "studies": sorted({row.study for row in measured}),
            "existing_only": job.existing,
        },
        seed=job.seeds[0],
        warnings=tuple(failed),
        values=rows,
    )


def view_table(record: str, _synthetic: bool) -> MeasuredTable:
    """Show the table, from the CSV file."""
    rows = read_rows(ScoreRow, record)
    number = rows[0].table
    return MeasuredTable(
        cells=measured_cells(rows),
        table=score_table(rows, name=f"Table {number}. "),
        panels=2 if number == 1 else 3,
    )


def _datasets(table: int) -> list[str]:
    setups = [SETUPS[name] for name in _printed(table)[0].accuracies]
    return sorted({CATALOG_NAMES[n] for s in setups for n in (s.train, s.test) if n})


def _digests(table: int, job: Job) -> dict[str, str]:
    return job.digests(*_datasets(table))


def _cells(table: int) -> list[Cell]:
    names = [row.method for row in _printed(table)] + (list(ADDED) if table == 1 else [])
    setups = tuple(_printed(table)[0].accuracies)
    return [cell for name in names if name in NETWORKS for cell in cells_of(name, setups)]


def _builder(table: int, title: str) -> ArtifactBuilder:
    return ArtifactBuilder(
        name=f"table{table}",
        title=title,
        paper_reference=f"Table {table}",
        make=lambda job: make_table(table, job),
        needs=lambda job: study_needs(job, _cells(table)),
        record=".csv",
        view=view_table,
    )


TABLE1_BUILDER = _builder(
    1, "Accuracy on CASME and CASME II, one subject left out at a time: the paper's and ours"
)
TABLE2_BUILDER = _builder(
    2, "Accuracy on CAS(ME)² and SAMM and across datasets: the paper's and ours"
)
