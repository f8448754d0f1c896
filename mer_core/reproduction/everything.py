"""Every table and figure in the order in which they are made, and the run that makes them.

Studies come before the figures that look into their networks. What is there already, made by the
same code from the same data with the same settings, is kept; a run that was stopped goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

import pandas as pd

from mer_core.atomic import write_text
from mer_core.errors import MerError
from mer_core.plots.page import STYLE_SHEET, style_sheet
from mer_core.plots.tables import MeasuredCell
from mer_core.provenance import Provenance, provenance
from mer_core.registry import Registry
from mer_core.reproduction import feature_figures
from mer_core.reproduction.accuracies import TABLE1_BUILDER, TABLE2_BUILDER
from mer_core.reproduction.answers import keep_answers
from mer_core.reproduction.architecture import FIGURE2_BUILDER
from mer_core.reproduction.attention_table import ATTENTION_BUILDER, MAP_LAYERS_BUILDER
from mer_core.reproduction.claim_verdicts import CLAIMS_BUILDER
from mer_core.reproduction.class_counts import COUNTS_BUILDER
from mer_core.reproduction.confusions import FIGURE5_BUILDER
from mer_core.reproduction.controls import (
    CONTROLS_BUILDER,
    POSITIVE_CONTROL_BUILDER,
    WEIGHTINGS_BUILDER,
)
from mer_core.reproduction.frames_figure import FIGURE1_BUILDER
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.manifest import GALLERY, Artifact, Manifest, gallery
from mer_core.reproduction.measured import Product
from mer_core.reproduction.review import PAGE, review
from mer_core.reproduction.roots import MissingDataError
from mer_core.reproduction.table3 import TITLE as TABLE3_TITLE
from mer_core.reproduction.table3 import table3_made

TABLE3_BUILDER = ArtifactBuilder(
    name="table3",
    title=TABLE3_TITLE,
    paper_reference="Table 3",
    make=lambda job: table3_made(rounds=job.rounds, progress=job.emit),
    needs=lambda job: {"rounds": job.rounds},
)

BUILDERS: Registry[ArtifactBuilder] = Registry("table or figure")

for _builder in (
    FIGURE1_BUILDER,
    FIGURE2_BUILDER,
    TABLE3_BUILDER,
    CLAIMS_BUILDER,
    COUNTS_BUILDER,
    TABLE1_BUILDER,
    TABLE2_BUILDER,
    FIGURE5_BUILDER,
    *feature_figures.BUILDERS,
    CONTROLS_BUILDER,
    POSITIVE_CONTROL_BUILDER,
    WEIGHTINGS_BUILDER,
    MAP_LAYERS_BUILDER,
    ATTENTION_BUILDER,
):
    BUILDERS.register(_builder.name, _builder)


class State(StrEnum):
    """State of an artefact after a run."""

    MADE = "made"
    KEPT = "kept"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One artefact of a run.

    Attributes:
        name: Name of the builder.
        state: What became of it.
        files: Its files, now in the folder.
        warnings: What a reader should know.
        reason: Why it is not there, or "".
        seconds: How long it took.
    """

    name: str
    state: State
    files: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0


def reproduce(
    names: Sequence[str], job: Job, folder: Path, *, force: bool = False
) -> Iterator[Outcome]:
    """Make the chosen results, one after the other, and yield what became of each.

    Args:
        names: Names of builders; their order is that of `BUILDERS` whatever the order here.
        job: Data, settings, and the receiver of progress lines.
        folder: Receives the files, the manifest and the gallery.
        force: Make also what is there already.
    """
    chosen = {name: BUILDERS.get(name) for name in names}
    manifest = Manifest(folder)
    for name in BUILDERS.names():
        if name not in chosen:
            continue
        job.emit(f"{name}: {chosen[name].title}")
        started = time.perf_counter()
        outcome = _one(chosen[name], job, manifest, force)
        keep_answers(manifest)
        write_pages(manifest)
        yield replace(outcome, seconds=time.perf_counter() - started)


