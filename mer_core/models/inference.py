"""A trained network rewritten for speed: the same function, fewer and cheaper steps.

Batch normalisation is folded into its neighbours, maps are laid out channels last, arithmetic is
bfloat16 where the processor multiplies it in hardware, and PyTorch may compile the rest. The form
is compared with the network it came from before it is handed out, so it cannot silently differ.
It answers only: it has no gradients to attribute with.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from mer_core.errors import MissingToolError, ModelError
from mer_core.models.affectivenet import AffectiveNet, ConvReLU, LateralHead
from mer_core.models.loaded import LoadedModel, check_input
from mer_core.records import InputKind

log = logging.getLogger(__name__)

Precision = Literal["float32", "bfloat16"]

TOLERANCE: dict[Precision, float] = {"float32": 1e-4, "bfloat16": 0.05}
"""Largest logit difference from the network itself, as a share of its largest logit."""

_DTYPES: dict[Precision, torch.dtype] = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_PROBES = 4
_CLIP_FRAMES = 6


@dataclass(frozen=True, eq=False, kw_only=True)
class InferenceForm:
    """A network that only answers.

    Attributes:
        source: The network it was made from, unchanged.
        precision: Of the arithmetic; inputs and logits are float32 either way.
        compiled: Whether PyTorch compiled it for this machine.
        deviation: Measured difference from `source`, in the terms of `TOLERANCE`.
    """

    source: LoadedModel
    network: Callable[[Tensor], Tensor] = field(repr=False)
    precision: Precision
    compiled: bool
    deviation: float
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def logits(self, inputs: Tensor) -> Tensor:
        """B x classes in float32."""
        check_input(self.source.entry, inputs)
        with self._lock, torch.inference_mode():
            return self.network(inputs)

    @property
    def description(self) -> str:
        """What was done, in words."""
        compiled = ", compiled" if self.compiled else ""
        return f"BatchNorm folded, channels last, {self.precision}{compiled}"


def inference_form(
    model: LoadedModel, *, precision: Precision | None = None, compiled: bool = False
) -> InferenceForm:
    """Makes the fast form of `model`.

    Args:
        model: Stays as it is.
        precision: None takes bfloat16 where the processor has it and the result stays within
            `TOLERANCE`, else float32. An explicit precision that misses the tolerance is an error.
        compiled: Compiles for the shapes it meets, which takes tens of seconds once per shape and
            needs a C++ compiler at run time; `MissingToolError` where that fails.
    """
    if precision is not None:
        return _checked(model, precision, compiled)
    if has_fast_bfloat16():
        try:
            return _checked(model, "bfloat16", compiled)
        except ModelError as error:
            log.info("%s; using float32", error)
    return _checked(model, "float32", compiled)


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware (AVX-512 BF16 or AMX)."""
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # PyTorch before 2.10: unknown
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def _checked(model: LoadedModel, precision: Precision, compiled: bool) -> InferenceForm:
    probe = _probe(model)
    expected = model.logits(probe)
    network: Callable[[Tensor], Tensor] = _Cast(fold_batch_norm(model.module), _DTYPES[precision])
    if compiled:
        network = _compile(network, probe)
    form = InferenceForm(
        source=model,
        network=network,
        precision=precision,
        compiled=compiled,
        deviation=_deviation(network, probe, expected),
    )
    if not form.deviation <= TOLERANCE[precision]:  # NaN fails too
        raise ModelError(
            f"the {precision} inference form differs from the network by {form.deviation:.2g} "
            f"of its largest logit, more than {TOLERANCE[precision]:g}",
            where=model.entry.name,
        )
    return form


def _probe(model: LoadedModel) -> Tensor:
    spec = model.entry.input
    frames = (_CLIP_FRAMES,) if spec.kind is InputKind.CLIP else ()
    shape = (_PROBES, *frames, spec.channels, *spec.size)
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def _deviation(network: Callable[[Tensor], Tensor], probe: Tensor, expected: Tensor) -> float:
    with torch.inference_mode():
        difference = (network(probe) - expected).abs().max()
    return float(difference / expected.abs().max())


