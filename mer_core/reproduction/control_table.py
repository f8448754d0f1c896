"""The controls as a table: does the network on CASME II measure expression at all?"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mer_core.errors import StoreError
from mer_core.plots.dots import DotRow, dot_chart
from mer_core.plots.raster import png_bytes
from mer_core.protocols import Interval
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import Cell, CellResult, cells_of, solve, study_needs
from mer_core.reproduction.job import Job, Made, Maker, Product
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


def make_controls(job: Job) -> Made:
    """Runs the controls, or takes finished ones, and tabulates them."""
    cells = control_cells()
    found = {cell.control: solve(cell, job) for cell in cells}
    results = {name: one.result for name, one in found.items() if one.result is not None}
    if "none" not in results:
        raise _unfinished(found["none"])
    table = ControlTable(
        controls=control_rows(results), identity=tuple(identity_rows(cells[0].experiment(job)))
    )
    synthetic = results["none"].synthetic
    return Made(
        products=(
            Product(suffix=".csv", content=as_csv(table).encode()),
            Product(suffix=".md", content=markdown(table, synthetic=synthetic).encode()),
            Product(suffix=".png", content=png_bytes(_chart(table, synthetic=synthetic))),
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
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        [
            *("kind", "name", "title", "score", "value", "low", "high", "chance"),
            *("majority_rate", "change", "change_low", "change_high", "expectation"),
        ]
    )
    for row in table.controls:
        change = ["", "", ""] if row.change is None else _ends(row.change)
        writer.writerow(
            [
                *("control", row.name, row.title, "uar", *_ends(row.uar), f"{row.chance:.4f}"),
                *(f"{row.majority_rate:.4f}", *change, row.expectation),
            ]
        )
    for probe in table.identity:
        writer.writerow(
            [
                *("identity", probe.weighting, "who is in the image", "accuracy"),
                *(*_ends(probe.accuracy), f"{probe.chance:.4f}", "", "", "", "", ""),
            ]
        )
    return text.getvalue()


def markdown(table: ControlTable, *, synthetic: bool) -> str:
    """Both tables with what must happen."""
    lines = ["# Controls: does the study measure expression?", ""]
    if synthetic:
        lines += ["**Synthetic data: these figures say nothing about real faces.**", ""]
    lines += ["| control | UAR | 95 % interval | chance | change | must happen |"]
    lines += ["|---|---:|---|---:|---:|---|"]
    for row in table.controls:
        change = "" if row.change is None else f"{row.change.value:+.3f} ({_span(row.change)})"
        lines.append(
            f"| {row.title} | {row.uar.value:.3f} | {_span(row.uar)} | {row.chance:.3f} | {change} "
            f"| {row.expectation} |"
        )
    lines += ["", "Who is in the image, asked of a linear probe:", ""]
    lines += ["| frame weights | accuracy | 95 % interval | chance |", "|---|---:|---|---:|"]
    lines += [
        f"| {row.weighting} | {row.accuracy.value:.3f} | {_span(row.accuracy)} | {row.chance:.3f} |"
        for row in table.identity
    ]
    return "\n".join([*lines, ""])


def _chart(table: ControlTable, *, synthetic: bool) -> Any:
    rows = [_dot("recall of expression (UAR)", r.title, r.uar, r.chance) for r in table.controls]
    rows += [
        _dot("who is in the image", row.weighting, row.accuracy, row.chance)
        for row in table.identity
    ]
    return dot_chart(
        rows,
        title="Controls of AffectiveNet on CASME II, per cent",
        legend="dot: with 95 % interval   bar: chance",
        synthetic=synthetic,
        names=300,
        columns=1,
    )


def _dot(group: str, name: str, found: Interval, chance: float) -> DotRow:
    return DotRow(
        group=group,
        name=name,
        value=100 * found.value,
        low=100 * found.low,
        high=100 * found.high,
        tick=100 * chance,
    )


def _ends(interval: Interval) -> list[str]:
    return [f"{value:.4f}" for value in (interval.value, interval.low, interval.high)]


def _span(interval: Interval) -> str:
    return f"{interval.low:.3f} to {interval.high:.3f}"


def _needs(job: Job) -> Mapping[str, Any]:
    cells: Sequence[Cell] = control_cells()
    return {**study_needs(job, cells), "controls": [cell.control for cell in cells]}


CONTROLS_MAKER = Maker(
    name="controls",
    title="Controls of AffectiveNet on CASME II, and how much identity the images give away",
    make=make_controls,
    needs=_needs,
)
