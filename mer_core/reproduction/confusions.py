"""Fig. 5, the confusion matrices of AffectiveNet: the paper's beside ours."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mer_core.paper.confusions import PublishedMatrix
from mer_core.paper.published import FIGURE5
from mer_core.paper.tables import SETUPS
from mer_core.plots.matrices import Matrix, confusion_figure
from mer_core.plots.static.charts import confusion_sheet
from mer_core.plots.tables import MeasuredCell
from mer_core.plots.theme import Figure
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import (
    CATALOG_NAMES,
    Cell,
    CellResult,
    Status,
    cells_of,
    load_or_run,
    study_needs,
    training_record,
)
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.measured import Product, figure_files

METHOD = "AffectiveNet-1"

# The paper's class names -> ours.
_CLASSES = {
    "Neg": "negative",
    "Oth": "others",
    "Pos": "positive",
    "Sur": "surprise",
    "Ang": "anger",
    "Dis": "disgust",
    "Hap": "happy",
}


def panel_values(printed: PublishedMatrix, found: CellResult) -> dict[str, Any]:
    """Return one panel and our own answer to it, classes in the paper's order.

    Counts are over all seeds, and None where there is no study.
    """
    result = found.result
    counts = None
    if result is not None:
        order = [result.classes.index(_CLASSES[name]) for name in printed.classes]
        counts = result.confusion[np.ix_(order, order)]
    return {
        "letter": printed.letter,
        "setup": printed.setup,
        "classes": list(printed.classes),
        "paper_shares": [[float(cell.decimal) for cell in row] for row in printed.cells],
        "data": str(found.status),
        "profile": found.profile,
        "counts": None if counts is None else counts.tolist(),
        "shares": None if counts is None else (counts / counts.sum()).round(6).tolist(),
        "study": None if result is None else result.name,
        "note": found.note,
    }


def matrices(panel: Mapping[str, Any]) -> tuple[Matrix, Matrix]:
    """Return the paper's matrix and ours of a panel; ours is without classes if not run."""
    title = f"{panel['letter']}  {SETUPS[panel['setup']].title}"
    classes, shares = tuple(panel["classes"]), np.array(panel["paper_shares"])
    accuracy = f"{np.trace(shares):.2f}"
    theirs = Matrix(title=title, classes=classes, shares=shares, note=f"paper: accuracy {accuracy}")
    if panel["counts"] is None:
        return theirs, Matrix.absent("ours", panel["data"])
    counts = np.array(panel["counts"])
    note = f"ours: accuracy {np.trace(counts) / counts.sum():.2f}, {counts.sum()} answers"
    return theirs, Matrix.counted("ours", classes, counts, note)


@dataclass(frozen=True)
class ConfusionView:
    """The panels of a record in pairs, for print and for the screen."""

    panels: Sequence[Mapping[str, Any]]
    synthetic: bool

    @classmethod
    def read(cls, record: str, synthetic: bool) -> ConfusionView:
        """Read the JSON file."""
        return cls(json.loads(record), synthetic)

    @property
    def cells(self) -> list[MeasuredCell]:
        """Our accuracy in each panel beside the paper's, in per cent."""
        return [
            MeasuredCell(
                method=METHOD,
                setup=SETUPS[panel["setup"]].title,
                metric="accuracy, pooled",
                value=None if panel["counts"] is None else ours.accuracy,
                n=None if ours.counts is None else int(ours.counts.sum()),
                printed=theirs.accuracy,
                provenance=panel["study"] or "",
                note="" if panel["counts"] else panel["data"],
            ).in_per_cent()
            for panel in self.panels
            for theirs, ours in [matrices(panel)]
        ]

    def files(self) -> tuple[Product, ...]:
        """Return the figure."""
        drawn = confusion_sheet(
            [matrices(panel) for panel in self.panels],
            synthetic=self.synthetic,
            note="Rows are the true classes, columns the predicted ones. Large: share of the true "
            "class, from the paper's rounded cells or from our counts.\nSmall: clips; for the "
            "paper, which prints no counts, the share of all clips in brackets. Grey: no clip is "
            "of that class.",
        )
        return figure_files(drawn)

    def charts(self) -> Iterator[Figure]:
        """Yield each matrix as an interactive figure."""
        for panel in self.panels:
            theirs, ours = matrices(panel)
            yield confusion_figure(replace(theirs, title=f"{theirs.title}: paper"))
            if ours.classes:
                own = replace(ours, title=f"{theirs.title}: ours")
                yield confusion_figure(own, synthetic=self.synthetic)


def make_figure5(job: Job, letters: str = "abcdefg") -> BuildResult:
    """Find or run the study behind each panel; all numbers are kept as JSON."""
    printed = [panel for panel in FIGURE5 if panel.letter in letters]
    found = {panel.letter: load_or_run(_cell(panel), job) for panel in printed}
    panels = [panel_values(panel, found[panel.letter]) for panel in printed]
    return BuildResult(
        record=json.dumps(panels, indent=1) + "\n",
        data_digest=settings_digest(job.digests(*CATALOG_NAMES.values())),
        synthetic=any(one.status == Status.SYNTHETIC for one in found.values()),
        settings={
            **training_record((one.profile, one.precision) for one in found.values()),
            "studies": [one.result.name for one in found.values() if one.result],
        },
        seed=job.seeds[0],
        warnings=tuple(
            f"Fig. 5{letter}: {one.note}"
            for letter, one in found.items()
            if one.status == Status.FAILED
        ),
        values=panels,
    )


def _cell(printed: PublishedMatrix) -> Cell:
    (cell,) = cells_of(METHOD, (printed.setup,))
    return cell


FIGURE5_BUILDER = ArtifactBuilder(
    name="fig5",
    title="Confusion matrices of AffectiveNet: the paper's beside ours",
    paper_reference="Fig. 5",
    make=make_figure5,
    needs=lambda job: study_needs(job, [_cell(printed) for printed in FIGURE5]),
    record=".json",
    view=ConfusionView.read,
)