def _one(builder: ArtifactBuilder, job: Job, manifest: Manifest, force: bool) -> Outcome:
    try:
        if not force and (kept := _existing_files(builder, job, manifest)):
            return Outcome(name=builder.name, state=State.KEPT, files=kept)
        made = builder.build(job)
    except MissingDataError as error:
        manifest.mark_missing(builder.name, str(error))
        return Outcome(name=builder.name, state=State.MISSING, reason=str(error))
    except MerError as error:
        # One artefact that cannot be made does not cost the others.
        manifest.mark_missing(builder.name, str(error))
        return Outcome(name=builder.name, state=State.FAILED, reason=str(error))
    files = save(builder, made, manifest, recipe=builder.recipe(job))
    return Outcome(name=builder.name, state=State.MADE, files=files, warnings=made.warnings)


def save(
    builder: ArtifactBuilder, made: BuildResult, manifest: Manifest, *, recipe: str = ""
) -> tuple[Path, ...]:
    """Write what was made with its entries, and remove what it replaces."""
    basis = provenance(
        data_digest=made.data_digest,
        synthetic=made.synthetic,
        settings=dict(made.settings),
        seed=made.seed,
    )
    return _write(builder, made.products, manifest, basis, recipe)


def _write(
    builder: ArtifactBuilder,
    products: Sequence[Product],
    manifest: Manifest,
    basis: Provenance,
    recipe: str,
) -> tuple[Path, ...]:
    files = tuple(
        manifest.save(
            product.stem or builder.name,
            product.suffix,
            product.content,
            title=builder.title,
            maker=f"mer reproduce {builder.name}",
            place=builder.paper_reference,
            provenance=basis,
            name=builder.name,
            recipe=recipe,
        )
        for product in products
    )
    manifest.finalise(builder.name, [file.name for file in files], synthetic=basis.synthetic)
    return files


def drawn_from(entry: Artifact) -> ArtifactBuilder | None:
    """Return the builder that draws its result from this file; None where no builder does."""
    builder = BUILDERS.get(entry.name) if entry.name in BUILDERS else None
    if builder is None or builder.view is None or not entry.file.endswith(builder.record):
        return None
    return builder


def redraw(folder: Path) -> tuple[str, ...]:
    """Draw anew, from the records in `folder`, whatever can be drawn without studies.

    Numbers and what is said of their making stay as they are. Returns the names of the builders.
    """
    manifest = Manifest(folder)
    done = []
    for entry in manifest.entries():
        builder = drawn_from(entry)
        if builder is None:
            continue
        text = (folder / entry.file).read_text()
        products = builder.draw(text, synthetic=entry.synthetic)
        _write(builder, products, manifest, Provenance(**entry.provenance), entry.recipe)
        done.append(builder.name)
    keep_answers(manifest)
    write_pages(manifest)
    return tuple(done)


def measured_cells(folder: Path) -> pd.DataFrame:
    """Return the measured cells of all results that are drawn from one record as one tidy frame.

    These are tables 1 and 2, Fig. 5, the controls, the weightings and the layers of maps.

    Args:
        folder: Written by `mer reproduce`.

    Returns:
        One line for each number: the result it stands in, whether data were generated, and the
        fields of `mer_core.plots.tables.MeasuredCell`: method, setup, metric, value, the ends of
        its interval, clips, the paper's number, the rate to be beaten, provenance and note.

    Example:
        >>> measured_cells(folder).empty
        True
    """
    lines = []
    for entry in Manifest(folder).entries():
        builder = drawn_from(entry)
        if builder is None or builder.view is None:
            continue
        shown = builder.view((folder / entry.file).read_text(), entry.synthetic)
        made = {"result": entry.name, "synthetic": entry.synthetic}
        lines += [made | asdict(cell) for cell in shown.cells]
    names = [field.name for field in fields(MeasuredCell)]
    return pd.DataFrame(lines, columns=["result", "synthetic", *names])


def write_pages(manifest: Manifest) -> None:
    """Write the gallery, the page for reviewers and the style of the tables."""
    write_text(manifest.folder / STYLE_SHEET, style_sheet())
    write_text(manifest.folder / GALLERY, gallery(manifest, BUILDERS.names()))
    write_text(manifest.folder / PAGE, review(manifest, BUILDERS).markdown())


def _existing_files(builder: ArtifactBuilder, job: Job, manifest: Manifest) -> tuple[Path, ...]:
    """The files of this recipe where all of them are still there."""
    recipe = builder.recipe(job)
    files = tuple(
        manifest.folder / entry.file
        for entry in manifest.entries()
        if entry.name == builder.name and entry.recipe == recipe
    )
    return files if all(file.is_file() for file in files) else ()
