"""What is known of a synthetic clip because it was made: intensities, motion, regions."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from mer_core.atomic import atomic_path
from mer_core.errors import FrameError

REGION_SHARE = 0.2
"""A pixel belongs to a unit's region if it moves at least this share of the unit's maximum."""

_FIELDS = ("action_units", "curves", "displacement", "masks", "key_frames")


@dataclass(frozen=True, eq=False, kw_only=True)
class GroundTruth:
    """Ground truth of one clip, on the pixel grid of its frames at the onset.

    Attributes:
        action_units: Names of the units that act, e.g. ("AU6", "AU12").
        curves: (T, A) intensity of each unit in each frame, 0 to 1 of the full movement.
        displacement: (H, W, 2) movement in pixels (right, down) from onset to apex that the
            expression alone causes, without head sway and blinks; 0 off the face.
        masks: (A, H, W) region each unit moves on its own (see `REGION_SHARE`).
        onset, apex, offset: Key frames, counted from 0.
    """

    action_units: tuple[str, ...]
    curves: npt.NDArray[np.float32]
    displacement: npt.NDArray[np.float32]
    masks: npt.NDArray[np.bool_]
    onset: int
    apex: int
    offset: int

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """All of it as named arrays, of which `of` makes it again."""
        return {
            "action_units": np.array(self.action_units, dtype=np.str_),
            "curves": self.curves,
            "displacement": self.displacement,
            "masks": self.masks,
            "key_frames": np.array([self.onset, self.apex, self.offset]),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> GroundTruth:
        """The ground truth whose `arrays` these are."""
        onset, apex, offset = (int(number) for number in arrays["key_frames"])
        return cls(
            action_units=tuple(str(name) for name in arrays["action_units"]),
            curves=arrays["curves"],
            displacement=arrays["displacement"],
            masks=arrays["masks"],
            onset=onset,
            apex=apex,
            offset=offset,
        )

    def save(self, path: Path) -> None:
        """Write an .npz that `load` reads; the file is whole or absent."""
        with atomic_path(path) as partial:
            np.savez_compressed(partial, allow_pickle=False, **self.arrays())

    @classmethod
    def load(cls, path: Path) -> GroundTruth:
        """Read what `save` wrote."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                values = {name: stored[name] for name in _FIELDS}
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as reason:
            raise FrameError(
                "is not a readable ground truth of a synthetic clip",
                where=path,
                remedy="write the synthetic data again",
            ) from reason
        return cls.of(values)


def region(displacement: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """(H, W) where a (H, W, 2) displacement reaches `REGION_SHARE` of its maximum."""
    size = np.linalg.norm(displacement, axis=-1)
    return (size >= REGION_SHARE * size.max()) & (size > 0)
