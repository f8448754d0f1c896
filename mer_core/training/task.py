"""One fold as a piece of work: load, train, answer, keep the weights. Runs in a worker.

The training function gets the training side only; the held-out images are first touched after
it has returned.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from mer_core.errors import StoreError
from mer_core.models.checkpoint import (
    CheckpointHeader,
    read_header,
    save_checkpoint,
    weights_digest,
)
from mer_core.protocols import check_split
from mer_core.provenance import versions
from mer_core.records import Prediction
from mer_core.seeding import derive_seed
from mer_core.training.controls import Control, find_control, shuffle_within_subjects
from mer_core.training.experiment import Experiment, StudyTable
from mer_core.training.fold import reproducible, train_fold
from mer_core.training.prediction import predict_probabilities
from mer_core.training.settings import Selection, TrainingSettings
from mer_core.training.starting_weights import lineage_after, refuse_seen_people
from mer_core.training.training_data import (
    EpochRecord,
    FittedNetwork,
    Images,
    TrainingData,
    pick_images,
)

Report = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, kw_only=True)
class FoldTask:
    """Everything a worker needs to know to do one fold.

    Attributes:
        identity: Row of the fold in the study's database.
        name: Name of the fold: who is held out.
        study_seed: The repeat this fold belongs to; the fold's own seed derives from it.
        model: Written into the header of the weights file.
        weights: File to write, or None to keep only the answers.
        data_digest: Digest of the coordinator's data; a worker that sees other data refuses.
        start_digest: Digest of the weights that training starts from, "" where it starts afresh; a
            worker that finds others refuses.
        subjects_disjoint: Whether a person on both sides is a breach in this protocol.
    """

    identity: int
    name: str
    experiment: Experiment
    control: str
    settings: TrainingSettings
    study_seed: int
    train: tuple[int, ...]
    test: tuple[int, ...]
    model: str
    weights: Path | None
    data_digest: str
    subjects_disjoint: bool
    start_digest: str = ""

    @property
    def seed(self) -> int:
        """Seed of everything drawn in this fold, whatever ran before it and where."""
        return derive_seed(self.study_seed, "fold", self.name)


@dataclass(frozen=True, kw_only=True)
class FoldOutcome:
    """Result of a fold. `seconds_training` is the part of `seconds` spent in epochs."""

    predictions: tuple[Prediction, ...]
    history: tuple[EpochRecord, ...]
    epoch: int
    seconds: float
    seconds_training: float
    weights_digest: str


def run_fold(task: FoldTask, report: Report) -> FoldOutcome:
    """Do one fold.

    Raises:
        StoreError: This worker's data or starting weights are not those of the study.
        LeakageError: The task's split is not clean, or the starting weights saw who is held out.
    """
    began = time.perf_counter()
    table, images = _load_table(task.experiment, task.control, task.data_digest)
    check_split(table.samples, task.train, task.test, subjects=task.subjects_disjoint)
    start = _starting_header(task, table)
    control = find_control(task.control)
    fitted, probabilities = _fit_and_predict(task, table, images, control, report)
    digest = _keep_weights(task, table, fitted.module, start)
    return FoldOutcome(
        predictions=_predictions(table, task.test, probabilities),
        history=fitted.history,
        epoch=fitted.epoch,
        seconds=time.perf_counter() - began,
        seconds_training=sum(record.seconds for record in fitted.history),
        weights_digest=digest,
    )


def _starting_header(task: FoldTask, table: StudyTable) -> CheckpointHeader | None:
    """The header of the checkpoint that the fold starts from, after it has been checked."""
    path = task.experiment.starting_checkpoint()
    if path is None:
        return None
    start = read_header(path)
    if start.weights_digest != task.start_digest:
        raise StoreError(
            "these are not the weights that this study starts from",
            where=path,
            remedy="restore them, or start a new study",
        )
    held_out = [table.samples[i] for i in task.test]
    refuse_seen_people(start, held_out, fold=task.name, path=path)
    return start


def _fit_and_predict(
    task: FoldTask, table: StudyTable, images: Images, control: Control, report: Report
) -> tuple[FittedNetwork, npt.NDArray[np.float64]]:
    build = partial(task.experiment.network, table.classes)
    training = _training_side(task, table, images, control)
    report_epoch = partial(_report_epoch, report, task.identity, task.name)
    if task.settings.selection is Selection.TEST:
        from mer_core.training.leak import train_with_leak

        held_out = pick_images(images, task.test)
        truth = table.label_indices[list(task.test)].numpy()
        return train_with_leak(
            training, build, task.settings, held_out, truth, seed=task.seed, report=report_epoch
        )
    fitted = train_fold(training, build, task.settings, seed=task.seed, report=report_epoch)
    held_out = pick_images(images, task.test)
    with reproducible(task.seed, task.settings):
        return fitted, predict_probabilities(fitted.module, held_out, task.settings)


def _report_epoch(report: Report, fold: int, name: str, record: EpochRecord) -> None:
    report({"fold": fold, "name": name, **dataclasses.asdict(record)})


def _training_side(
    task: FoldTask, table: StudyTable, images: Images, control: Control
) -> TrainingData:
    everyone = TrainingData(
        images=images,
        labels=table.label_indices,
        classes=table.classes,
        kind=task.experiment.input_spec().kind,
        samples=table.samples,
    )
    side = everyone.take(task.train)
    if not control.shuffles_labels:
        return side
    labels = shuffle_within_subjects(side.labels, side.samples, task.seed)
    return dataclasses.replace(side, labels=labels)


def _predictions(
    table: StudyTable, test: tuple[int, ...], probabilities: npt.NDArray[np.float64]
) -> tuple[Prediction, ...]:
    return tuple(
        Prediction(
            key=table.samples[i].key,
            subject=table.samples[i].subject,
            truth=table.labels[i],
            predicted=table.classes[int(row.argmax())],
            probabilities={
                name: float(value) for name, value in zip(table.classes, row, strict=True)
            },
        )
        for i, row in zip(test, probabilities, strict=True)
    )


def _keep_weights(
    task: FoldTask, table: StudyTable, module: nn.Module, start: CheckpointHeader | None
) -> str:
    if task.weights is None:
        return weights_digest(module.state_dict())
    header = CheckpointHeader(
        model=task.model,
        classes=table.classes,
        seed=task.study_seed,
        data_digest=table.digest,
        synthetic=table.synthetic,
        settings=task.settings.as_dict(),
        versions=versions(),
        lineage=lineage_after(
            start, (table.samples[i] for i in task.train), data_digest=table.digest
        ),
    )
    return save_checkpoint(task.weights, module, header).weights_digest


@lru_cache(maxsize=2)
def _load_table(experiment: Experiment, control: str, digest: str) -> tuple[StudyTable, Images]:
    """Table and images of the data that `digest` names, once per worker process."""
    table = experiment.table()
    if table.digest != digest:
        raise StoreError(
            "the data differ from those this study was planned with",
            where=", ".join(sorted({sample.dataset for sample in table.samples})),
            remedy="give every worker the same files, or start a new study",
        )
    return table, experiment.images(table, find_control(control))
