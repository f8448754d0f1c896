"""Additions and concatenations as modules, so that they can be hooked and named."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Add(nn.Module):
    """Elementwise sum of any number of tensors of one shape."""

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
