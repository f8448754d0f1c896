"""Where trained networks look: maps of their own held-out clips, scored against moving regions.

    findings = localise_studies([Path("studies/a"), Path("studies/b")], Path("out"))
    findings.contrasts          # does one network look at the moving region more than the other?

Each fold's network explains only the clips it was tested on. Rows are kept fold by fold, so a run
that was stopped goes on where it stopped, and a fold trained anew is explained anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from mer_core.attribution.catalog import METHODS
from mer_core.attribution.localisation import Reduction
from mer_core.cluster import Outcome, open_executor
from mer_core.errors import SettingsError, StoreError
from mer_core.models.catalog import model_entry
from mer_core.provenance import provenance, settings_digest
from mer_core.reproduction.localisation_clips import (
    DEFAULT_METHODS,
    FoldWork,
    LocalisationSettings,
    catalog_experiment,
    chosen_clips,
    explain_fold,
    fold_model,
    part_name,
    refusals,
)
from mer_core.reproduction.localisation_summary import (
    Contrast,
    Mean,
    Row,
    as_csv,
    contrasts,
    read_csv,
    summarise,
)
from mer_core.reproduction.localisation_text import (
    AXIS,
    contrast_table,
    measured_cells,
    score_table,
)
from mer_core.reproduction.manifest import Manifest
from mer_core.reproduction.measured import MeasuredTable, Product, rows_csv, table_files
from mer_core.training.database import FoldState
from mer_core.training.study import Study

HEADLINE = "mass"
"""The metric of figures and of the first table: it uses the whole map."""

_WORKER_BYTES = 2 * 2**30

Progress = Callable[[int, int], None]
"""Told how many clips of how many are explained."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Findings:
    """Results of a localisation study.

    Attributes:
        rows: The tidy table.
        summary: Means with intervals.
        contrasts: Differences between networks.
        left_out: "method on network" -> why it was not used.
        synthetic: Whether any clip was generated.
        files: What was written.
    """

    rows: tuple[Row, ...]
    summary: tuple[Mean, ...]
    contrasts: tuple[Contrast, ...]
    left_out: dict[str, str]
    synthetic: bool
    files: tuple[Path, ...] = field(default=())


