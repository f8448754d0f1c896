"""How long networks take, side by side. Times within a run compare; across runs they do not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from mer_core.models.entry import ModelEntry


def random_batch(entry: ModelEntry, batch: int) -> Tensor:
    """`batch` inputs of uniform noise; what an image shows does not change how long it takes."""
    shape = (batch, entry.input.channels, *entry.input.size)
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def forward_pass(network: nn.Module, inputs: Tensor) -> Callable[[], Tensor]:
    """One pass in eval mode without gradients, as a call without arguments."""
    network.eval()

    def run() -> Tensor:
        with torch.inference_mode():
            return network(inputs)

    return run


def side_by_side(
    runs: Mapping[str, Callable[[], object]], *, rounds: int, warm_up: int = 1
) -> dict[str, list[float]]:
    """Seconds of every round of each run, in turns, so that a busy machine slows all alike."""
    for run in runs.values():
        for _ in range(warm_up):
            run()
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return seconds
