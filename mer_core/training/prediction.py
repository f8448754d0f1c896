"""What a trained network answers for images it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mer_core.bfloat16 import bfloat16_arithmetic
from mer_core.training.settings import Precision, TrainingSettings

BATCH = 64


def predict_probabilities(
    module: nn.Module, images: Tensor | Sequence[Tensor], settings: TrainingSettings
) -> npt.NDArray[np.float64]:
    """N x K softmax probabilities of a network in eval mode, unaugmented."""
    answers = [torch.softmax(logits, dim=1) for logits in _logits(module, images, settings)]
    return torch.cat(answers).double().cpu().numpy()


def predict_classes(
    module: nn.Module, images: Tensor | Sequence[Tensor], settings: TrainingSettings
) -> npt.NDArray[np.intp]:
    """N indices of the most probable class."""
    return predict_probabilities(module, images, settings).argmax(axis=1)


@torch.no_grad()
def _logits(
    module: nn.Module, images: Tensor | Sequence[Tensor], settings: TrainingSettings
) -> Iterator[Tensor]:
    for batch in _batches(images):
        with arithmetic(settings):  # not around the loop: a generator's context reaches its caller
            logits = module(batch.to(settings.device))
        yield logits.float()


def _batches(images: Tensor | Sequence[Tensor]) -> Iterator[Tensor]:
    if isinstance(images, Tensor):
        yield from images.split(BATCH)
    else:
        yield from (clip[None] for clip in images)


def arithmetic(settings: TrainingSettings) -> AbstractContextManager[None]:
    """The arithmetic that the settings ask for."""
    if settings.precision is Precision.BFLOAT16:
        return bfloat16_arithmetic(settings.device)
    return nullcontext()
