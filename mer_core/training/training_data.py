"""Input and output of one training: clips with labels, their augmentation, the fitted network.

Augmentation is one affine map per image (mirror, shift, small rotation, change of size), drawn
from a seeded generator and applied to the whole batch at once. It happens after the split and on
the training side only; held-out images are never altered. All frames of a clip get the same map.

What a map does to a pixel's value hangs on what the value is. Grey and colour move and stay what
they are. A flow field holds displacements: where the frames are mapped by y = A x + b from output
to input positions, what moved by f at y moved by A^-1 f at x, so that mirroring negates u, a
rotation rotates (u, v) and a larger face moves by more. Strain is built of the flow's derivatives,
in which the change of size cancels; it is a scalar.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.utils.deterministic
from torch import Tensor, nn
from torch.nn import functional

from mer_core.records import InputKind, Sample
from mer_core.training.settings import TrainingSettings

Images = Tensor | Sequence[Tensor]
"""N x C x H x W, or N clips of T x C x H x W each, whose lengths differ."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TrainingData:
    """The training side of a fold, resident in memory.

    Attributes:
        images: One tensor, or one tensor per clip.
        labels: Class indices, N.
        classes: Names of the classes.
        kind: Kind of the images; augmentation hangs on it.
        samples: Samples behind the images; the inner split parts them by subject.
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
    """Record of one epoch. `validation_uar` is None without an inner split."""

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


def pick_images(images: Images, indices: Sequence[int] | np.ndarray) -> Images:
    """The images at `indices`."""
    if isinstance(images, Tensor):
        return images[torch.as_tensor(np.asarray(indices))]
    return [images[i] for i in indices]


def augments(settings: TrainingSettings) -> bool:
    """Whether the settings alter images at all."""
    return bool(settings.flip or settings.shift or settings.rotation or settings.scale)


def augment(
    images: Tensor, settings: TrainingSettings, generator: torch.Generator, *, kind: InputKind
) -> Tensor:
    """Alter each image (B x C x H x W) or clip (B x T x C x H x W) on its own.

    The result is what `kind` of input the altered frames would have given. What moves in from
    outside repeats the border.
    """
    if not augments(settings):
        return images
    height, width = images.shape[-2:]
    maps = draw_maps(len(images), (height, width), settings, generator).to(images.device)
    flat = images.flatten(0, 1) if images.dim() == 5 else images
    if images.dim() == 5:
        maps = maps.repeat_interleave(images.shape[1], dim=0)
    grid = functional.affine_grid(maps, list(flat.shape), align_corners=False)
    moved = functional.grid_sample(
        flat, grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    if kind is InputKind.FLOW:
        moved = torch.cat([_transform_flow(moved[:, :2], maps), moved[:, 2:]], dim=1)
    return moved.reshape(images.shape) if images.dim() == 5 else moved


def draw_frames(count: int, most: int, generator: torch.Generator) -> Tensor:
    """One frame index, ascending, from each of `most` equal parts of a clip of `count` frames.

    A clip that has no more frames than that is read whole, and so is any where `most` is 0.
    """
    if not 0 < most < count:
        return torch.arange(count)
    edges = torch.arange(most + 1) * count // most
    place = torch.rand(most, generator=generator)
    return edges[:-1] + (place * (edges[1:] - edges[:-1])).long()


def _transform_flow(flow: Tensor, maps: Tensor) -> Tensor:
    """Displacements (B x 2 x H x W) as the mapped frames show them.

    They are in per cent of the frame's width and height, and the maps between positions in
    [-1, 1], which is per cent of half of it: both scale each axis alike, so no ratio enters.
    """
    return torch.einsum("bij,bjhw->bihw", torch.linalg.inv(maps[:, :, :2]), flow)


def draw_maps(
    count: int, size: tuple[int, int], settings: TrainingSettings, generator: torch.Generator
) -> Tensor:
    """`count` affine maps (count x 2 x 3) from output to input positions in [-1, 1].

    Every draw takes the same number of random numbers whatever the settings, so that turning
    one augmentation off leaves the draws of the others as they were.
    """
    height, width = size
    draws = torch.rand(count, 5, generator=generator)
    mirror = torch.where((draws[:, 0] < 0.5) & settings.flip, -1.0, 1.0)
    pixels = torch.round((draws[:, 1:3] * 2 - 1) * settings.shift)
    angle = (draws[:, 3] * 2 - 1) * math.radians(settings.rotation)
    size_factor = 1 + (draws[:, 4] * 2 - 1) * settings.scale
    cosine, sine = torch.cos(angle) / size_factor, torch.sin(angle) / size_factor
    aspect = height / width
    rows = [
        torch.stack([mirror * cosine, -sine * aspect, pixels[:, 0] * 2 / width], dim=1),
        torch.stack([mirror * sine / aspect, cosine, pixels[:, 1] * 2 / height], dim=1),
    ]
    return torch.stack(rows, dim=1)
