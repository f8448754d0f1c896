"""The controls as tables: does a network measure expression, or something else in the images?

controls           the study of AffectiveNet on CASME II, unchanged and under every control
positive_control   the shipped network on unseen people of the cohort, and who is in their images
weightings         which frame weighting carries the motion? One network, trained and scored anew
                   on images of each, beside what a linear probe knows of who it is
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from mer_core.ami import WEIGHTINGS
from mer_core.datasets.synthetic.cohort import CohortSettings
from mer_core.errors import StoreError
from mer_core.inputs.cohort import draw_cohort
from mer_core.models.catalog import model_entry
from mer_core.models.shipped import shipped_for
from mer_core.plots.dots import DotAxis
from mer_core.plots.tables import MeasuredCell, Table, interval_text, range_text
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import (
    Cell,
    CellResult,
    cells_of,
    load_or_run,
    study_needs,
    training_record,
)
from mer_core.reproduction.conclusions import (
    controls_conclusion,
    images_of,
    weightings_conclusion,
)
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.measured import MeasuredTable, interval_columns, lines_csv, read_frame
from mer_core.training.cohort_controls import (
    PROBED,
    WeightingRow,
    cohort_controls,
    draw_variants,
    identity_row,
    weighting_rows,
)
from mer_core.training.control_studies import (
    ControlRow,
    IdentityRow,
    control_rows,
    identity_rows,
)
from mer_core.training.controls import CONTROLS

METHOD, SETUP = "AffectiveNet-1", "CASME-II"
AXIS = DotAxis(title="per cent", value="with 95 % interval", tick="chance")

_MEASURES = {
    "control": "expression (unweighted average recall)",
    "identity": "who is in the image (accuracy)",
}
_SCORES = {
    "uar": "Expression: unweighted average recall",
    "identity": "Who is in the image: accuracy of a linear probe",
}
_STUDY_NOTE = (
    "A linear probe on the images tells who it is. Change: from the unchanged study, the same "
    "subjects drawn for both."
)


@dataclass(frozen=True, kw_only=True)
class ControlTable:
    """Rows of both kinds of control."""

    controls: tuple[ControlRow, ...]
    identity: tuple[IdentityRow, ...]

    def row(self, name: str) -> ControlRow:
        """Return the control called `name`."""
        return next(row for row in self.controls if row.name == name)

    def record(self) -> str:
        """Return one line per control, then one per weighting of the identity probe."""
        controls = [
            {
                "kind": "control",
                "name": row.name,
                "title": row.title,
                "score": "uar",
                **interval_columns("value", row.uar),
                "chance": row.chance,
                "majority_rate": row.majority_rate,
                **interval_columns("change", row.change),
                "expectation": row.expectation,
            }
            for row in self.controls
        ]
        identity = [
            {
                "kind": "identity",
                "name": probe.weighting,
                "title": "who is in the image",
                "score": "accuracy",
                **interval_columns("value", probe.accuracy),
                "chance": probe.chance,
            }
            for probe in self.identity
        ]
        return lines_csv([*controls, *identity])


def control_cells() -> tuple[Cell, ...]:
    """AffectiveNet on CASME II, unchanged and under every control."""
    (cell,) = cells_of(METHOD, (SETUP,))
    return tuple(replace(cell, control=name) for name in CONTROLS.names())


def make_controls(job: Job) -> BuildResult:
    """Run the controls of the study, or take finished ones."""
    cells = control_cells()
    found = {cell.control: load_or_run(cell, job) for cell in cells}
    results = {name: one.result for name, one in found.items() if one.result is not None}
    if "none" not in results:
        raise _unfinished(found["none"])
    table = ControlTable(
        controls=control_rows(results), identity=tuple(identity_rows(cells[0].experiment(job)))
    )
    return BuildResult(
        record=table.record(),
        data_digest=settings_digest(job.digests(*cells[0].datasets)),
        synthetic=results["none"].synthetic,
        settings={
            **training_record((one.profile, one.precision) for one in found.values()),
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


def view_controls(record: str, synthetic: bool, *, note: str = _STUDY_NOTE) -> MeasuredTable:
    """Show both kinds of control, from the CSV file."""
    lines = read_frame(record)
    cells = [
        MeasuredCell(
            method=line["title"] if line["kind"] == "control" else images_of(line["name"]),
            setup=_MEASURES[line["kind"]],
            metric=line["score"],
            value=line["value"],
            low=line["low"],
            high=line["high"],
            rate=line["chance"],
        )
        for line in lines
    ]
    header = (
        "measured",
        "control or images",
        "score",
        "95 % interval",
        "chance",
        "change",
        "expected",
    )
    shown = [
        (
            *(
                cell.setup,
                cell.method,
                f"{cell.value:.3f}",
                range_text(cell.low, cell.high, form=".3f"),
            ),
            *(f"{cell.rate:.3f}", interval_text(*change, form="+.3f"), line["expectation"] or ""),
        )
        for cell, line in zip(cells, lines, strict=True)
        for change in [(line["change"], line["change_low"], line["change_high"])]
    ]
    table = Table(
        frame=pd.DataFrame(shown, columns=header),
        title="Controls: does the study measure expression?",
        summary=controls_conclusion(lines),
        notes=[note],
        synthetic=synthetic,
    )
    drawn = [replace(cell.in_per_cent(), setup=cell.setup.capitalize()) for cell in cells]
    return MeasuredTable(cells=drawn, table=table, axis=AXIS, panels=1)


def make_positive_control(job: Job) -> BuildResult:
    """Draw the clips that the controls need, and ask the shipped network."""
    shipped = shipped_for(PROBED)
    with job.open_executor(memory=2**29) as executor:
        job.emit("positive control: drawing people with and without their expression")
        draw_variants(executor)
    table = ControlTable(
        controls=cohort_controls(PROBED, shipped.card.weighting),
        identity=tuple(identity_row(name) for name in WEIGHTINGS.names()),
    )
    return BuildResult(
        record=table.record(),
        data_digest=CohortSettings().digest,
        synthetic=True,
        settings={"network": PROBED, "weights": shipped.card.digest},
        seed=shipped.card.seed,
        values=table,
    )


def view_positive_control(record: str, synthetic: bool) -> MeasuredTable:
    """Show the positive control, from the CSV file."""
    card = shipped_for(PROBED).card
    note = (
        f"{model_entry(PROBED).title} on {WEIGHTINGS.get(card.weighting).title.lower()} images, "
        f"asked about {card.clips} clips of {card.people} people it has never seen. A linear "
        "probe on the images tells who it is. Change: from the unchanged network, the same "
        "people drawn for both."
    )
    return view_controls(record, synthetic, note=note)


def make_weightings(job: Job) -> BuildResult:
    """Read the cards of one network on images of each weighting, and probe them for identity."""
    cohort = CohortSettings()
    with job.open_executor(memory=2**29) as executor:
        draw_cohort(
            cohort,
            "unseen",
            executor=executor,
            progress=lambda done, total: job.emit(f"weightings: {done} of {total} people drawn"),
        )
    rows = tuple(weighting_rows(PROBED))
    return BuildResult(
        record=weightings_record(rows),
        data_digest=cohort.digest,
        synthetic=True,
        settings={"network": PROBED, "cards": {row.weighting: row.card.digest for row in rows}},
        seed=rows[0].card.seed,
        values=rows,
    )


def weightings_record(rows: Iterable[WeightingRow]) -> str:
    """Return one line per weighting."""
    lines = [
        {
            "weighting": row.weighting,
            "network": row.card.model,
            "people": row.card.people,
            "clips": row.card.clips,
            **interval_columns("uar", row.card.uar),
            "uar_chance": row.card.chance,
            **interval_columns("identity", row.identity.accuracy),
            "identity_chance": row.identity.chance,
        }
        for row in rows
    ]
    return lines_csv(lines)


def view_weightings(record: str, synthetic: bool) -> MeasuredTable:
    """Show what each weighting is worth, from the CSV file."""
    lines = read_frame(record)
    cells = {
        score: [
            MeasuredCell(
                method=WEIGHTINGS.get(line["weighting"]).title,
                setup=title,
                metric=score,
                value=line[score],
                low=line[f"{score}_low"],
                high=line[f"{score}_high"],
                n=line["clips"],
                rate=line[f"{score}_chance"],
            )
            for line in lines
        ]
        for score, title in _SCORES.items()
    }
    header = ("weighting", "weights sum to", "UAR", "95 % interval", "identity", "95 % interval ")
    shown = [
        (
            *(uar.method, WEIGHTINGS.get(line["weighting"]).sums_to),
            *(f"{uar.value:.3f}", range_text(uar.low, uar.high, form=".3f")),
            *(f"{identity.value:.3f}", range_text(identity.low, identity.high, form=".3f")),
        )
        for line, uar, identity in zip(lines, *cells.values(), strict=True)
    ]
    first = lines[0]
    table = Table(
        frame=pd.DataFrame(shown, columns=header),
        title="Which weighting carries the motion?",
        summary=weightings_conclusion(lines),
        notes=[
            f"{model_entry(first['network']).title}, trained anew on images of each weighting, "
            f"scored on {first['clips']} clips of {first['people']} people it has never seen "
            f"(chance {first['uar_chance']:.2f}). Identity: how often a linear probe tells who is "
            f"in an image, having seen the person's other images "
            f"(chance {first['identity_chance']:.3f})."
        ],
        synthetic=synthetic,
    )
    drawn = [cell.in_per_cent() for score in cells.values() for cell in score]
    return MeasuredTable(cells=drawn, table=table, axis=AXIS, panels=2)


def _needs(job: Job) -> Mapping[str, Any]:
    cells: Sequence[Cell] = control_cells()
    return {**study_needs(job, cells), "controls": [cell.control for cell in cells]}


def _cohort_needs(_job: Job) -> Mapping[str, Any]:
    return {"cohort": CohortSettings().digest, "weights": shipped_for(PROBED).card.digest}


CONTROLS_BUILDER = ArtifactBuilder(
    name="controls",
    title="Controls of AffectiveNet on CASME II, and how much identity the images give away",
    make=make_controls,
    needs=_needs,
    record=".csv",
    view=view_controls,
)

POSITIVE_CONTROL_BUILDER = ArtifactBuilder(
    name="positive_control",
    title="Does a network measure expression, and how much identity do the images show?",
    make=make_positive_control,
    needs=_cohort_needs,
    record=".csv",
    view=view_positive_control,
    lengthy=True,
)

WEIGHTINGS_BUILDER = ArtifactBuilder(
    name="weightings",
    title="Which frame weighting carries the motion, and which shows who it is",
    make=make_weightings,
    needs=_cohort_needs,
    record=".csv",
    view=view_weightings,
    lengthy=True,
)
