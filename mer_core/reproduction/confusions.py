"""Fig. 5, the confusion matrices of AffectiveNet: the paper's beside ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mer_core.paper.confusions import PublishedMatrix
from mer_core.paper.published import FIGURE5
from mer_core.paper.tables import SETUPS
from mer_core.plots.matrices import Matrix
from mer_core.plots.static.matrices import confusion_sheet
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import (
    CATALOG_NAMES,
    Cell,
    CellResult,
    Status,
    cells_of,
    load_or_run,
    study_needs,
)
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job, Product, figure_files

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


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One panel of Fig. 5 and our own answer to it, classes in the paper's order."""

    printed: PublishedMatrix
    found: CellResult

    def as_dict(self) -> dict[str, Any]:
        """Plain values; counts over all seeds, None where there is no study."""
        result = self.found.result
        counts = None
        if result is not None:
            order = [result.classes.index(_CLASSES[name]) for name in self.printed.classes]
            counts = result.confusion[np.ix_(order, order)]
        return {
            "letter": self.printed.letter,
            "setup": self.printed.setup,
            "classes": list(self.printed.classes),
            "paper_shares": [[float(cell.decimal) for cell in row] for row in self.printed.cells],
            "data": str(self.found.status),
            "profile": self.found.profile,
            "counts": None if counts is None else counts.tolist(),
            "shares": None if counts is None else (counts / counts.sum()).round(6).tolist(),
            "study": None if result is None else result.name,
            "note": self.found.note,
        }


def matrices(panel: Mapping[str, Any]) -> tuple[Matrix, Matrix]:
    """The paper's matrix and ours of a panel's plain values; ours without classes if not run."""
    title = f"{panel['letter']}  {SETUPS[panel['setup']].title}"
    classes, shares = tuple(panel["classes"]), np.array(panel["paper_shares"])
    accuracy = f"{np.trace(shares):.2f}"
    theirs = Matrix(title=title, classes=classes, shares=shares, note=f"paper: accuracy {accuracy}")
    if panel["counts"] is None:
        return theirs, Matrix.absent("ours", panel["data"])
    counts = np.array(panel["counts"])
    note = f"ours: accuracy {np.trace(counts) / counts.sum():.2f}, {counts.sum()} answers"
    return theirs, Matrix.counted("ours", classes, counts, note)


def redraw(record: str, synthetic: bool) -> tuple[Product, ...]:
    """The figure, from the JSON file."""
    found = json.loads(record)
    drawn = confusion_sheet(
        [matrices(panel) for panel in found],
        synthetic=synthetic,
        note="Rows are the true classes, columns the predicted ones. Large: share of the true "
        "class, from the paper's rounded cells or from our counts.\nSmall: clips; for the "
        "paper, which prints no counts, the share of all clips in brackets. Grey: no clip is of "
        "that class.",
    )
    return figure_files(drawn)


def panels(job: Job, letters: str = "abcdefg") -> tuple[Panel, ...]:
    """The panels of Fig. 5 by letter."""
    return tuple(
        Panel(printed=printed, found=load_or_run(_cell(printed), job))
        for printed in FIGURE5
        if printed.letter in letters
    )


def _cell(printed: PublishedMatrix) -> Cell:
    (cell,) = cells_of(METHOD, (printed.setup,))
    return cell


def make_figure5(job: Job, letters: str = "abcdefg") -> BuildResult:
    """Pairs of matrices as a figure, and all numbers as JSON."""
    found = panels(job, letters)
    synthetic = any(panel.found.status == Status.SYNTHETIC for panel in found)
    record = json.dumps([panel.as_dict() for panel in found], indent=1) + "\n"
    return BuildResult(
        products=(*redraw(record, synthetic), Product(suffix=".json", content=record.encode())),
        data_digest=settings_digest(job.digests(*CATALOG_NAMES.values())),
        synthetic=synthetic,
        settings={
            "profile": job.profile,
            "training": job.settings.as_dict(),
            "studies": [panel.found.result.name for panel in found if panel.found.result],
        },
        seed=job.seeds[0],
        warnings=tuple(
            f"Fig. 5{panel.printed.letter}: {panel.found.note}"
            for panel in found
            if panel.found.status == Status.FAILED
        ),
        values=found,
    )


def _needs(job: Job) -> Mapping[str, Any]:
    cells = [_cell(printed) for printed in FIGURE5]
    return study_needs(job, cells)


FIGURE5_BUILDER = ArtifactBuilder(
    name="fig5",
    title="Confusion matrices of AffectiveNet: the paper's beside ours",
    paper_reference="Fig. 5",
    make=make_figure5,
    needs=_needs,
    record=".json",
    redraw=redraw,
)
