"""A cell of Table 1 or 2 as a study: which network, which data, which protocol."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from mer_core.errors import MerError
from mer_core.models.catalog import model_entry
from mer_core.paper.tables import SETUPS, Setup
from mer_core.protocols import CrossDataset, find_protocol
from mer_core.reproduction.answers import kept_answers
from mer_core.reproduction.job import Job, StudyLines
from mer_core.reproduction.roots import MissingDataError
from mer_core.reproduction.table3 import NETWORK_READINGS
from mer_core.training.controls import find_control
from mer_core.training.experiment import CatalogExperiment, StudyTable
from mer_core.training.result import StudyResult
from mer_core.training.settings import ADDED_LATER, PROFILES, profile
from mer_core.training.storage import FILE_NAME, StudyStore
from mer_core.training.study import Study
from mer_core.training.study_folders import list_studies

CATALOG_NAMES = {
    "CASME-I": "casme",
    "CASME-II": "casme2",
    "CASME^2": "casme-squared",
    "SAMM": "samm",
}
"""The paper's names of its datasets -> ours."""

VARIANTS: Mapping[str, Mapping[str, str]] = {
    "AffectiveNet-1, zero-sum weights": {"weighting": "literal"},
    "AffectiveNet-1 from synthetic weights": {"weights": "synthetic"},
}
"""Row of our own -> what it changes about AffectiveNet: the literal reading of Eq. 3, and a start
from the weights that ship instead of random ones. Both tell more than the ablations."""

ADDED = {"LEARNet": "learnet", "AKMNet": "akmnet", **dict.fromkeys(VARIANTS, "affectivenet")}
"""Rows of the workbench that are set beside Table 1's."""

NETWORKS = {
    **{
        row: readings[0][0]
        for row, readings in NETWORK_READINGS.items()
        if not row.startswith("VGG")
    },
    **ADDED,
}
"""Row of the tables -> network, by the reading of the row that counts."""

REDRAWN = "its twin was drawn on another processor"
"""Note on answers that lie beside the figures, where the twin here is not the same to the bit.

OpenCV adds in another order on another processor, which moves two of 100,000 pixels of a twin by
one grey level. The tested clips and their labels are compared, and the number of the others.
"""

log = logging.getLogger(__name__)

# What may differ between machines without making it another study.
_HARDWARE = frozenset({"device", "threads", "channels_last"})


class Status(StrEnum):
    """Where a cell's figure comes from, or why there is none."""

    REAL = "real"
    SYNTHETIC = "synthetic"
    MISSING = "data missing"
    NOT_RUN = "not run"
    FAILED = "failed"
    QUOTED = "quoted"
    UNSTATED = "setup not stated"


@dataclass(frozen=True, kw_only=True, eq=False)
class CellResult:
    """Result of a cell's study and its folder, or the reason why there is none."""

    status: Status
    result: StudyResult | None = None
    folder: Path | None = None
    profile: str = ""
    note: str = ""

    @property
    def precision(self) -> str:
        """Arithmetic of the study's training; "" without a study."""
        return "" if self.result is None else self.result.definition["settings"]["precision"]


