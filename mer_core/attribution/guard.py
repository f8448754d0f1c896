"""Leaves a network as it was found, whatever happens to it in between.

Captum puts hooks and attributes on modules and takes them off again, unless it fails; then the
next forward pass of anybody meets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
# Which of the hooks above want keyword arguments, or are always called.
_HOOK_MARKS = (
    "_forward_hooks_with_kwargs",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks_always_called",
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
