"""The controls as a table: does the network on CASME II measure expression at all?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from mer_core.ami import WEIGHTINGS
from mer_core.errors import StoreError
from mer_core.plots.dots import DotAxis, DotRow
from mer_core.plots.static.dots import dot_sheet
from mer_core.plots.tables import Table
from mer_core.protocols import Interval
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import Cell, CellResult, cells_of, load_or_run, study_needs
from mer_core.reproduction.job import (
    ArtifactBuilder,
    BuildResult,
    Job,
    Product,
    figure_files,
    table_files,
)
from mer_core.reproduction.tidy import read_frame
from mer_core.training.control_studies import (
    ControlRow,
    IdentityRow,
    control_rows,
    identity_rows,
)
from mer_core.training.controls import CONTROLS

METHOD, SETUP = "AffectiveNet-1", "CASME-II"


@dataclass(frozen=True, kw_only=True)
class ControlTable:
    """Both tables of controls."""

    controls: tuple[ControlRow, ...]
    identity: tuple[IdentityRow, ...]

    def row(self, name: str) -> ControlRow:
        """The control called `name`."""
        return next(row for row in self.controls if row.name == name)


def control_cells() -> tuple[Cell, ...]:
    """AffectiveNet on CASME II, unchanged and under every control."""
    (cell,) = cells_of(METHOD, (SETUP,))
    return tuple(replace(cell, control=name) for name in CONTROLS.names())


def make_controls(job: Job) -> BuildResult:
    """Runs the controls, or takes finished ones, and tabulates them."""
    cells = control_cells()
    found = {cell.control: load_or_run(cell, job) for cell in cells}
    results = {name: one.result for name, one in found.items() if one.result is not None}
    if "none" not in results:
        raise _unfinished(found["none"])
    table = ControlTable(
        controls=control_rows(results), identity=tuple(identity_rows(cells[0].experiment(job)))
    )
    synthetic = results["none"].synthetic
    record = as_csv(table)
    return BuildResult(
        products=(
            Product(suffix=".csv", content=record.encode()),
            *redraw(record, synthetic),
        ),
        data_digest=settings_digest(job.digests(*cells[0].datasets)),
        synthetic=synthetic,
        settings={
            "profile": job.profile,
            "training": job.settings.as_dict(),
            "studies": {name: result.name for name, result in results.items()},
        },
        seed=job.seeds[0],
        warnings=tuple(
            f"control {name}: {one.note or one.status}"
            for name, one in found.items()
            if one.result is None
        ),
        values=table,
    )


def _unfinished(found: CellResult) -> Exception:
    return StoreError(
        f"the unchanged study is not there ({found.note or found.status})",
        where="controls",
        remedy="run `mer reproduce controls` without --existing",
    )


def as_csv(table: ControlTable) -> str:
    """One line per control, then one per weighting of the identity probe."""
    controls = [
        {
            "kind": "control",
            "name": row.name,
            "title": row.title,
            "score": "uar",
            **_ends("value", row.uar),
            "chance": row.chance,
            "majority_rate": row.majority_rate,
            **(_ends("change", row.change) if row.change else {}),
            "expectation": row.expectation,
        }
        for row in table.controls
    ]
    identity = [
        {
            "kind": "identity",
            "name": probe.weighting,
            "title": "who is in the image",
            "score": "accuracy",
            **_ends("value", probe.accuracy),
            "chance": probe.chance,
        }
        for probe in table.identity
    ]
    names = ("kind", "name", "title", "score", "value", "low", "high", "chance", "majority_rate")
    names += ("change", "change_low", "change_high", "expectation")
    frame = pd.DataFrame([*controls, *identity], columns=names)
    return frame.to_csv(index=False, float_format="%.4f", lineterminator="\n")


STUDY_NOTE = (
    "A linear probe on the images tells who it is. Change: from the unchanged study, the same "
    "subjects drawn for both."
)


def redraw(record: str, synthetic: bool, *, note: str = STUDY_NOTE) -> tuple[Product, ...]:
    """Everything but the CSV file, from the CSV file."""
    drawn = dot_sheet(dots(record), synthetic=synthetic, axis=AXIS, columns=1)
    return (
        *table_files(reader_table(record, synthetic=synthetic, note=note)),
        *figure_files(drawn),
    )


def reader_table(record: str, *, synthetic: bool, note: str = STUDY_NOTE) -> Table:
    """Both kinds of control as a reader sees them."""
    header = ("asked", "of", "score", "95 % interval", "chance", "change", "must happen")
    lines = [
        (
            *(_ASKED[row["kind"]], _title(row), f"{row['value']:.3f}"),
            f"{row['low']:.3f} to {row['high']:.3f}",
            f"{row['chance']:.3f}",
            ""
            if row["change"] is None
            else f"{row['change']:+.3f} ({row['change_low']:+.3f} to {row['change_high']:+.3f})",
            row["expectation"] or "",
        )
        for row in read_frame(record)
    ]
    return Table(
        frame=pd.DataFrame(lines, columns=header),
        title="Controls: does the study measure expression?",
        notes=[note],
        synthetic=synthetic,
    )


AXIS = DotAxis(title="per cent", value="with 95 % interval", tick="chance")
_ASKED = {
    "control": "expression (unweighted average recall)",
    "identity": "who is in the image (accuracy)",
}


def dots(record: str) -> list[DotRow]:
    """Both kinds as lines of a chart, in per cent."""
    return [
        DotRow(
            group=_ASKED[row["kind"]].capitalize(),
            name=_title(row),
            value=100 * row["value"],
            low=100 * row["low"],
            high=100 * row["high"],
            tick=100 * row["chance"],
        )
        for row in read_frame(record)
    ]


def _title(row: Mapping[str, Any]) -> str:
    return (
        row["title"]
        if row["kind"] == "control"
        else f"{WEIGHTINGS.get(row['name']).title.lower()} weights"
    )


def _ends(name: str, interval: Interval) -> dict[str, float]:
    low, high = ("low", "high") if name == "value" else (f"{name}_low", f"{name}_high")
    return {name: interval.value, low: interval.low, high: interval.high}


def _needs(job: Job) -> Mapping[str, Any]:
    cells: Sequence[Cell] = control_cells()
    return {**study_needs(job, cells), "controls": [cell.control for cell in cells]}


CONTROLS_BUILDER = ArtifactBuilder(
    name="controls",
    title="Controls of AffectiveNet on CASME II, and how much identity the images give away",
    make=make_controls,
    needs=_needs,
    record=".csv",
    redraw=redraw,
)