def training_record(trained: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the record of what the studies behind a result were trained with.

    It is what the studies hold, which need not be what was asked for: see `finished_study`.

    Args:
        trained: Profile and precision of each; those of a study that is missing are empty.
    """
    pairs = [(profile, precision) for profile, precision in trained if precision]
    return {
        "profile": "; ".join(sorted({profile for profile, _ in pairs})),
        "precision": sorted({precision for _, precision in pairs}),
    }


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One network under one setup of the paper, or under a control of it."""

    method: str
    model: str
    setup: Setup
    control: str = "none"
    weighting: str | None = None
    weights: str = ""

    @property
    def datasets(self) -> tuple[str, ...]:
        """Catalog names, the training set first."""
        names = [self.setup.train, self.setup.test]
        return tuple(CATALOG_NAMES[name] for name in names if name)

    @property
    def protocol(self) -> str:
        """As studies name it."""
        return "loso" if self.setup.person_independent else ":".join(self.datasets)

    def experiment(self, job: Job) -> CatalogExperiment:
        """Clips, labels and network; raises `MissingDataError` where a root is missing."""
        return CatalogExperiment(
            datasets=tuple(job.roots.choice(name) for name in self.datasets),
            scheme="paper4" if self.setup.person_independent else "cross",
            model=self.model,
            weights=self.weights
            or (job.weights if model_entry(self.model).published else "random"),
            weighting=self.weighting,
        )


def cells_of(method: str, setups: Sequence[str]) -> tuple[Cell, ...]:
    """The cells of one row."""
    changed = VARIANTS.get(method, {})
    return tuple(
        Cell(method=method, model=NETWORKS[method], setup=SETUPS[name], **changed)
        for name in setups
    )


def load_or_run(cell: Cell, job: Job) -> CellResult:
    """The cell's result: from a finished study, or trained now unless the job forbids it.

    A study that cannot be run is reported in the result, so that one does not cost the table.
    """
    try:
        experiment = cell.experiment(job)
        found = finished_study(cell, job, experiment)
        if found is not None:
            return found
        if job.existing or not wanted(cell, job):
            return CellResult(status=Status.NOT_RUN)
        study = Study.create(
            experiment,
            protocol=cell.protocol,
            settings=job.settings_of(cell.model),
            seeds=job.seeds,
            control=cell.control,
            keep_weights=cell.control == "none",
        )
        label = f"{cell.method}, {cell.setup.name}"
        if cell.control != "none":
            label += f", {cell.control}"
        where = {"executor": job.executor.open()} if job.executor else {"workers": job.workers}
        result = study.complete(progress=StudyLines(job.emit, label), **where)
    except MissingDataError as error:
        return CellResult(status=Status.MISSING, note=str(error))
    except MerError as error:
        return CellResult(status=Status.FAILED, note=str(error))
    if not result.complete:
        return CellResult(status=Status.FAILED, note=f"{result.failed[0].error}")
    return _measured(result, job.settings_name(cell.model), study.folder)


def wanted(cell: Cell, job: Job) -> bool:
    """Whether the job asks for the cell's row to be run."""
    return job.methods is None or cell.method in job.methods


def finished_study(
    cell: Cell, job: Job, experiment: CatalogExperiment | None = None
) -> CellResult | None:
    """A finished study of this cell on the same data, whatever machine it ran on.

    The job's own settings come first. A job that trains nothing also takes another profile's,
    and where there is none any other's, named by the profile it is nearest to and what differs;
    and it takes answers that are kept beside the figures (see `REDRAWN`).
    """
    experiment = experiment or cell.experiment(job)
    ranked = []
    for order, (folder, definition) in enumerate(existing_studies(answers=job.existing)):
        if _same(definition, experiment, cell, job.seeds):
            place, label = settings_distance(definition, cell, job)
            if place == 0 or job.existing:
                ranked.append((place, order, label, folder))
    kept = set(kept_answers()) if job.existing else set()
    table = experiment.table() if ranked else None
    redrawn: list[tuple[int, CellResult]] = []
    for place, _, label, folder in sorted(ranked):
        result = StudyResult.of(StudyStore(folder))
        if table is None or not result.complete or (redrawn and place > redrawn[0][0]):
            continue
        if result.data_digest == table.digest:
            return _measured(result, label, folder)
        if folder in kept and _answers_of(result, table, cell):
            redrawn.append((place, _measured(result, label, folder, note=REDRAWN)))
    return redrawn[0][1] if redrawn else None


def _answers_of(result: StudyResult, table: StudyTable, cell: Cell) -> bool:
    """Whether a study of twins has as many clips as these and answers about the same ones."""
    twins = result.synthetic and all(sample.synthetic for sample in table.samples)
    clips = {fold.n_train + fold.n_test for fold in result.folds}
    tested = {
        sample.key: label
        for sample, label in zip(table.samples, table.labels, strict=True)
        if sample.dataset == cell.datasets[-1]
    }
    answered = {answer.key: answer.truth for answer in result.predictions(result.seeds[0])}
    return twins and clips == {len(table.samples)} and answered == tested


def study_needs(job: Job, cells: Sequence[Cell], *, finished: bool = False) -> dict[str, Any]:
    """Return everything that a result made of these cells depends on besides the code.

    A job that trains nothing depends on which studies are finished. Any other is decided by data
    and settings, so its studies need not even be on this machine; `finished` is for results that
    never train and take what they find.
    """
    needs: dict[str, Any] = {
        "data": job.digests(*sorted({name for cell in cells for name in cell.datasets})),
        **job.training(cell.model for cell in cells),
        "seeds": list(job.seeds),
        "methods": job.methods and list(job.methods),
        "weights": job.weights,
        "existing": job.existing,
    }
    if job.existing or finished:
        needs["studies"] = sorted(_found_digests(job, cells))
    return needs


def _found_digests(job: Job, cells: Sequence[Cell]) -> Iterator[str]:
    for cell in cells:
        if not all(map(job.roots.has, cell.datasets)):
            continue
        found = finished_study(cell, job)
        if found is not None and found.result is not None:
            yield found.result.digest


def _measured(result: StudyResult, profile: str, folder: Path, *, note: str = "") -> CellResult:
    status = Status.SYNTHETIC if result.synthetic else Status.REAL
    return CellResult(status=status, result=result, profile=profile, folder=folder, note=note)


def existing_studies(*, answers: bool) -> list[tuple[Path, Mapping[str, Any]]]:
    """Every readable study, those that kept their networks first, as figures look into them.

    These are the user's, then, with `answers`, those that lie beside the figures.
    """
    found = []
    for folder in (*list_studies(), *(kept_answers() if answers else ())):
        try:
            inode = (folder / FILE_NAME).stat().st_ino
            found.append((folder, _read_definition(folder, inode)))
        except (MerError, OSError) as error:
            log.warning("a study that cannot be read is passed over: %s", error)
    return sorted(found, key=lambda pair: not (pair[0] / "weights").is_dir())


@lru_cache(maxsize=4096)
def _read_definition(folder: Path, _inode: int) -> Mapping[str, Any]:
    """A study's definition, which never changes as long as its file is the same one."""
    return StudyStore(folder).read("definition")


def _same(
    definition: Mapping[str, Any],
    experiment: CatalogExperiment,
    cell: Cell,
    seeds: tuple[int, ...],
) -> bool:
    # Where an experiment was not made from the catalog, it has other keys and is no match.
    held = _portable(definition["experiment"])
    return (
        held == _portable(experiment.describe())
        and _protocol(definition["protocol"]) == _protocol(cell.protocol)
        and definition["control"] == cell.control
        and tuple(definition["seeds"]) == seeds
    )


def settings_distance(definition: Mapping[str, Any], cell: Cell, job: Job) -> tuple[int, str]:
    """How near a study's settings are to the job's, 0 being equal, and what to call them."""
    asked_for = job.settings_name(cell.model)
    others = [name for name in PROFILES.names() if name != asked_for]
    names = [asked_for, *others]
    known = [job.settings_of(cell.model), *(profile(name, model=cell.model) for name in others)]
    held = _training(definition["settings"])
    differing = []
    for settings in known:
        asked = _under(cell.control, _training(settings.as_dict()))
        differing.append([f"{key} {held[key]}" for key in asked if held.get(key) != asked[key]])
    if [] in differing:
        place = differing.index([])
        return place, names[place]
    nearest = min(range(len(known)), key=lambda at: len(differing[at]))
    return len(known), ", ".join([names[nearest], *differing[nearest]])


def _portable(experiment: Mapping[str, Any]) -> dict[str, Any]:
    """An experiment without the places of its data, which the data's digest stands for."""
    choices = [
        {"name": choice["name"], "options": [list(pair) for pair in choice.get("options", ())]}
        for choice in experiment.get("datasets", ())
    ]
    return {**experiment, "datasets": choices}


def _protocol(name: str) -> tuple[str, ...]:
    protocol = find_protocol(name)
    if isinstance(protocol, CrossDataset):
        return (protocol.name, protocol.train, protocol.test)
    return (protocol.name,)


def _under(control: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Settings as a control's study has them; one control replaces the choice of epoch."""
    selection = find_control(control).selection
    return settings if selection is None else {**settings, "selection": str(selection)}


def _training(settings: Mapping[str, Any]) -> dict[str, Any]:
    every = {**ADDED_LATER, **settings}
    return {name: value for name, value in every.items() if name not in _HARDWARE}
