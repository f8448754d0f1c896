"""Weights in fewer bytes, for the networks that ship with the package.

    8 bits per channel    q = round(w / s), s = max |w| / 127 over the channel's weights
    half precision        IEEE 754 binary16

Only tensors of two dimensions or more are compressed: biases and batch normalisation are small
and decide much. What is read back is 32-bit, so a network computes as any other does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import torch
from torch import Tensor

_SCALE = ".scale"


class Compression(StrEnum):
    """How weights are written."""

    NONE = "none"
    HALF = "half"
    INT8 = "int8"


def compress(state: Mapping[str, Tensor], compression: Compression) -> dict[str, Tensor]:
    """Return `state` as it is written; `expand` reads it."""
    written: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if compression is Compression.NONE or tensor.dim() < 2 or not tensor.is_floating_point():
            written[name] = tensor
        elif compression is Compression.HALF:
            written[name] = tensor.half()
        else:
            written[name], written[name + _SCALE] = _quantise(tensor)
    return written


def expand(written: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return 32-bit weights from what `compress` wrote."""
    state: dict[str, Tensor] = {}
    for name, tensor in written.items():
        if name.endswith(_SCALE) and name.removesuffix(_SCALE) in written:
            continue
        if tensor.dtype is torch.int8:
            scale = written[name + _SCALE]
            tensor = tensor.float() * scale.reshape(-1, *(1,) * (tensor.dim() - 1))
        state[name] = tensor.float() if tensor.is_floating_point() else tensor
    return state


def _quantise(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Levels from -127 to 127, and one scale for each output channel."""
    scale = weights.flatten(1).abs().amax(dim=1) / 127
    scale = torch.where(scale > 0, scale, torch.ones(()))
    levels = torch.round(weights / scale.reshape(-1, *(1,) * (weights.dim() - 1)))
    return levels.clamp(-127, 127).to(torch.int8), scale
