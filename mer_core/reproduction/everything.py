"""Every table and figure in the order in which they are made, and the run that makes them.

Studies come before the figures that look into their networks. What is there already, made by the
same code from the same data with the same settings, is kept; a run that was stopped goes on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mer_core.atomic import write_text
from mer_core.errors import MerError
from mer_core.plots.page import STYLE_SHEET, style_sheet
from mer_core.provenance import Provenance, provenance
from mer_core.registry import Registry
from mer_core.reproduction import feature_figures
from mer_core.reproduction.accuracies import TABLE1_MAKER, TABLE2_MAKER
from mer_core.reproduction.architecture import FIGURE2_MAKER
from mer_core.reproduction.attention_table import ATTENTION_MAKER, MAP_LAYERS_MAKER
from mer_core.reproduction.claim_verdicts import CLAIMS_MAKER
from mer_core.reproduction.class_counts import COUNTS_MAKER
from mer_core.reproduction.cohort_tables import POSITIVE_CONTROL_MAKER, WEIGHTINGS_MAKER
from mer_core.reproduction.confusions import FIGURE5_MAKER
from mer_core.reproduction.control_table import CONTROLS_MAKER
from mer_core.reproduction.frames_figure import FIGURE1_MAKER
from mer_core.reproduction.job import Job, Made, Maker, Product
from mer_core.reproduction.manifest import GALLERY, Manifest, gallery
from mer_core.reproduction.review import PAGE, review
from mer_core.reproduction.roots import MissingDataError
from mer_core.reproduction.table3 import TITLE as TABLE3_TITLE
from mer_core.reproduction.table3 import table3_made

TABLE3_MAKER = Maker(
    name="table3",
    title=TABLE3_TITLE,
    place="Table 3",
    make=lambda job: table3_made(rounds=job.rounds, progress=job.tell),
    needs=lambda job: {"rounds": job.rounds},
)

MAKERS: Registry[Maker] = Registry("table or figure")

for _maker in (
    FIGURE1_MAKER,
    FIGURE2_MAKER,
    TABLE3_MAKER,
    CLAIMS_MAKER,
    COUNTS_MAKER,
    TABLE1_MAKER,
    TABLE2_MAKER,
    FIGURE5_MAKER,
    *feature_figures.MAKERS,
    CONTROLS_MAKER,
    POSITIVE_CONTROL_MAKER,
    WEIGHTINGS_MAKER,
    MAP_LAYERS_MAKER,
    ATTENTION_MAKER,
):
    MAKERS.register(_maker.name, _maker)


class State(StrEnum):
    """What became of an artefact."""

    MADE = "made"
    KEPT = "kept"
    MISSING = "missing"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One artefact of a run.

    Attributes:
        name: Of the maker.
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
    """Makes what is asked for, one after the other, and yields what became of each.

    Args:
        names: Of makers; their order is that of `MAKERS` whatever the order here.
        job: Data, settings, and who is told.
        folder: Receives the files, the manifest and the gallery.
        force: Make also what is there already.
    """
    asked = {name: MAKERS.get(name) for name in names}
    manifest = Manifest(folder)
    for name in MAKERS.names():
        if name not in asked:
            continue
        job.tell(f"{name}: {asked[name].title}")
        started = time.perf_counter()
        outcome = _one(asked[name], job, manifest, force)
        write_pages(manifest)
        yield Outcome(
            name=name,
            state=outcome.state,
            files=outcome.files,
            warnings=outcome.warnings,
            reason=outcome.reason,
            seconds=time.perf_counter() - started,
        )


def _one(maker: Maker, job: Job, manifest: Manifest, force: bool) -> Outcome:
    try:
        if not force and (kept := _kept(maker, job, manifest)):
            return Outcome(name=maker.name, state=State.KEPT, files=kept)
        made = maker.make(job)
    except MissingDataError as error:
        manifest.lacks(maker.name, str(error))
        return Outcome(name=maker.name, state=State.MISSING, reason=str(error))
    except MerError as error:
        # One artefact that cannot be made does not cost the others.
        manifest.lacks(maker.name, str(error))
        return Outcome(name=maker.name, state=State.FAILED, reason=str(error))
    files = save(maker, made, manifest, recipe=maker.recipe(job))
    return Outcome(name=maker.name, state=State.MADE, files=files, warnings=made.warnings)


def save(maker: Maker, made: Made, manifest: Manifest, *, recipe: str = "") -> tuple[Path, ...]:
    """Writes what was made with its entries, and removes what it replaces."""
    basis = provenance(
        data_digest=made.data_digest,
        synthetic=made.synthetic,
        settings=dict(made.settings),
        seed=made.seed,
    )
    return _write(maker, made.products, manifest, basis, recipe)


def _write(
    maker: Maker, products: Sequence[Product], manifest: Manifest, basis: Provenance, recipe: str
) -> tuple[Path, ...]:
    files = tuple(
        manifest.save(
            product.stem or maker.name,
            product.suffix,
            product.content,
            title=product.title or maker.title,
            maker=f"mer reproduce {maker.name}",
            place=maker.place,
            provenance=basis,
            name=maker.name,
            recipe=recipe,
        )
        for product in products
    )
    manifest.settle(maker.name, [file.name for file in files], synthetic=basis.synthetic)
    return files


def redraw(folder: Path) -> tuple[str, ...]:
    """Draw anew, from the records in `folder`, whatever can be drawn without studies.

    Numbers and what is said of their making stay as they are. Returns the names of the makers.
    """
    manifest = Manifest(folder)
    done = []
    for entry in manifest.entries():
        maker = MAKERS.get(entry.name) if entry.name in MAKERS else None
        if maker is None or maker.redraw is None or not entry.file.endswith(maker.record):
            continue
        text = (folder / entry.file).read_text()
        record = Product(suffix=maker.record, content=text.encode())
        products = (record, *maker.redraw(text, entry.synthetic))
        _write(maker, products, manifest, Provenance(**entry.provenance), entry.recipe)
        done.append(maker.name)
    write_pages(manifest)
    return tuple(done)


def write_pages(manifest: Manifest) -> None:
    """Write the gallery, the page for reviewers and the style of the tables."""
    write_text(manifest.folder / STYLE_SHEET, style_sheet())
    write_text(manifest.folder / GALLERY, gallery(manifest, MAKERS.names()))
    write_text(manifest.folder / PAGE, review(manifest, MAKERS).markdown())


def _kept(maker: Maker, job: Job, manifest: Manifest) -> tuple[Path, ...]:
    """The files of this recipe where all of them are still there."""
    recipe = maker.recipe(job)
    files = tuple(
        manifest.folder / entry.file
        for entry in manifest.entries()
        if entry.name == maker.name and entry.recipe == recipe
    )
    return files if all(file.is_file() for file in files) else ()
