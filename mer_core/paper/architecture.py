"""What Eqs. 6 to 16 count to: parameters of AffectiveNet and its ablations, by arithmetic.

A convolution from a to b channels with a k x k kernel has k*k*a*b weights and b biases, batch
normalisation of c channels 2c, a fully connected layer from a to b numbers a*b + b. Padding is
"same", so a stride of 2 halves a side and rounds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Head = Literal["lateral", "chained", "last map", "MICRoFeat only"]
"""What follows the MICRoFeat block.

    lateral         FC32 on Fm2 and FC32 on Fm3, side by side (Eqs. 12 to 16)
    chained         Fm3 through FC32 and FC32 in turn (Af-Net-LFC)
    last map        Fm3 straight into the classifier (one reading of Af-Net-WoMFL)
    MICRoFeat only  the normalised block straight into the classifier (the other reading)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The sizes that tell AffectiveNet from its ablations.

    Attributes:
        first: Kernels of the four parallel convolutions, Eq. 7.
        encapsulation: Kernels of f1 and f2 in EncapFeat, Eq. 10.
        refinement: Kernel that refines f1 + f2, Eq. 9.
        head: What follows the MICRoFeat block.
    """

    first: tuple[int, int, int, int] = (3, 5, 7, 11)
    encapsulation: tuple[int, int] = (3, 5)
    refinement: int = 3
    head: Head = "lateral"


_FULL = Variant()

VARIANTS: Mapping[str, Mapping[str, Variant]] = {
    "AffectiveNet-1": {"Eqs. 6 to 16": _FULL},
    "Af-Net-KS-1": {"f1, f2 = 5, 7": replace(_FULL, encapsulation=(5, 7))},
    "Af-Net-KS-2": {"f1, f2 = 7, 11": replace(_FULL, encapsulation=(7, 11))},
    "Af-Net-LFC": {"FC32 after FC32 on Fm3": replace(_FULL, head="chained")},
    "Af-Net-WoMFL": {
        "Fm3 into the classifier": replace(_FULL, head="last map"),
        "MICRoFeat into the classifier": replace(_FULL, head="MICRoFeat only"),
    },
    "Af-Net-3x3": {"every filter 3x3": replace(_FULL, first=(3, 3, 3, 3), encapsulation=(3, 3))},
    "Af-Net-1x1": {
        "the 3x3 filters 1x1": replace(
            _FULL, first=(1, 5, 7, 11), encapsulation=(1, 5), refinement=1
        ),
        "every filter 1x1": replace(_FULL, first=(1, 1, 1, 1), encapsulation=(1, 1), refinement=1),
    },
}
"""Row of Table 3 -> reading of the ablation -> its sizes. The first reading is the one that counts:
the catalogue builds it under the row's name, and `data/readings/network.toml` says why."""

STANDARD_PARAMETERS: Mapping[str, Mapping[int, int]] = {
    "VGG-16": {1000: 138_357_544, 4: 134_276_932},
    "VGG-19": {1000: 143_667_240, 4: 139_586_628},
    "ResNet-50": {1000: 25_557_032, 4: 23_516_228},
    "ResNet-18": {1000: 11_689_512, 4: 11_178_564},
    "MobileNet": {1000: 4_231_976, 4: 3_211_076},
}
"""Network -> number of classes -> parameters, by the networks' own definitions."""


def count_parameters(
    variant: Variant = _FULL, *, side: int = 112, channels: int = 3, classes: int = 4
) -> int:
    """Trainable parameters of a variant.

    Args:
        variant: Which network.
        side: Height and width of the input image; the paper does not give it.
        channels: Colour channels of the input image.
        classes: Outputs of the classifier.
    """
    block = sum(_branch(variant, kernel, channels) for kernel in variant.first)
    block_side = _half(_half(side))
    return block + _head(variant.head, block_side, classes)


def _branch(variant: Variant, first: int, channels: int) -> int:
    encapsulation = sum(_conv(kernel, 16, 32) for kernel in variant.encapsulation)
    return _conv(first, channels, 16) + encapsulation + _conv(variant.refinement, 32, 64)


def _head(head: Head, side: int, classes: int) -> int:
    shallow, deep = _half(side), _half(_half(_half(side)))
    fm2 = _norm(256) + _conv(3, 256, 184)
    fm3 = fm2 + _conv(3, 184, 128) + _conv(3, 128, 196)
    flat2, flat3 = shallow * shallow * 184, deep * deep * 196
    match head:
        case "lateral":
            features = _dense(flat2, 32) + _dense(flat3, 32) + _norm(64)
            return fm3 + features + _dense(64, classes)
        case "chained":
            features = _dense(flat3, 32) + _dense(32, 32) + _norm(32)
            return fm3 + features + _dense(32, classes)
        case "last map":
            return fm3 + _dense(flat3, classes)
        case "MICRoFeat only":
            return _norm(256) + _dense(side * side * 256, classes)


def _conv(kernel: int, inputs: int, outputs: int) -> int:
    return kernel * kernel * inputs * outputs + outputs


def _dense(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


def _norm(channels: int) -> int:
    return 2 * channels


def _half(side: int) -> int:
    return -(-side // 2)
