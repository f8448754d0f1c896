"""A tiny experiment whose classes can be learnt: where a bright blob lies in an 8 x 8 image."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mer_core.models.checkpoint import load_checkpoint, read_header, restore
from mer_core.records import InputKind, InputSpec, Sample
from mer_core.seeding import generator
from mer_core.training.controls import Control
from mer_core.training.experiment import StudyTable
from mer_core.training.settings import TrainingSettings
from mer_core.training.training_data import TrainingData

CLASSES = ("negative", "positive", "surprise")
CORNERS = ((1, 1), (1, 5), (5, 3))

TINY = TrainingSettings(epochs=3, batch=4, learning_rate=0.05, flip=False, shift=0, rotation=0)


class TinyNet(nn.Module):
    """One convolution, batch normalisation, dropout and a classifier."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(4 * 64, classes)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.relu(self.norm(self.conv(images)))
        return self.head(self.dropout(maps.flatten(1)))


class TinyClipNet(nn.Module):
    """Reads a clip as the mean of its frames, and charges for the number of frames."""

    def __init__(self, classes: int, *, penalty: float = 0.0) -> None:
        super().__init__()
        self.inner = TinyNet(classes)
        self.penalty = penalty

    def forward(self, clips: Tensor) -> Tensor:
        return self.inner(clips.mean(dim=1))

    def logits_and_penalty(self, clips: Tensor) -> tuple[Tensor, Tensor]:
        logits = self(clips)
        return logits, self.penalty * logits.pow(2).sum(dim=1)


def build_tiny(seed: int, classes: int = 3) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return TinyNet(classes)


def blob_sample(subject: int, clip: int, synthetic: bool = True) -> Sample:
    return Sample(
        dataset="blobs",
        subject=f"s{subject:02}",
        clip=f"c{clip:02}",
        frames=tuple(Path(f"/blobs/{subject}/{clip}/{n}.png") for n in range(1, 10)),
        frame_numbers=tuple(range(1, 10)),
        onset=4,
        apex=6,
        offset=8,
        label=CLASSES[clip % 3],
        synthetic=synthetic,
    )


def blob_image(label: str, noise: np.random.Generator) -> np.ndarray:
    image = noise.normal(0, 0.3, (1, 8, 8)).astype(np.float32)
    row, column = CORNERS[CLASSES.index(label)]
    image[0, row : row + 2, column : column + 2] += 1
    return image


@dataclass(frozen=True)
class BlobExperiment:
    """`delay` makes each fold last, so that a test can kill something meanwhile."""

    subjects: int = 4
    clips: int = 6
    seed: int = 0
    delay: float = 0.0
    fails: str = ""
    start: str = ""

    def table(self) -> StudyTable:
        samples = tuple(
            blob_sample(s, c) for s in range(1, self.subjects + 1) for c in range(self.clips)
        )
        return StudyTable(
            samples=samples,
            labels=tuple(sample.label for sample in samples),
            classes=CLASSES,
            digest=f"blobs-{self.subjects}-{self.clips}-{self.seed}",
            synthetic=True,
        )

    def prepare(
        self, table: StudyTable, control: Control, *, workers: int | None = None
    ) -> Iterator[tuple[int, int]]:
        yield from ()

    def images(self, table: StudyTable, control: Control) -> Tensor:
        noise = generator(self.seed, "blobs")
        return torch.from_numpy(np.stack([blob_image(label, noise) for label in table.labels]))

    def input_spec(self) -> InputSpec:
        return InputSpec(kind=InputKind.AMI, size=(8, 8), channels=1)

    def network(self, classes: tuple[str, ...], seed: int) -> nn.Module:
        time.sleep(self.delay)
        if self.fails and Path(self.fails).exists():
            raise RuntimeError("the network cannot be built today")
        network = build_tiny(seed, len(classes))
        if self.start:
            restore(network, load_checkpoint(Path(self.start))[1], where=self.start)
        return network

    def starting_checkpoint(self) -> Path | None:
        return Path(self.start) if self.start else None

    def describe(self) -> dict[str, Any]:
        digest = read_header(Path(self.start)).weights_digest if self.start else ""
        return {"model": "tiny", **asdict(self), "start": digest}


def training_data(subjects: int = 3, clips: int = 6, seed: int = 0) -> TrainingData:
    table = BlobExperiment(subjects, clips, seed).table()
    noise = generator(seed, "blobs")
    return TrainingData(
        images=torch.from_numpy(np.stack([blob_image(label, noise) for label in table.labels])),
        labels=table.label_indices,
        classes=CLASSES,
        kind=InputKind.AMI,
        samples=table.samples,
    )
