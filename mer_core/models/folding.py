"""Batch normalisation folded into its neighbours: the same function in fewer steps."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from mer_core.models.affectivenet import AffectiveNet, ConvReLU, LateralHead


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
    # Children in this order are run in this order by every network here; the whoever folds
    # compares with the original, which would show one that is not.
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
    """Addition of a constant map: a shift that zero padding makes smaller at the border."""

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
