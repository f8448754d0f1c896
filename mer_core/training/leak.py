"""The leak, done on purpose: the epoch that does best on the test subject answers for it.

Public code for this task does this (it keeps the checkpoint with the best test accuracy), and its
scores cannot be compared with honest ones. Training itself is the honest one, bit for bit; only
which epoch answers is chosen with the answers in hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from torch import nn

from mer_core.training.fold import train_fold
from mer_core.training.prediction import predict_probabilities
from mer_core.training.settings import Selection, TrainingSettings
from mer_core.training.training_data import EpochRecord, FittedNetwork, Images, TrainingData


def train_with_leak(
    data: TrainingData,
    build: Callable[[int], nn.Module],
    settings: TrainingSettings,
    held_out: Images,
    truth: npt.NDArray[np.integer],
    *,
    seed: int,
    report: Callable[[EpochRecord], None] | None = None,
) -> tuple[FittedNetwork, npt.NDArray[np.float64]]:
    """Train as `train_fold` does and score the held-out subject after every epoch.

    Returns:
        The network after its last epoch with `epoch` naming the one that was chosen, and the
        probabilities that epoch gave: the earliest among those with most right answers.
    """
    best_right, chosen = -1, 0
    best: npt.NDArray[np.float64] = np.empty(0)

    def observe(epoch: int, module: nn.Module) -> None:
        nonlocal best_right, chosen, best
        probabilities = predict_probabilities(module, held_out, settings)
        right = int((probabilities.argmax(axis=1) == truth).sum())
        if right > best_right:
            best_right, chosen, best = right, epoch, probabilities

    honest = replace(settings, selection=Selection.LAST)
    fitted = train_fold(data, build, honest, seed=seed, report=report, observe=observe)
    return replace(fitted, epoch=chosen), best
