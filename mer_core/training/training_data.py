"""What one training takes in and hands back: clips with labels, epochs, the fitted network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.utils.deterministic
from torch import Tensor, nn

from mer_core.records import InputKind, Sample

Images = Tensor | Sequence[Tensor]
"""N x C x H x W, or N clips of T x C x H x W each, whose lengths differ."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingData:
    """The training side of a fold, resident in memory.

    Attributes:
        images: One tensor, or one tensor per clip.
        labels: Class indices, N.
        classes: Names of the classes.
        kind: What the images are; augmentation hangs on it.
        samples: Whom the images show; the inner split parts them by subject.
    """

    images: Images
    labels: Tensor
    classes: tuple[str, ...]
    kind: InputKind
    samples: tuple[Sample, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: Sequence[int] | np.ndarray) -> TrainingData:
        """The items at `indices`."""
        return TrainingData(
            images=pick_images(self.images, indices),
            labels=self.labels[torch.as_tensor(np.asarray(indices))],
            classes=self.classes,
            kind=self.kind,
            samples=tuple(self.samples[i] for i in indices),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRecord:
    """What one epoch did. `validation_uar` is None without an inner split."""

    epoch: int
    loss: float
    accuracy: float
    validation_uar: float | None
    seconds: float


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedNetwork:
    """A trained network in eval mode, and how it got there; `epoch` is the one that answers."""

    module: nn.Module
    epoch: int
    history: tuple[EpochRecord, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class EpochState:
    """All that the next epoch depends on, so that an interrupted training goes on from here.

    Attributes:
        weights: The network's.
        optimiser: Its buffers, as "<parameter>/<buffer>".
        history: The epochs so far.
    """

    weights: dict[str, Tensor]
    optimiser: dict[str, Tensor]
    history: tuple[EpochRecord, ...]


def pick_images(images: Images, indices: Sequence[int] | np.ndarray) -> Images:
    """The images at `indices`."""
    if isinstance(images, Tensor):
        return images[torch.as_tensor(np.asarray(indices))]
    return [images[i] for i in indices]
