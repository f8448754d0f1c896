"""A network under attribution: which methods its parts rule out, and how it is run and left.

Captum is silent where the rules speak. Guided backpropagation knows no activation but ReLU and
returns the plain gradient elsewhere; DeepLift treats what it does not know as linear and misses
completeness by tens of percent. `tests` measure that the rules hold.

Captum puts hooks and attributes on modules and takes them off again, unless it fails; then the
next forward pass of anybody meets them. `as_found` leaves none.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from captum.attr._core.deep_lift import SUPPORTED_NON_LINEAR
from torch import nn

from mer_core.models.entry import ModelEntry
from mer_core.models.loaded import LoadedModel
from mer_core.records import InputKind

_ACTIVATIONS = tuple(
    kind
    for kind in vars(nn.modules.activation).values()
    if getattr(kind, "__module__", "") == nn.ReLU.__module__ and isinstance(kind, type)
)


def any_network(_model: LoadedModel) -> str | None:
    """Return None: the method applies to every network."""
    return None


def continuous_only(model: LoadedModel) -> str | None:
    """Return why a method that integrates or compares does not apply: answers must not jump."""
    if _chooses_frames(model.module):
        return (
            f"{model.entry.title} chooses frames, and its answer jumps where the choice changes, "
            "so the attributions do not add up to it"
        )
    return None


def relu_only(model: LoadedModel) -> str | None:
    """Return why guided backpropagation does not apply; gates such as Sigmoid are let through."""
    kinds = {type(part) for part in activations(model.module)} - {nn.Sigmoid, nn.Tanh}
    others = sorted(kind.__name__ for kind in kinds if not issubclass(kind, nn.ReLU))
    if others:
        return (
            f"only ReLU is guided; {model.entry.title} has {', '.join(others)}, for which it "
            "would be the plain gradient"
        )
    if not kinds:
        return f"{model.entry.title} has no ReLU to guide"
    return None


def deeplift_rules_only(model: LoadedModel) -> str | None:
    """Return why DeepLift does not apply."""
    unknown = sorted(
        {
            type(part).__name__
            for part in _leaves(model.module)
            if isinstance(part, (*_ACTIVATIONS, nn.RNNBase)) and type(part) not in _DEEPLIFT
        }
    )
    if unknown:
        return f"DeepLift has no rule for {', '.join(unknown)} and would not add up"
    return continuous_only(model)


_DEEPLIFT = frozenset(SUPPORTED_NON_LINEAR)


def activations(module: nn.Module) -> Iterator[nn.Module]:
    """The activation modules of a network."""
    return (part for part in module.modules() if isinstance(part, _ACTIVATIONS))


def _leaves(module: nn.Module) -> Iterator[nn.Module]:
    return (part for part in module.modules() if not any(part.children()))


def _chooses_frames(module: nn.Module) -> bool:
    return hasattr(module, "key_frames")


_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
# Which of the hooks above want keyword arguments, or are always called.
_HOOK_MARKS = (
    "_forward_hooks_with_kwargs",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks_always_called",
)

# What Captum warns of on every call is seen to below.
_EXPECTED_WARNINGS = (
    "Setting (forward, )?backward hooks",
    "Input Tensor .* did not already require gradients",
)


@contextmanager
def as_found(module: nn.Module) -> Iterator[None]:
    """Within the block `module` is in eval mode and its weights need no gradient.

    After it, modes, `requires_grad`, hooks and attributes are what they were before, also when
    the block has raised.
    """
    modes = [(part, part.training) for part in module.modules()]
    wanted = [(weight, weight.requires_grad) for weight in module.parameters()]
    attributes = [(part, set(part.__dict__)) for part in module.modules()]
    hooks = [(held, set(held)) for held in _hook_tables(module)]
    module.eval()
    for weight, _ in wanted:
        weight.requires_grad_(False)  # only inputs and maps are asked for gradients
    try:
        # Gradients are needed even where the caller has turned them off.
        with torch.inference_mode(False), torch.enable_grad():
            # From here on for the whole process: `catch_warnings` is not for threads, and pages
            # explain side by side. Python keeps one of equal filters.
            for message in _EXPECTED_WARNINGS:
                warnings.filterwarnings("ignore", message=message)
            yield
    finally:
        for held, before in hooks:
            for key in set(held) - before:
                del held[key]
        for part, before in attributes:
            for name in set(part.__dict__) - before:
                del part.__dict__[name]
        for weight, needed in wanted:
            weight.requires_grad_(needed)
        for part, training in modes:
            part.training = training


def hook_count(module: nn.Module) -> int:
    """How many hooks hang on `module` and its parts."""
    return sum(len(getattr(part, name)) for part in module.modules() for name in _HOOKS)


def _hook_tables(module: nn.Module) -> Iterator[dict[int, object]]:
    for part in module.modules():
        for name in (*_HOOKS, *_HOOK_MARKS):
            yield getattr(part, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """How many inputs a network takes best at once, measured on integrated gradients.

    Attributes:
        chunk: Inputs at once; more gain nothing, and take memory.
        share: Time of one input of a chunk as a multiple of AffectiveNet's, both in passes of a
            single input.
        short: Whether 32 steps of integrated gradients lose no more to bfloat16 than they leave
            out. On six held-out clips of a trained network their maps correlated with those of
            256 steps as 0.99 to 1.00, in bfloat16 as well as in float32; those of ResNet-50 as
            0.52 to 0.93, and in bfloat16 as 0.41 to 0.84.
    """

    chunk: int
    share: float
    short: bool = False


def batching(entry: ModelEntry) -> Batching:
    """What was measured for `entry` or for networks like it; for flow and clips, what fits."""
    kind = entry.input.kind
    if kind is InputKind.CLIP:
        return Batching(chunk=1, share=1.6)
    if kind is InputKind.FLOW:
        return Batching(chunk=32, share=1.0)
    # First maps at least four times as large as others': their batches leave the cache.
    if entry.name.partition("-")[0] == "affectivenet":
        return Batching(chunk=16, share=1.0, short=True)
    return Batching(chunk=16, share=0.6)
