"""Baseline inputs: what an input is compared with.

An affective-motion image is `A = s * sum_t w_t f_t + c` with s and c constants of the clip. Where
nothing accumulates, the image has the grey level c, so the baseline is c everywhere. It
is mid-grey only if the scaling happens to be symmetric, and no constant shared by all clips.

    zero    an image: c everywhere; flow: no motion
    auto    zero where c is known, else grey
    black   every pixel 0
    grey    every pixel 127.5
    mean    each channel's own mean
    blur    the input itself, blurred by an eighth of its side
    still   a clip: its mean frame in place of each frame, so the same face without motion
    origin  zeros as the network sees them, the baseline of textbook input x gradient
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from mer_core.errors import SettingsError
from mer_core.records import InputKind, InputSpec


def baseline_name(name: str, spec: InputSpec, zero_level: float | None) -> str:
    """The baseline that `name` comes to, or `SettingsError` where it cannot be made."""
    if name == "auto":
        return "grey" if zero_level is None else "zero"
    if name == "zero" and zero_level is None and spec.kind is not InputKind.FLOW:
        raise SettingsError(
            "the grey level of zero accumulation is not known",
            remedy="give zero_level (AffectiveMotionImage.offset) or choose another baseline",
        )
    return name


def baseline_input(
    name: str, inputs: Tensor, spec: InputSpec, zero_level: float | None = None
) -> Tensor:
    """The baseline called `name` for `inputs`, in the network's own units and of their shape.

    Args:
        name: One of the names above, but not "auto".
        inputs: B x C x H x W, or B x T x C x H x W.
        spec: What the network takes in.
        zero_level: c, from 0 to 255.
    """
    match name:
        case "zero":
            level = 0.0 if spec.kind is InputKind.FLOW else (zero_level or 0.0) / 255
            return _constant(level, inputs, spec)
        case "black":
            return _constant(0.0, inputs, spec)
        case "grey":
            return _constant(0.5, inputs, spec)
        case "mean":
            return inputs.mean(dim=(-2, -1), keepdim=True).expand_as(inputs).contiguous()
        case "still":
            return inputs.mean(dim=1, keepdim=True).expand_as(inputs).contiguous()
        case "blur":
            return _blurred(inputs)
        case _:
            return torch.zeros_like(inputs)


def _constant(level: float, inputs: Tensor, spec: InputSpec) -> Tensor:
    """`level` everywhere, as standardised by the network's mean and deviation."""
    mean, std = (torch.tensor(part, dtype=inputs.dtype) for part in (spec.mean, spec.std))
    value = ((level - mean) / std).reshape(-1, 1, 1)
    return value.expand(spec.channels, 1, 1).expand_as(inputs).contiguous()


def _blurred(inputs: Tensor) -> Tensor:
    sigma = inputs.shape[-1] / 8
    radius = int(2 * sigma)
    offsets = torch.arange(-radius, radius + 1, dtype=inputs.dtype)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = kernel / kernel.sum()
    planes = inputs.reshape(-1, 1, *inputs.shape[-2:])
    padded = functional.pad(planes, (radius,) * 4, mode="replicate")
    across = functional.conv2d(padded, kernel.reshape(1, 1, 1, -1))
    return functional.conv2d(across, kernel.reshape(1, 1, -1, 1)).reshape(inputs.shape)


def probe_input(spec: InputSpec, *, frames: int = 4, seed: int = 0) -> Tensor:
    """A random input of a network, always the same, to measure properties of the network on."""
    generator = torch.Generator().manual_seed(seed)
    clip = spec.kind is InputKind.CLIP
    shape = (1, *((frames,) if clip else ()), spec.channels, *spec.size)
    pixels = torch.rand(shape, generator=generator)
    mean, std = (torch.tensor(part).reshape(-1, 1, 1) for part in (spec.mean, spec.std))
    return (pixels - mean) / std