def localise_studies(
    folders: Sequence[Path],
    out: Path,
    *,
    settings: LocalisationSettings | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Score the maps of every finished fold of the studies; write tables and a figure to `out`.

    Args:
        folders: Studies whose networks are explained; complete, with their weights, no controls.
        out: Receives `localisation*` files and a manifest, and keeps parts below `parts/`.
        settings: What is explained; the default takes some hundred forward passes per clip.
        workers: Processes of one thread; 1 stays in this one, None takes as many as fit.
        progress: Told after every clip.
    """
    settings = settings or LocalisationSettings(methods=DEFAULT_METHODS)
    studies = [_checked(Study.open(folder)) for folder in folders]
    if not studies:
        raise SettingsError("there is no study to look at", where="localisation")
    refused = _check_methods(studies, settings)
    work = [item for study in studies for item in _work(study, settings, out / "parts")]
    _explain(work, _clip_count(studies, settings), workers, progress)
    rows = tuple(row for item in work for row in read_csv(item.part))
    findings = Findings(
        rows=rows,
        summary=summarise(rows),
        contrasts=contrasts(rows),
        left_out=refused,
        synthetic=any(study.store.read("synthetic") for study in studies),
    )
    return _saved(findings, studies, settings, out)


def _checked(study: Study) -> Study:
    catalog_experiment(study)
    counts = study.store.counts()
    left = sum(counts.values()) - counts[FoldState.DONE]
    if left:
        raise StoreError(
            f"{left} of {sum(counts.values())} folds are not finished",
            where=study.folder,
            remedy=f"run `mer study resume {study.name}` first",
        )
    if study.control != "none":
        raise StoreError(f"is the control {study.control!r}, not a plain study", where=study.folder)
    if study.table.digest != study.store.read("data_digest"):
        raise StoreError(
            "the data changed since this study was made",
            where=study.folder,
            remedy="restore them, or run the study again",
        )
    return study


def _check_methods(studies: Sequence[Study], settings: LocalisationSettings) -> dict[str, str]:
    """Refuse unknown methods and parameters before any work; return what does not apply."""
    refused: dict[str, str] = {}
    for study in studies:
        entry = model_entry(catalog_experiment(study).model)
        for name, parameters in settings.methods.items():
            METHODS.get(name).resolve(parameters, entry)
        reasons = refusals(fold_model(study, study.store.folds()[0]))
        names = [name for name in settings.methods if name in reasons]
        refused |= {f"{name} on {entry.name}": reasons[name] for name in names}
    return refused


def _work(study: Study, settings: LocalisationSettings, parts: Path) -> Iterator[FoldWork]:
    for fold in study.store.folds():
        yield FoldWork(
            study=study.folder,
            identity=fold.identity,
            settings=settings,
            part=(parts / part_name(study, fold, settings)).resolve(),
        )


def _clip_count(studies: Sequence[Study], settings: LocalisationSettings) -> int:
    return sum(
        len(chosen_clips(study, fold, settings.clips))
        for study in studies
        for fold in study.store.folds()
    )


def _explain(
    work: Sequence[FoldWork], clips: int, workers: int | None, progress: Progress | None
) -> None:
    done = 0

    def report(_message: object) -> None:
        nonlocal done
        done = min(done + 1, clips)  # a lost worker's clips are reported again
        if progress is not None:
            progress(done, clips)

    missing = sum(not item.part.exists() for item in work)
    with open_executor(workers=workers, most=max(1, missing), memory=_WORKER_BYTES) as executor:
        for outcome in executor.map(explain_fold, work, report=report):
            if isinstance(outcome, Outcome) and outcome.error is not None:
                raise outcome.error


def _saved(
    findings: Findings,
    studies: Sequence[Study],
    settings: LocalisationSettings,
    out: Path,
) -> Findings:
    made = provenance(
        data_digest=settings_digest([study.store.read("data_digest") for study in studies]),
        synthetic=findings.synthetic,
        settings={
            **asdict(settings),
            "reduction": str(settings.reduction),
            "studies": {study.name: study.result().digest for study in studies},
        },
        seed=settings.seed,
    )
    products = [
        Product(suffix=".csv", content=as_csv(findings.rows).encode()),
        *products_of(findings, target=settings.target, reduction=settings.reduction),
    ]
    manifest = Manifest(out)
    files = [
        manifest.save(
            product.stem or "localisation",
            product.suffix,
            product.content,
            title="Where networks look, against the regions that move",
            maker=f"mer study localisation {' '.join(study.name for study in studies)}",
            place="Fig. 6",
            provenance=made,
        )
        for product in products
    ]
    return replace(findings, files=tuple(files))


def products_of(
    findings: Findings, *, target: str = "predicted", reduction: Reduction = Reduction.POSITIVE
) -> tuple[Product, ...]:
    """Return the means, the differences between networks and the figure as files for readers.

    Args:
        findings: What was found.
        target: Which class was explained.
        reduction: What was done with negative values.
    """
    table = score_table(
        findings.summary,
        metric=HEADLINE,
        synthetic=findings.synthetic,
        target=target,
        reduction=str(reduction),
        sources=list(dict.fromkeys(row.source for row in findings.rows)),
        left_out=findings.left_out,
    )
    shown = MeasuredTable(
        cells=measured_cells(findings.summary, metric=HEADLINE), table=table, axis=AXIS, panels=4
    )
    means = rows_csv(Mean, findings.summary, float_format="%.6g").encode()
    products = (
        Product(stem="localisation_summary", suffix=".csv", content=means),
        *shown.files(),
    )
    if not findings.contrasts:  # one network alone differs from none
        return products
    stem = "localisation_contrasts"
    compared = contrast_table(findings.contrasts, metric=HEADLINE, synthetic=findings.synthetic)
    differences = rows_csv(
        Contrast, findings.contrasts, properties=("verdict",), float_format="%.6g"
    )
    return (
        *products,
        Product(stem=stem, suffix=".csv", content=differences.encode()),
        *table_files(compared, stem=stem),
    )
