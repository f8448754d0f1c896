"""Whether a map depends on what the network has learnt: cascading randomisation.

Adebayo et al., "Sanity Checks for Saliency Maps" (NeurIPS 2018). Layers lose their weights from
the logits down to the input, one group after the other, and the map is made anew each time. A map
that survives shows the input, not the network.

Weights are lost by permuting the entries of each tensor. Fresh initial weights would do the same to
what was learnt, but also change the scale of every layer: a network with batch normalisation can
then answer every image with the same 1e-28, and a map that vanishes for that reason has passed
nothing.

The given network is never touched: it is copied under its lock, and the copy is randomised.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mer_core.errors import SettingsError
from mer_core.map_similarity import rank_correlation, structural_similarity
from mer_core.models.loaded import LoadedModel
from mer_core.seeding import derive_seed

Map = npt.NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of the cascade.

    Attributes:
        lowest: Dotted path of the module nearest the input that is randomised.
        modules: How many modules are randomised by now.
        rank: Rank correlation with the map of the intact network, signs kept.
        rank_absolute: The same of absolute values.
        ssim: Structural similarity of the two.
    """

    lowest: str
    modules: int
    rank: float
    rank_absolute: float
    ssim: float


def randomisation(
    explain: Callable[[LoadedModel, Tensor], Map],
    model: LoadedModel,
    inputs: Tensor,
    *,
    original: Map | None = None,
    stages: int = 6,
    seed: int = 0,
) -> tuple[Stage, ...]:
    """How like the first map those of ever more randomised copies are.

    Correlations are NaN where a map is constant; see `rank_correlation`.

    Args:
        explain: Network and input -> H x W map, for one class.
        model: The network; it stays as it is.
        inputs: A batch of one.
        original: The map of the intact network, where the caller has it already.
        stages: Steps from the logits to the input.
        seed: Seed of the permutations.
    """
    original = explain(model, inputs) if original is None else original
    found: list[Stage] = []
    for lowest, modules, randomised in cascade(model, inputs, stages=stages, seed=seed):
        changed = explain(randomised, inputs)
        found.append(
            Stage(
                lowest=lowest,
                modules=modules,
                rank=rank_correlation(original, changed),
                rank_absolute=rank_correlation(np.abs(original), np.abs(changed)),
                ssim=structural_similarity(original, changed),
            )
        )
    return tuple(found)


def cascade(
    model: LoadedModel, inputs: Tensor, *, stages: int = 6, seed: int = 0
) -> Iterator[tuple[str, int, LoadedModel]]:
    """Copies of `model`, each randomised further down than the one before.

    The first has lost its logits alone, the last everything; those between share the modules
    evenly. Yields the lowest module's path, how many are randomised, and the network.
    """
    if stages < 1:
        raise SettingsError("a cascade has at least one stage", where="randomisation")
    with model.lock:
        module = copy.deepcopy(model.module).eval()
    order = execution_order(module, inputs)[::-1]
    cuts = np.linspace(1, len(order), min(stages, len(order))).round().astype(int)
    done = 0
    for cut in cuts:
        for path in order[done:cut]:
            _permute(module.get_submodule(path), path, seed)
        done = int(cut)
        label = f"randomised from the logits down to {order[done - 1]} (seed {seed})"
        weights = replace(
            model.weights,
            kind="random",
            label=label,
            digest=f"{model.weights.digest}/{done}/{seed}",
        )
        # A copy for each stage, so that a caller may keep them.
        yield (
            order[done - 1],
            done,
            replace(model, module=copy.deepcopy(module), weights=weights, lock=threading.RLock()),
        )


def execution_order(module: nn.Module, inputs: Tensor) -> list[str]:
    """Paths of the modules that hold weights of their own, in the order a pass reaches them."""
    order: list[str] = []

    def note(path: str, _module: nn.Module, _inputs: object) -> None:
        if path not in order:
            order.append(path)

    hooks = [
        part.register_forward_pre_hook(partial(note, path))
        for path, part in module.named_modules()
        if any(True for _ in part.parameters(recurse=False))
    ]
    try:
        with torch.no_grad():
            module(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    if not order:
        raise SettingsError("the network has no weights to randomise", where="randomisation")
    return order


@torch.no_grad()
def _permute(part: nn.Module, path: str, seed: int) -> None:
    """Permute the entries of each floating-point tensor that `part` itself holds."""
    tensors = [*part.named_parameters(recurse=False), *part.named_buffers(recurse=False)]
    for name, tensor in tensors:
        if not tensor.is_floating_point():
            continue
        lots = torch.Generator().manual_seed(derive_seed(seed, "randomise", path, name))
        places = torch.randperm(tensor.numel(), generator=lots)
        tensor.copy_(tensor.flatten()[places].view_as(tensor))
