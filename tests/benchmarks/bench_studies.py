"""What a study costs beyond its folds, at one worker and at two, and how it grows with folds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mer_core.cluster import open_executor
from mer_core.models.catalog import model_entry
from mer_core.records import InputSpec
from mer_core.training.experiment import StudyTable
from mer_core.training.settings import TrainingSettings
from mer_core.training.study import Study
from tests.benchmarks.bench_networks import CLASSES, network, sample
from tests.benchmarks.measuring import Measurement, growth

GROUP = "Studies"
MODEL = "learnet"


@dataclass(frozen=True)
class NoiseExperiment:
    """People of noise, so that only the cost of folds is seen."""

    people: int = 8
    clips: int = 10
    model: str = MODEL

    def table(self) -> StudyTable:
        """The clips, with labels that mean nothing."""
        samples = tuple(sample(s, c) for s in range(self.people) for c in range(self.clips))
        return StudyTable(
            samples=samples,
            labels=tuple(CLASSES[i % 4] for i in range(len(samples))),
            classes=CLASSES,
            digest=f"noise-{self.people}-{self.clips}",
            synthetic=True,
        )

    def prepare(self, table: StudyTable, control: object, *, workers: int | None = None) -> Any:
        """Nothing is to be prepared."""
        return iter(())

    def images(self, table: StudyTable, control: object) -> Tensor:
        """Noise."""
        shape = (len(table.samples), 3, 112, 112)
        return torch.from_numpy(np.random.default_rng(0).random(shape, np.float32))

    def input_spec(self) -> InputSpec:
        """That of the network."""
        return model_entry(self.model).input

    def network(self, classes: tuple[str, ...], seed: int) -> nn.Module:
        """A fresh one."""
        return network(self.model, seed)

    def starting_checkpoint(self) -> Path | None:
        """None: it starts afresh."""
        return None

    def describe(self) -> dict[str, Any]:
        """What identifies it."""
        return {"model": self.model, "people": self.people, "clips": self.clips}


def measure() -> Iterator[Measurement]:
    """Yield the wall time of studies beside the sum of their folds."""
    settings = TrainingSettings(epochs=6)
    for workers in (1, 2):
        wall, folds, trained = study_seconds(NoiseExperiment(), settings, workers)
        yield Measurement(
            group=GROUP,
            name=f"leave one subject out, 8 folds, {workers} worker{'s' * (workers > 1)}",
            value=wall / folds,
            unit="of the sum of its folds",
            target=1.1 if workers == 1 else 0.6,
            note=f"{wall:.1f} s; {(folds - trained) / trained:.0%} of the folds is not training",
        )
    sizes = (4, 8, 16)
    # Folds of equal work, so that their number alone grows.
    times = [
        study_seconds(NoiseExperiment(people=n, clips=40 // n), settings, 1)[0] / (n - 1) * n
        for n in sizes
    ]
    yield Measurement(
        group="Growth",
        name="time of a study by number of folds",
        value=growth(sizes, times),
        unit="exponent",
        ratio=False,
        target=1.2,
        note=f"fitted over {sizes[0]} to {sizes[-1]} folds of as much training data",
    )


def study_seconds(
    experiment: NoiseExperiment, settings: TrainingSettings, workers: int
) -> tuple[float, float, float]:
    """Return the wall time of a study, the sum of its folds, and of their epochs.

    The wall time starts once the workers are up and have their data.
    """
    with tempfile.TemporaryDirectory() as folder, open_executor(workers=workers) as executor:
        warm = TrainingSettings(epochs=1)
        Study.create(experiment, settings=warm, folder=Path(folder, "warm")).complete(
            executor=executor
        )
        study = Study.create(experiment, settings=settings, folder=Path(folder, "study"))
        began = time.perf_counter()
        result = study.complete(executor=executor)
        wall = time.perf_counter() - began
    folds = sum(fold.seconds or 0 for fold in result.folds)
    return wall, folds, sum(fold.seconds_training or 0 for fold in result.folds)
