"""The network as integrated gradients runs it: the same function, at a lower price per step.

The gradient is wanted at dozens of points between two inputs x' and x. Five things are then
worth their preparation, all exact but for rounding:

- Batch normalisation is folded into convolutions, and weights lie channels last.
- The first convolutions are affine: along x' + a (x - x') their maps are z' + a (z - z'). They
  run once for each end instead of at every step.
- Their gradient is linear: the mean slope of the input is that of the mean slope of their maps,
  and is taken once. To three channels it was half the time of AffectiveNet's step.
- Points are written into the same memory for every chunk of steps, and steps are weighted where
  they are one number each, at the logit. Captum weighs the gradients, here megabytes per step,
  and took as long for that as the network took in bfloat16.
- Activations behind a convolution write over what they read.

A sixth is not exact, and a choice: the steps in between may run in bfloat16, whose rounding
mostly averages out over them. The way between the first maps and the input stays in float32.

Whether a network is the same when folded, and whether all that it computes hangs on those first
maps, is tried out once.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from mer_core.models.folding import fold_batch_norm
from mer_core.models.layers import activations_in_place
from mer_core.models.loaded import LoadedModel


class PathNetwork:
    """Answers from the maps of its first convolutions, or from the input where that fails.

    Args:
        network: Eval mode; the caller's own copy, as it is taken apart.
        first: Names of the convolutions that read the input; none keeps the network whole.
        inputs: A batch of one, for its shape.
        dtype: Number format of the steps' arithmetic.
    """

    def __init__(
        self,
        network: nn.Module,
        first: Sequence[str],
        inputs: Tensor,
        *,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self._convolutions = [network.get_submodule(name) for name in first]
        self._held = [_Held() for _ in first]
        for name, held in zip(first, self._held, strict=True):
            network.set_submodule(name, held)
        self._network, self._dtype = network.to(dtype), dtype
        # Whatever else reads the input would show.
        self._blank = torch.full_like(inputs, torch.nan, dtype=dtype)

    def starts(self, inputs: Tensor) -> tuple[Tensor, ...]:
        """What the way leads between: the first maps of an input, or the input itself."""
        return tuple(maps.to(self._dtype) for maps in self._first(inputs))

    def logits(self, *starts: Tensor) -> Tensor:
        """B x classes, from points between two `starts`."""
        if not self._held:
            return self._network(*starts).float()
        for held, maps in zip(self._held, starts, strict=True):
            held.maps = maps
        blank = self._blank.expand(len(starts[0]), *self._blank.shape[1:])
        with activations_in_place(self._network):
            return self._network(blank).float()

    def mean_slope(
        self, inputs: Tensor, baseline: Tensor, *, target: int, steps: int, chunk: int
    ) -> Tensor:
        """The integral over a from 0 to 1 of dF/dx at x' + a (x - x'), by Gauss-Legendre.

        Args:
            inputs: x, a batch of one.
            baseline: x'.
            target: Index of the logit F.
            steps: Points on the way.
            chunk: Points that go through the network at once.
        """
        nodes, shares = np.polynomial.legendre.leggauss(steps)
        places, weights = (nodes + 1) / 2, torch.tensor(shares / 2, dtype=torch.float32)
        begins, ends = self.starts(baseline), self.starts(inputs)
        ways = [end - begin for begin, end in zip(begins, ends, strict=True)]
        rooms = [_room(begin, min(chunk, steps)) for begin in begins]
        totals = [torch.zeros_like(begin, dtype=torch.float32) for begin in begins]
        for first in range(0, steps, chunk):
            count = min(chunk, steps - first)
            for room, begin, way in zip(rooms, begins, ways, strict=True):
                for i in range(count):
                    torch.add(begin[0], way[0], alpha=float(places[first + i]), out=room[i])
            points = [room[:count].requires_grad_() for room in rooms]
            answers = self.logits(*points)[:, target]
            slopes = torch.autograd.grad(answers @ weights[first : first + count], points)
            for total, slope in zip(totals, slopes, strict=True):
                for part in slope:  # summed at once, all would be converted first
                    total += part
        return self.carried(totals, inputs)

    def carried(self, slopes: Sequence[Tensor], inputs: Tensor) -> Tensor:
        """A slope at `starts` as the slope at the input."""
        points = inputs.clone().requires_grad_()
        whole = [slope.float() for slope in slopes]
        return torch.autograd.grad(self._first(points), points, whole)[0]

    def _first(self, inputs: Tensor) -> tuple[Tensor, ...]:
        return tuple(layer(inputs) for layer in self._convolutions) or (inputs,)


def path_network(
    model: LoadedModel, inputs: Tensor, *, dtype: torch.dtype = torch.float32
) -> PathNetwork:
    """A copy of `model` for one call; the model's lock is held, and its weights need no gradient.

    How to take the network apart is found once for each model. Weights are copied every time, for
    they may change.
    """
    plan = _PLANS.get(model)
    if plan is None:
        with torch.no_grad():
            plan = _PLANS[model] = _plan(model, inputs)
    return PathNetwork(_own(model, folds=plan.folds), plan.first, inputs, dtype=dtype)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Whether folding leaves a network as it is, and the convolutions all else hangs on."""

    folds: bool
    first: tuple[str, ...]


_TOLERANCE = 1e-4
"""Largest difference of a logit, as a share of the largest, for two networks to be the same."""

_PLANS: WeakKeyDictionary[LoadedModel, _Plan] = WeakKeyDictionary()


def _plan(model: LoadedModel, inputs: Tensor) -> _Plan:
    expected = model.module(inputs)
    allowed = _TOLERANCE * float(expected.abs().max())

    def same(logits: Tensor) -> bool:
        return float((logits - expected).abs().max()) <= allowed  # NaN is not

    folds = same(_own(model, folds=True)(inputs))
    first = _readers(_own(model, folds=folds), inputs)
    apart = PathNetwork(_own(model, folds=folds), first, inputs)
    return _Plan(folds=folds, first=first if same(apart.logits(*apart.starts(inputs))) else ())


def _readers(network: nn.Module, inputs: Tensor) -> tuple[str, ...]:
    """The convolutions that are given the very input."""
    found: list[str] = []

    def reads(name: str, _part: nn.Module, given: tuple[Tensor, ...]) -> None:
        if given[0] is inputs:
            found.append(name)

    for name, part in network.named_modules():
        if isinstance(part, nn.Conv2d):
            part.register_forward_pre_hook(partial(reads, name))
    network(inputs)
    return tuple(dict.fromkeys(found))


def _own(model: LoadedModel, *, folds: bool) -> nn.Module:
    own = fold_batch_norm(model.module) if folds else copy.deepcopy(model.module)
    return own.to(memory_format=torch.channels_last)  # pyright: ignore  # unknown to its stubs


def _room(like: Tensor, count: int) -> Tensor:
    """Memory for `count` tensors such as the one in `like`, in its layout."""
    layout = torch.channels_last if like.dim() == 4 else torch.contiguous_format
    shape = (count, *like.shape[1:])
    return torch.empty(shape, dtype=like.dtype, memory_format=layout)


class _Held(nn.Module):
    """Stands where a convolution was, and answers with the maps it was given."""

    maps: Tensor

    def forward(self, _image: Tensor) -> Tensor:
        return self.maps
