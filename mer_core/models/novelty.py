"""Whether an image is one of the kind that the shipped networks were trained on.

The features of a trained network do not tell: it maps a room, a stranger's face and noise to where
its own classes lie. The image itself does. Images of the cohort lie near a space of few dimensions,
and the share of an image's contrast that lies outside it, its distance from that space, says how
unlike them it is. (Moghaddam and Pentland, "Probabilistic Visual Learning for Object
Representation", IEEE TPAMI 19(7), 1997.)

An image is averaged down to 16 x 16 cells of luminance z with mean 0 and variance 1, so that an
image of little contrast counts as much as one of much. With the mean m and the first principal axes
V of the inner people's images and their mirror images,

    novelty(z) = |(1 - V V^T) (z - m)|^2 / 256

The limit is what 95 % of inner people's images stay below, each measured in a space that was fitted
without its person. How many images of unseen people exceed it is measured afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.atomic import atomic_path
from mer_core.errors import CheckpointError
from mer_core.models.shipped import FOLDER
from mer_core.resizing import resize

SIDE = 16
AXES = 40
ALARMS = 0.05
"""Share of images of people like those of the cohort that may be taken for strange."""

_GROUPS = 6
_LEAST_CONTRAST = 1e-6

Images = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class NoveltyScale:
    """The space near which the images of one frame weighting lie.

    Attributes:
        mean: 256 cells of the mean image.
        axes: Principal axes x 256.
        limit: Novelty above which an image is strange.
    """

    mean: Rows
    axes: Rows
    limit: float

    def novelty(self, image: Images) -> float:
        """The share of the contrast of an 8-bit RGB image that cohort images do not explain."""
        return float(self._novelties(_cells(image[None]))[0])

    def alarms(self, images: Images) -> float:
        """The share of images (N x H x W x 3) that are taken for strange."""
        return float((self._novelties(_cells(images)) > self.limit).mean())

    def _novelties(self, rows: Rows) -> Rows:
        away = rows - self.mean
        explained = away @ self.axes.T
        return ((away**2).sum(axis=1) - (explained**2).sum(axis=1)) / rows.shape[1]

    def save(self, path: Path) -> None:
        """Write the scale as NumPy arrays, at half precision."""
        halves = {"mean": self.mean.astype(np.float16), "axes": self.axes.astype(np.float16)}
        with atomic_path(path) as partial:
            np.savez_compressed(partial, allow_pickle=False, limit=np.float64(self.limit), **halves)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a scale that `save` wrote."""
        try:
            with np.load(path, allow_pickle=False) as held:
                return cls(
                    mean=held["mean"].astype(np.float64),
                    axes=held["axes"].astype(np.float64),
                    limit=float(held["limit"]),
                )
        except (OSError, ValueError, KeyError) as error:
            raise CheckpointError(f"unreadable novelty scale ({error})", where=path) from error


def fit_novelty(images: Images, subjects: Sequence[str]) -> NoveltyScale:
    """Fit a scale on images of people, and its limit on each group of them without the group.

    Args:
        images: N x H x W x 3, of one frame weighting.
        subjects: Person in each.
    """
    rows, people = _cells(images), np.array(subjects)
    names = np.unique(people)
    held = np.empty(len(rows))
    for first in range(min(_GROUPS, len(names))):
        out = np.isin(people, names[first::_GROUPS])
        held[out] = _space(rows[~out])._novelties(rows[out])
    whole = _space(rows)
    limit = float(np.quantile(held, 1 - ALARMS))
    return NoveltyScale(mean=whole.mean, axes=whole.axes, limit=limit)


def novelty_path(folder: Path, weighting: str) -> Path:
    """Return the file of the scale of a frame weighting among weights and cards."""
    return folder / f"novelty-{weighting}.npz"


@cache
def shipped_novelty(weighting: str) -> NoveltyScale | None:
    """The scale that ships for a frame weighting; None where none does."""
    path = novelty_path(FOLDER, weighting)
    return NoveltyScale.load(path) if path.exists() else None


def _space(rows: Rows) -> NoveltyScale:
    mirrored = rows.reshape(-1, SIDE, SIDE)[:, :, ::-1].reshape(rows.shape)
    both = np.concatenate([rows, mirrored])
    mean = both.mean(axis=0)
    axes = np.linalg.svd(both - mean, full_matrices=False)[2][:AXES]
    return NoveltyScale(mean=mean, axes=axes, limit=np.inf)


def _cells(images: Images) -> Rows:
    """N x 256: luminance on a coarse grid, with mean 0 and variance 1."""
    grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) for image in images]
    small = [resize(one, (SIDE, SIDE)) for one in grey]
    rows = np.stack(small).reshape(len(images), -1).astype(np.float64)
    rows -= rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(rows.std(axis=1, keepdims=True), _LEAST_CONTRAST)
