"""Layers that PyTorch has no module for, and how they compute while a network trains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import torch
from torch import Tensor, nn


class Add(nn.Module):
    """Elementwise sum of any number of tensors of one shape; a module can be hooked and named."""

    def forward(self, first: Tensor, *others: Tensor) -> Tensor:
        total = first
        for other in others:
            total = total + other
        return total


class Concat(nn.Module):
    """Concatenation along one dimension; by default the channels of B x C x H x W maps."""

    def __init__(self, dim: int = 1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, *parts: Tensor) -> Tensor:
        return torch.cat(parts, dim=self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


@contextmanager
def activations_in_place(network: nn.Module) -> Iterator[None]:
    """Let ReLUs right behind a convolution write over what they read, within this context.

    Where both stand in a row, nobody else reads the convolution's output. A new tensor for each
    was 6 % of a training step of AffectiveNet; behind batch normalisation, in ResNet-50 and
    MobileNet, nothing was gained. Outside of training they stay apart: attribution and feature
    maps read what lies before an activation.
    """
    parts = list(_behind_convolutions(network))
    before = [part.inplace for part in parts]
    try:
        for part in parts:
            part.inplace = True
        yield
    finally:
        for part, inplace in zip(parts, before, strict=True):
            part.inplace = inplace


def _behind_convolutions(network: nn.Module) -> Iterator[nn.ReLU]:
    for row in network.modules():
        if isinstance(row, nn.Sequential):
            for part, following in pairwise(row):
                if isinstance(part, nn.Conv2d) and isinstance(following, nn.ReLU):
                    yield following
