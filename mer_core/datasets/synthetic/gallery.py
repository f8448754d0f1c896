"""A sheet of subjects, to be looked at."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.clip import render_neutral
from mer_core.datasets.synthetic.identity import sample_identity


def gallery(
    seeds: Iterable[int], *, columns: int = 6, size: int = 160, framing: str = "crop"
) -> npt.NDArray[np.uint8]:
    """(rows * size, columns * size, 3) the neutral faces of the subjects of `seeds`.

    The last row is filled up with white.
    """
    faces = [render_neutral(sample_identity(s), size=size, framing=framing) for s in seeds]
    blank = np.full((size, size, 3), 255, np.uint8)
    faces += [blank] * (-len(faces) % columns)
    rows = [np.hstack(faces[at : at + columns]) for at in range(0, len(faces), columns)]
    return np.vstack(rows)
