"""What choosing the epoch on the test clips earns a network that knows nothing.

A network that guesses is right on each of n clips with probability 1/K, anew after every epoch.
Reporting the epoch with most right answers reports the maximum of E such draws, and the maximum
grows with E and with smaller test sets, which leave-one-subject-out has. No skill is involved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.seeding import generator


@dataclass(frozen=True, eq=False, kw_only=True)
class SelectionBias:
    """Guessing networks, one per held-out subject.

    Attributes:
        accuracies: S x E, accuracy of each subject's network after each epoch.
    """

    accuracies: npt.NDArray[np.float64]

    @property
    def honest(self) -> float:
        """Mean over subjects of the last epoch's accuracy."""
        return float(self.accuracies[:, -1].mean())

    @property
    def leaked(self) -> float:
        """Mean over subjects of the best epoch's accuracy."""
        return float(self.accuracies.max(axis=1).mean())

    @property
    def running(self) -> npt.NDArray[np.float64]:
        """(E,) what would be reported after each epoch by whoever keeps the best so far."""
        return np.maximum.accumulate(self.accuracies, axis=1).mean(axis=0)


def simulate_selection_bias(
    *, subjects: int, clips: int, classes: int, epochs: int, seed: int = 0
) -> SelectionBias:
    """Draw guessing networks.

    Args:
        subjects: Held out one at a time.
        clips: Number of clips of each subject.
        classes: Equally frequent.
        epochs: After each of which somebody looks at the test clips.
        seed: Seed of the guesses.
    """
    for name, value in (("subjects", subjects), ("clips", clips), ("epochs", epochs)):
        if value < 1:
            raise SettingsError(f"{value} is too few", where=name)
    if classes < 2:
        raise SettingsError("guessing needs at least two classes", where="classes")
    draw = generator(seed, "peeking")
    right = draw.binomial(clips, 1 / classes, size=(subjects, epochs))
    return SelectionBias(accuracies=right / clips)
