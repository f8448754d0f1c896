"""Tables made on the cohort's unseen people, with the networks of the shipped model cards.

positive_control   does a network measure expression, and how much identity do images show?
weightings         which frame weighting carries the motion? One network, trained and scored
                   anew on images of each, beside what a linear probe knows of who it is
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mer_core.ami import WEIGHTINGS
from mer_core.cluster import open_executor
from mer_core.datasets.synthetic.cohort import CohortSettings
from mer_core.inputs.cohort import draw_cohort
from mer_core.models.catalog import model_entry
from mer_core.models.shipped import shipped_for
from mer_core.plots.dots import DotAxis, DotRow
from mer_core.plots.static.dots import dot_sheet
from mer_core.plots.tables import Table
from mer_core.reproduction.control_table import ControlTable, redraw
from mer_core.reproduction.control_table import as_csv as as_control_csv
from mer_core.reproduction.job import (
    ArtifactBuilder,
    BuildResult,
    Job,
    Product,
    figure_files,
    table_files,
)
from mer_core.reproduction.tidy import read_frame
from mer_core.training.cohort_controls import (
    PROBED,
    WeightingRow,
    cohort_controls,
    draw_variants,
    identity_row,
    weighting_rows,
)

_RECALL = "Expression: unweighted average recall"
_IDENTITY = "Who is in the image: accuracy of a linear probe"
AXIS = DotAxis(title="per cent", value="with 95 % interval", tick="chance")


def make_positive_control(job: Job) -> BuildResult:
    """Draw the clips that the controls need, ask the shipped network, and tabulate."""
    shipped = shipped_for(PROBED)
    with open_executor(workers=job.workers, memory=2**29) as executor:
        job.emit("positive control: drawing people with and without their expression")
        draw_variants(executor)
    table = ControlTable(
        controls=cohort_controls(PROBED, shipped.card.weighting),
        identity=tuple(identity_row(name) for name in WEIGHTINGS.names()),
    )
    record = as_control_csv(table)
    return BuildResult(
        products=(Product(suffix=".csv", content=record.encode()), *redraw_control(record, True)),
        data_digest=CohortSettings().digest,
        synthetic=True,
        settings={"network": PROBED, "weights": shipped.card.digest},
        seed=shipped.card.seed,
        values=table,
    )


def redraw_control(record: str, synthetic: bool) -> tuple[Product, ...]:
    """Draw everything but the CSV file of the positive control from that file."""
    card = shipped_for(PROBED).card
    note = (
        f"{model_entry(PROBED).title} on {WEIGHTINGS.get(card.weighting).title.lower()} images, "
        f"asked about {card.clips} clips of {card.people} people it has never seen. A linear "
        "probe on the images tells who it is. Change: from the unchanged network, the same "
        "people drawn for both."
    )
    return redraw(record, synthetic, note=note)


def make_weightings(job: Job) -> BuildResult:
    """Read the cards, probe the images for identity, and tabulate both."""
    cohort = CohortSettings()
    with open_executor(workers=job.workers, memory=2**29) as executor:
        draw_cohort(
            cohort,
            "unseen",
            executor=executor,
            progress=lambda done, total: job.emit(f"weightings: {done} of {total} people drawn"),
        )
    rows = tuple(weighting_rows(PROBED))
    record = as_csv(rows)
    return BuildResult(
        products=(
            Product(suffix=".csv", content=record.encode()),
            *redraw_weightings(record, True),
        ),
        data_digest=cohort.digest,
        synthetic=True,
        settings={"network": PROBED, "cards": {row.weighting: row.card.digest for row in rows}},
        seed=rows[0].card.seed,
        values=rows,
    )


def as_csv(rows: tuple[WeightingRow, ...]) -> str:
    """One line per weighting."""
    lines = [
        {
            "weighting": row.weighting,
            "network": row.card.model,
            "people": row.card.people,
            "clips": row.card.clips,
            "uar": row.card.uar.value,
            "uar_low": row.card.uar.low,
            "uar_high": row.card.uar.high,
            "uar_chance": row.card.chance,
            "identity": row.identity.accuracy.value,
            "identity_low": row.identity.accuracy.low,
            "identity_high": row.identity.accuracy.high,
            "identity_chance": row.identity.chance,
        }
        for row in rows
    ]
    return pd.DataFrame(lines).to_csv(index=False, float_format="%.4f", lineterminator="\n")


def redraw_weightings(record: str, synthetic: bool) -> tuple[Product, ...]:
    """Draw everything but the CSV file of the weightings from that file."""
    lines = read_frame(record)
    drawn = dot_sheet(
        [*_dots(lines, "uar", _RECALL), *_dots(lines, "identity", _IDENTITY)],
        synthetic=synthetic,
        axis=AXIS,
        columns=2,
    )
    return (*table_files(_table(lines, synthetic)), *figure_files(drawn))


def _dots(lines: list[dict[str, Any]], score: str, group: str) -> list[DotRow]:
    return [
        DotRow(
            group=group,
            name=WEIGHTINGS.get(line["weighting"]).title,
            value=100 * line[score],
            low=100 * line[f"{score}_low"],
            high=100 * line[f"{score}_high"],
            tick=100 * line[f"{score}_chance"],
        )
        for line in lines
    ]


def _table(lines: list[dict[str, Any]], synthetic: bool) -> Table:
    header = ("weighting", "weights sum to", "UAR", "95 % interval", "identity", "95 % interval ")
    cells = [
        (
            WEIGHTINGS.get(line["weighting"]).title,
            WEIGHTINGS.get(line["weighting"]).sums_to,
            f"{line['uar']:.3f}",
            f"{line['uar_low']:.3f} to {line['uar_high']:.3f}",
            f"{line['identity']:.3f}",
            f"{line['identity_low']:.3f} to {line['identity_high']:.3f}",
        )
        for line in lines
    ]
    first = lines[0]
    return Table(
        frame=pd.DataFrame(cells, columns=header),
        title="Which weighting carries the motion?",
        notes=[
            f"{model_entry(first['network']).title}, trained anew on images of each weighting, "
            f"scored on {first['clips']} clips of {first['people']} people it has never seen "
            f"(chance {first['uar_chance']:.2f}). Identity: how often a linear probe tells who is "
            f"in an image, having seen the person's other images "
            f"(chance {first['identity_chance']:.3f})."
        ],
        synthetic=synthetic,
    )


def _needs(job: Job) -> Mapping[str, Any]:
    return {"cohort": CohortSettings().digest, "weights": shipped_for(PROBED).card.digest}


POSITIVE_CONTROL_BUILDER = ArtifactBuilder(
    name="positive_control",
    title="Does a network measure expression, and how much identity do the images show?",
    make=make_positive_control,
    needs=_needs,
    record=".csv",
    redraw=redraw_control,
    lengthy=True,
)

WEIGHTINGS_BUILDER = ArtifactBuilder(
    name="weightings",
    title="Which frame weighting carries the motion, and which shows who it is",
    make=make_weightings,
    needs=_needs,
    record=".csv",
    redraw=redraw_weightings,
    lengthy=True,
)
