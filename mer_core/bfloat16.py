"""Arithmetic in bfloat16: the same numbers on a processor that cannot multiply them.

Units for bfloat16 multiply operands with 8-bit mantissas and add the products in float32. A product
of two such operands is exact in float32, so float32 arithmetic on rounded operands gives the same
sums but for the order of addition, which differs between any two machines and which training
amplifies. It takes nearly the time of float32: 1.13, 1.06 and 1.07 times as long for a step of
ResNet-50, MobileNet and AffectiveNet (AMD EPYC, Zen 3). PyTorch's own kernels for processors
without the units take 14 times as long there for a 3 x 3 convolution and its gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from mer_core.provenance import processor


def has_bfloat16_units() -> bool:
    """Whether this processor multiplies bfloat16 in hardware (AVX-512 BF16 or AMX)."""
    return _has("avx512_bf16") or has_matrix_units()


def has_matrix_units() -> bool:
    """Whether this processor multiplies bfloat16 matrices in hardware (AMX)."""
    return _has("amx_bf16")


def _has(unit: str) -> bool:
    if processor().flags:
        return unit in processor().bfloat16_units
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # PyTorch before 2.10: unknown
    return bool(capabilities.get(unit))


@contextmanager
def bfloat16_arithmetic(device: str) -> Iterator[None]:
    """Run convolutions and matrix products in bfloat16 within the block.

    Args:
        device: Where the network is: "cpu", or a graphics card, which is left to PyTorch.
    """
    kind = device.split(":")[0]
    with torch.autocast(kind, dtype=torch.bfloat16):
        if kind != "cpu" or has_bfloat16_units():
            yield
        else:
            with _RoundedOperands():
                yield


class _RoundedOperands(TorchFunctionMode):
    """Do in float32 what autocast would do in bfloat16, for the products in `_PRODUCTS`."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        # A network may turn autocast off for a part of it.
        if func not in _PRODUCTS or not torch.is_autocast_enabled("cpu"):
            return func(*args, **kwargs)
        with torch.autocast("cpu", enabled=False):
            rounded = {name: _rounded(value) for name, value in kwargs.items()}
            answer = func(*map(_rounded, args), **rounded)
        return answer.bfloat16() if answer.dtype is torch.float32 else answer  # 64 bits stay


_PRODUCTS = frozenset({functional.conv2d, functional.linear})
"""All that networks here are made of; other products are left to PyTorch's own kernels.

Gradients pass through the same conversions, so they are rounded where the units round them.
"""


def _rounded(value: Any) -> Any:
    if isinstance(value, Tensor) and value.dtype in (torch.float32, torch.bfloat16):
        return value.bfloat16().float()
    return value