def _compile(network: Callable[[Tensor], Tensor], probe: Tensor) -> Callable[[Tensor], Tensor]:
    compiled = torch.compile(network, options={"freezing": True})
    try:
        with torch.inference_mode():
            compiled(probe)
    except Exception as error:  # PyTorch reports a missing compiler in many types
        raise MissingToolError(
            f"PyTorch cannot compile here ({type(error).__name__})",
            remedy="install a C++ compiler, or go without compiled=True",
        ) from error
    return compiled


class _Cast(nn.Module):
    """Takes and gives float32 whatever the network computes in, and lays maps out."""

    def __init__(self, network: nn.Module, dtype: torch.dtype) -> None:
        super().__init__()
        # The stubs of `to` do not know this form of it.
        self.network = network.to(dtype).to(memory_format=torch.channels_last)  # pyright: ignore
        self.dtype = dtype

    def forward(self, inputs: Tensor) -> Tensor:
        inputs = inputs.to(self.dtype)
        if inputs.dim() == 4:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        return self.network(inputs).float()


def fold_batch_norm(network: nn.Module) -> nn.Module:
    """An eval-mode copy of `network` with its batch normalisation folded where that is exact.

    A normalisation after a convolution scales that convolution's weights. AffectiveNet's two
    stand before a convolution and before a linear layer, and scale those.
    """
    folded = copy.deepcopy(network).eval().requires_grad_(False)
    for parent in list(folded.modules()):
        _fold_after_convolutions(parent)
    if isinstance(folded, AffectiveNet):
        _fold_affectivenet(folded)
    return folded


def _fold_after_convolutions(parent: nn.Module) -> None:
    # Children in this order are run in this order by every network here; the comparison with the
    # original in `_checked` would show one that is not.
    children = list(parent.named_children())
    for (name, conv), (norm_name, norm) in zip(children, children[1:], strict=False):
        if (
            isinstance(conv, nn.Conv2d)
            and isinstance(norm, nn.BatchNorm2d)
            and conv.out_channels == norm.num_features
        ):
            setattr(parent, name, fuse_conv_bn_eval(conv, norm))
            setattr(parent, norm_name, nn.Identity())


class _AddMap(nn.Module):
    """Adds a constant map: a shift that zero padding makes smaller at the border."""

    def __init__(self, constant: Tensor) -> None:
        super().__init__()
        self.register_buffer("constant", constant)

    def forward(self, maps: Tensor) -> Tensor:
        return maps + self.get_buffer("constant")


def _fold_affectivenet(network: AffectiveNet) -> None:
    fm2 = getattr(network, "fm2", None)
    if isinstance(fm2, ConvReLU):
        _fold_before_convolution(network, fm2)
    if isinstance(network.head, LateralHead):
        scale, shift = _affine(network.head.norm)
        classifier = network.head.classifier
        classifier.bias.add_(classifier.weight @ shift)
        classifier.weight.mul_(scale)
        network.head.register_module("norm", nn.Identity())


def _fold_before_convolution(network: AffectiveNet, block: ConvReLU) -> None:
    # conv(scale x + shift) = conv'(x) + conv(shift), with the scale in the weights of conv'. The
    # second term is a constant map, not a number: padding is zero after the shift, not before.
    scale, shift = _affine(network.norm)
    conv = block.get_submodule("conv")
    assert isinstance(conv, nn.Conv2d)
    side = network.config.side(4)
    flat = shift[None, :, None, None].expand(1, -1, side, side)
    before = nn.Sequential(*(part for part in block if not isinstance(part, nn.ReLU)))
    constant = before(flat)  # bias included
    conv.weight.mul_(scale[None, :, None, None])
    conv.bias = None
    block.register_module("conv", nn.Sequential(conv, _AddMap(constant)))
    network.register_module("norm", nn.Identity())


def _affine(norm: nn.BatchNorm1d | nn.BatchNorm2d | nn.Module) -> tuple[Tensor, Tensor]:
    assert isinstance(norm, (nn.BatchNorm1d, nn.BatchNorm2d))
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    return scale, norm.bias - norm.running_mean * scale
