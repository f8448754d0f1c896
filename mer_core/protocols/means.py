"""How far a mean over clips could move with other subjects: percentile bootstrap over subjects.

As in `intervals.py`, persons are drawn and not clips. A draw's mean is that of all clips of the
persons drawn, so persons with more clips weigh more, in the draws as in the data.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.protocols.intervals import Interval
from mer_core.seeding import generator


def mean_interval(
    values: npt.NDArray[np.floating],
    subjects: Sequence[str],
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Interval | None:
    """The mean of one value per clip with its interval; None for fewer than two subjects.

    Differences of two maps of the same clips are compared by passing their differences.

    Args:
        values: One finite number per clip.
        subjects: Who is on each clip.
        level: Share of the draws inside the interval.
        draws: Number of draws.
        seed: Of the draws.
    """
    numbers = np.asarray(values, float)
    if len(numbers) != len(subjects) or not np.isfinite(numbers).all():
        raise SettingsError(
            f"{len(subjects)} subjects for {len(numbers)} values, which must be finite",
            where="intervals",
        )
    people, owner = np.unique(np.asarray(subjects, str), return_inverse=True)
    if len(people) < 2:
        return None
    sums = np.bincount(owner, numbers, len(people))
    sizes = np.bincount(owner, minlength=len(people)).astype(float)
    uniform = np.full(len(people), 1 / len(people))
    picks = generator(seed, "bootstrap").multinomial(len(people), uniform, size=draws)
    drawn = (picks @ sums) / (picks @ sizes)
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(float(numbers.mean()), float(low), float(high), level)
