"""The least time that a network's operations need on one core, each on its own.

An operation reads its tensors, writes its results and, if it is a product, multiplies. It takes at
least as long as the slower of the two: operations over the rate of a large matrix product, or
bytes over the rate of a copy. What PyTorch runs one after the other cannot take less than the sum;
less would need fewer operations, such as kernels that do several of them in one pass.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

_COPIED = 4 * 2**20
"""Numbers in the copy that measures bandwidth: 16 MiB, as much as AffectiveNet's largest maps."""


_OVERWRITES = ("copy_", "fill_", "zero_")
"""Operations that do not read what they write over."""


class Roofline(TorchDispatchMode):
    """Counter of the operations that run within its context.

    Args:
        peak: Floating-point operations a second.
        bandwidth: Bytes a second, read and written.

    Attributes:
        flops: Operations of convolutions and products.
        moved: Bytes read and written.
        seconds: Sum over all operations of the least time of each.
    """

    def __init__(self, *, peak: float, bandwidth: float) -> None:
        super().__init__()
        self.peak, self.bandwidth = peak, bandwidth
        self.flops = self.moved = self.seconds = 0.0

    @property
    def share(self) -> float:
        """The share of the peak that is reached if every operation takes its least time."""
        return self.flops / self.peak / self.seconds

    def __torch_dispatch__(
        self,
        func: Any,
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        results = func(*args, **kwargs)
        if _computes(func):
            overwritten = args[:1] if func.overloadpacket.__name__ in _OVERWRITES else ()
            moved = _bytes((args, kwargs)) - _bytes(overwritten) + _bytes(results)
            flops = _flops(func, args, kwargs, results)
            self.flops += flops
            self.moved += moved
            self.seconds += max(flops / self.peak, moved / self.bandwidth)
        return results


def _computes(func: Any) -> bool:
    """Whether an operation touches memory: views and fresh memory do not."""
    schema = func._schema
    view = any(one.alias_info and not one.alias_info.is_write for one in schema.returns)
    return not view and not any(word in schema.name for word in ("empty", "_unsafe_view"))


def _flops(func: Any, args: Any, kwargs: Mapping[str, Any], results: Any) -> float:
    # PyTorch's own count of a convolution's backward pass takes no notice of groups.
    if func is torch.ops.aten.convolution_backward.default:
        return 2 * args[2][0].numel() * args[0].numel() * sum(args[-1][:2])
    count = flop_registry.get(func.overloadpacket)
    return 0 if count is None else count(*args, **kwargs, out_val=results)


def _bytes(values: object) -> int:
    tensors = [one for one in tree_leaves(values) if isinstance(one, Tensor)]
    return sum(min(one.nbytes, one.untyped_storage().nbytes()) for one in tensors)


def copy_bandwidth(seconds: float = 0.5) -> float:
    """Return the bytes a second that a copy reads and writes."""
    source = torch.rand(_COPIED)
    target = torch.empty_like(source).copy_(source)
    count, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        target.copy_(source)
        count += 1
    return count * 2 * source.nbytes / (time.process_time() - began)
