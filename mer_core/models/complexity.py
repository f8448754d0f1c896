"""What a network costs: parameters, multiply-adds, memory. Measured on the network itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from mer_core.models.entry import ModelEntry
from mer_core.records import InputKind

# Frames in the clip on which a network of clips is measured; its cost grows with their number.
CLIP_FRAMES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCost:
    """One innermost module: what it is, what it gives out, what it holds and multiplies.

    `shape` is the output of one input's pass, batch dimension included.
    """

    module: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Complexity:
    """The cost of one input at batch 1, in float32.

    Attributes:
        parameters: Trainable values.
        buffers: Other stored values: running statistics and batch counters.
        multiply_adds: Those of convolutions and matrix products; everything else is left out, as is
            customary. FLOPs are twice this.
        weight_bytes: Parameters and buffers as stored.
        activation_bytes: Sum of what every innermost module gives out.
        layers: The same, module by module, in the order in which they run.
    """

    parameters: int
    buffers: int
    multiply_adds: int
    weight_bytes: int
    activation_bytes: int
    layers: tuple[LayerCost, ...]

    @property
    def flops(self) -> int:
        """A multiplication and an addition per multiply-add."""
        return 2 * self.multiply_adds


@cache
def measure(entry: ModelEntry, *, classes: int) -> Complexity:
    """Build a network and measure one pass.

    Nothing is allocated or computed: tensors are on PyTorch's meta device, shapes without values.
    Networks of clips choose frames by value, so they run for real, on `CLIP_FRAMES` random frames.

    Args:
        entry: Entry of the catalogue.
        classes: Number of classes.

    Returns:
        Parameters, multiply-adds and memory, in total and layer by layer.

    Example:
        >>> measure(model_entry("learnet"), classes=8).parameters
        1866824
    """
    shape = (1, entry.input.channels, *entry.input.size)
    if entry.input.kind is InputKind.CLIP:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            network = entry.build(classes).eval()
            clip = torch.rand(1, CLIP_FRAMES, *shape[1:])
        return measure_module(network, clip)
    with torch.device("meta"):
        network = entry.build(classes).eval()
        image = torch.empty(shape)
    return measure_module(network, image)


def measure_module(network: nn.Module, inputs: Tensor) -> Complexity:
    """Measure one pass of `inputs`, which should hold one sample, through `network`."""
    counter = FlopCounterMode(display=False)
    with _outputs(network) as outputs, torch.no_grad(), counter:
        network(inputs)
    counts = counter.get_flop_counts()
    root = type(network).__name__
    layers = tuple(
        LayerCost(
            module=name,
            kind=type(module).__name__,
            shape=tuple(output.shape),
            parameters=sum(value.numel() for value in module.parameters()),
            multiply_adds=sum(counts.get(f"{root}.{name}", {}).values()) // 2,
        )
        for name, module, output in outputs
    )
    weights = [*network.parameters(), *network.buffers()]
    return Complexity(
        parameters=sum(value.numel() for value in network.parameters() if value.requires_grad),
        buffers=sum(value.numel() for value in network.buffers()),
        multiply_adds=counter.get_total_flops() // 2,
        weight_bytes=sum(value.numel() * value.element_size() for value in weights),
        activation_bytes=sum(output.numel() * output.element_size() for _, _, output in outputs),
        layers=layers,
    )


@contextmanager
def _outputs(network: nn.Module) -> Iterator[list[tuple[str, nn.Module, Tensor]]]:
    """Collect what every innermost module gives out while the block runs."""
    seen: list[tuple[str, nn.Module, Tensor]] = []

    def hook(name: str) -> Any:
        def note(module: nn.Module, _inputs: object, output: Any) -> None:
            first = output[0] if isinstance(output, tuple) else output  # recurrent: also states
            seen.append((name, module, first))

        return note

    handles = [
        module.register_forward_hook(hook(name))
        for name, module in network.named_modules()
        if not any(module.children())
    ]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
