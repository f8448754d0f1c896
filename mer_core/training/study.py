"""A study: one experiment under one protocol, fold by fold, interruptible at any point.

    study = Study(
        CatalogExperiment(datasets=(DatasetChoice(name="casme2", twin=True),)),
        settings=profile("quick"),
    )
    for event in study.run():
        ...                         # or: study.complete(progress=show)
    study.result().means

Each fold draws from a seed derived from the study's seed and the fold's name alone, so it does not
matter which folds ran before it, where, or how often the study was interrupted: the result is
the same, bit for bit, on one kind of machine with one thread count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from mer_core.cluster import Executor, open_executor
from mer_core.errors import SettingsError, StoreError
from mer_core.models.checkpoint import CheckpointHeader, read_header
from mer_core.protocols import Fold, Protocol, find_protocol
from mer_core.provenance import canonical_json, processor, settings_digest
from mer_core.training import events
from mer_core.training.controls import find_control, refuse_test_selection
from mer_core.training.database import FoldState, PlannedFold, StoredFold
from mer_core.training.experiment import CatalogExperiment, Experiment, StudyTable
from mer_core.training.result import StudyResult
from mer_core.training.session import Listener, Session
from mer_core.training.settings import Selection, TrainingSettings, profile
from mer_core.training.starting_weights import START_FILE_NAME, save_starting_weights
from mer_core.training.storage import LEASE_SECONDS, StudyStore
from mer_core.training.study_folders import studies_folder, study_folder
from mer_core.training.task import FoldTask

_WORKER_BYTES = 2 * 2**30  # PyTorch, a network with its gradients, and the images of a twin


class Study:
    """One study: in memory until it is first asked for what its folder holds.

    Made with the constructor, nothing is read or written yet; `create` writes it, or takes up the
    one that its folder holds, and so do `run` and `result`.

    Args:
        experiment: Clips, labels and network.
        name: Name of the study; derived from its definition by default.
        protocol: Rule of who is held out; see `mer_core.protocols.find_protocol`.
        settings: Settings of the training; the profile "standard" by default.
        seeds: One repeat of all folds for each.
        control: One of `mer_core.training.controls.CONTROLS`.
        folder: Folder of the study; by default under `studies_folder()`.
        keep_weights: Whether each fold's network is kept.
        lease: Seconds after which a fold whose process went silent is free again.

    A checkpoint that the networks start from is copied into the folder, so that the study can be
    taken up again without the file.

    Raises, once it is first asked for its folder:
        StoreError: The folder holds a study that is defined otherwise.
        LeakageError: The networks would start from weights that have seen a held-out subject.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        name: str | None = None,
        protocol: str = "loso",
        settings: TrainingSettings | None = None,
        seeds: tuple[int, ...] = (0,),
        control: str = "none",
        folder: Path | None = None,
        keep_weights: bool = True,
        lease: float = LEASE_SECONDS,
    ) -> None:
        if not seeds or len(set(seeds)) != len(seeds):
            raise SettingsError("name at least one seed, and each once", where="seeds")
        self.experiment = experiment
        model = experiment.model if isinstance(experiment, CatalogExperiment) else ""
        self.settings = _resolve_settings(settings or profile("standard", model=model), control)
        self.protocol, self.seeds, self.control = protocol, tuple(seeds), control
        self.keep_weights = keep_weights and self.settings.selection is not Selection.TEST
        self._given_name, self._given_folder, self._lease = name, folder, lease

    @classmethod
    def create(cls, experiment: Experiment, **options: Any) -> Study:
        """Write a study, or take up the one that its folder holds; options of the constructor."""
        study = cls(experiment, **options)
        _ = study.store
        return study

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        experiment: Experiment | None = None,
        lease: float = LEASE_SECONDS,
    ) -> Study:
        """The study of that name, or in that folder.

        Args:
            where: A name under `studies_folder()`, or a folder.
            experiment: Needed only where the study was not made from the catalog.
            lease: As in the constructor.
        """
        store = StudyStore(study_folder(where), lease=lease)
        definition = store.read("definition")
        return cls.create(
            experiment
            or CatalogExperiment.from_dict(
                definition["experiment"], start=store.folder / START_FILE_NAME
            ),
            name=store.read("name"),
            protocol=definition["protocol"],
            settings=TrainingSettings.from_dict(definition["settings"]),
            seeds=tuple(definition["seeds"]),
            control=definition["control"],
            folder=store.folder,
            keep_weights=definition["keep_weights"],
            lease=lease,
        )

    @cached_property
    def name(self) -> str:
        """The name given, or one derived from the definition."""
        return self._given_name or self._derive_name()

    @cached_property
    def folder(self) -> Path:
        """Folder of the study; absolute, because workers have other working directories."""
        return (self._given_folder or studies_folder() / self.name).expanduser().absolute()

    @cached_property
    def definition(self) -> dict[str, Any]:
        """Definition as plain values; two studies that share it are the same study."""
        return {
            "experiment": self.experiment.describe(),
            "protocol": self.protocol,
            "settings": self.settings.as_dict(),
            "seeds": list(self.seeds),
            "control": self.control,
            "keep_weights": self.keep_weights,
        }

    @cached_property
    def table(self) -> StudyTable:
        """The labelled clips."""
        return self.experiment.table()

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """Folds of training and test clips, checked for leakage."""
        return find_protocol(self.protocol).folds(self.table.samples)

    def result(self) -> StudyResult:
        """Return the results so far."""
        return StudyResult.of(self.store)

    def weights_path(self, fold: StoredFold | PlannedFold) -> Path:
        """Return the file of a fold's network, written once it is finished."""
        file = f"{fold.position:03}-{_file_name(fold.name)}.safetensors"
        return self.folder / "weights" / f"seed{fold.seed}" / file

    def complete(self, **options: Any) -> StudyResult:
        """Run to the end, with the options of `run`, and return the result."""
        for _ in self.run(**options):
            pass
        return self.result()

    def run(
        self,
        *,
        progress: Listener | None = None,
        executor: Executor | None = None,
        workers: int | None = None,
        scheduler: str | None = None,
        devices: tuple[str, ...] = (),
        wait: bool = True,
    ) -> Iterator[events.Event]:
        """Do what is left to do, and yield what happens; nothing is done before iteration.

        Stopping the iteration, an interrupt, or the end of the process keeps every finished fold.

        Args:
            progress: Also called with each event, at once, from whichever thread sees it.
            executor: Executor to run on; otherwise one is opened and closed here from the next
                three.
            workers: Processes on this machine; by default as many as fit, 1 for this process.
            scheduler: Address of a Dask scheduler.
            devices: One process for each of these GPUs.
            wait: Whether to wait for folds that another process holds, and to take them over if
                it dies.
        """
        if self.table.digest != self.store.read("data_digest"):
            raise StoreError(
                "the data changed since this study was created",
                where=self.folder,
                remedy="restore them, or start a new study under another name",
            )
        self.store.retry_failed()
        with ExitStack() as stack:
            if executor is None:
                left = sum(fold.state is not FoldState.DONE for fold in self.store.folds())
                executor = stack.enter_context(
                    open_executor(
                        scheduler=scheduler,
                        workers=workers,
                        most=max(left, 1),
                        memory=_WORKER_BYTES,
                        threads=self.settings.threads,
                        devices=devices,
                    )
                )
            stack.enter_context(self.store.renewing())
            session = Session(
                store=self.store,
                prepare=self._prepare(workers),
                task=self.task,
                executor=executor,
                listener=progress,
                wait=wait,
                epochs=self.settings.epochs,
                warnings=self.table.warnings,
            )
            yield from session.run()

    def task(self, fold: StoredFold) -> FoldTask:
        """The piece of work that a fold is."""
        protocol: Protocol = find_protocol(self.protocol)
        split = self.folds[fold.position]
        return FoldTask(
            identity=fold.identity,
            name=fold.name,
            experiment=self.experiment,
            control=self.control,
            settings=self.settings,
            study_seed=fold.seed,
            train=tuple(split.train.tolist()),
            test=tuple(split.test.tolist()),
            model=_model_name(self.experiment),
            weights=self.weights_path(fold) if self.keep_weights else None,
            data_digest=self.table.digest,
            subjects_disjoint=protocol.subjects_disjoint,
            start_digest=self._start.weights_digest if self._start else "",
        )

    def _prepare(self, workers: int | None) -> Iterator[tuple[int, int]]:
        if any(fold.state is not FoldState.DONE for fold in self.store.folds()):
            workers = 1 if workers == 1 else None  # "in this process" holds for the inputs too
            control = find_control(self.control)
            yield from self.experiment.prepare(self.table, control, workers=workers)

    def _derive_name(self) -> str:
        described = self.experiment.describe()
        datasets = [choice["name"] for choice in described.get("datasets", ())]
        across = self.protocol == ":".join(datasets)  # which names them already
        parts = [_model_name(self.experiment), *([] if across else datasets), self.protocol]
        if self.control != "none":
            parts.append(self.control)
        return _file_name("-".join([*parts, settings_digest(self.definition)[:8]]))

    @cached_property
    def store(self) -> StudyStore:
        """The study on disk: written now, or taken up if its folder holds it."""
        if (self.folder / "study.sqlite").exists():
            store = StudyStore(self.folder, lease=self._lease)
        else:
            self._save_starting_weights()
            values, planned = self._values(), self._plan_folds()
            store = StudyStore.create(self.folder, values, planned, lease=self._lease)
        held = store.read("definition")
        if canonical_json(held) != canonical_json(self.definition):
            mine = json.loads(canonical_json(self.definition))
            differ = sorted(name for name in mine if mine[name] != held.get(name))
            raise StoreError(
                f"the folder holds a study with another {', '.join(differ)}",
                where=self.folder,
                remedy="give this study another name",
            )
        return store

    @cached_property
    def _start(self) -> CheckpointHeader | None:
        path = self.experiment.starting_checkpoint()
        return None if path is None else read_header(path)

    def _save_starting_weights(self) -> None:
        path = self.experiment.starting_checkpoint()
        if path is not None and self._start is not None:
            held_out = {f.name: [self.table.samples[i] for i in f.test] for f in self.folds}
            save_starting_weights(path, self._start, held_out, folder=self.folder)

    def _values(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "definition": self.definition,
            "classes": list(self.table.classes),
            "synthetic": self.table.synthetic,
            "data_digest": self.table.digest,
            "excluded": dict(self.table.excluded),
            "warnings": list(self.table.warnings),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {
                "threads": self.settings.threads,
                "simd": torch.backends.cpu.get_cpu_capability(),
                "processor": processor().described,
            },
        }

    def _plan_folds(self) -> list[PlannedFold]:
        return [
            PlannedFold(
                seed=seed,
                position=position,
                name=fold.name,
                n_train=len(fold.train),
                n_test=len(fold.test),
            )
            for seed in self.seeds
            for position, fold in enumerate(self.folds)
        ]


def _resolve_settings(settings: TrainingSettings, control: str) -> TrainingSettings:
    """Settings with everything decided that depends on the control."""
    chosen = find_control(control)
    refuse_test_selection(settings.selection, chosen)
    return settings if chosen.selection is None else replace(settings, selection=chosen.selection)


def _model_name(experiment: Experiment) -> str:
    return str(experiment.describe().get("model", "network"))


def _file_name(text: str) -> str:
    """`text` with only what every file system takes in a name."""
    return "".join(c if c.isalnum() or c in "._-" else "-" for c in text)
