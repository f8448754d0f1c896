"""AffectiveNet, its six ablations and its open settings as named configs, layers as data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from torch import nn

from mer_core.models.affectivenet import (
    ENCAP,
    FIRST,
    FM2,
    FM3,
    MID,
    REFINED,
    AffectiveNet,
    AffectiveNetConfig,
    Head,
    Merge,
    Padding,
    Reduction,
)
from mer_core.models.entry import ModelEntry, stage
from mer_core.records import InputKind, InputSpec, Layer

PAPER = (
    "Verma, Vipparthi, Singh. AffectiveNet: Affective-Motion Feature Learning for Micro "
    "Expression Recognition. IEEE MultiMedia 28(1), 2021; arXiv 2104.07569"
)


def attributable_layers(config: AffectiveNetConfig) -> tuple[Layer, ...]:
    """The layers of the network that `config` describes, derived without building it."""
    return tuple(replace(layer, offset=_offset(config, layer.stride)) for layer in _layers(config))


def _offset(config: AffectiveNetConfig, stride: int) -> float:
    """TensorFlow's padding moves the cells of a convolution at stride 2 where sides are even.

    That holds for kernels of 3 and more.
    """
    if config.padding is Padding.SYMMETRIC:
        return 0.0
    jumps = (jump for jump in (1, 2, 4, 8, 16) if jump < stride)
    return float(sum(jump for jump in jumps if config.side(jump) % 2 == 0))


def _layers(config: AffectiveNetConfig) -> Iterator[Layer]:
    widest = 0
    for branch, kernel in zip(config.branch_names(), config.branches, strict=True):
        label = f"{kernel}x{kernel}" + branch.lstrip("k0123456789")
        f1, f2 = config.encap
        field = kernel + (max(f1, f2) - 1) + 2 * (config.refine - 1)
        widest = max(widest, field)
        for part, side, channels, stride, seen in (
            ("first", kernel, FIRST, 1, kernel),
            ("f1", f1, ENCAP, 2, kernel + f1 - 1),
            ("f2", f2, ENCAP, 2, kernel + f2 - 1),
            ("refine", config.refine, REFINED, 4, field),
        ):
            inside = part if part == "first" else f"encap.{part}"
            yield Layer(
                name=f"micro.{branch}.{part}",
                module=f"micro.branches.{branch}.{inside}",
                title=f"MICRoFeat {label}, {_PART_TITLES[part]} {side}x{side}",
                stage=stage(stride),
                channels=channels,
                stride=stride,
                kernel=side,
                receptive_field=seen,
                branch=label,
            )
    yield Layer(
        name="micro",
        module="micro",
        title="MICRoFeat, all branches",
        stage=stage(4),
        channels=REFINED * len(config.branches),
        stride=4,
        receptive_field=widest,
    )
    if config.head is Head.SHALLOW:
        return
    for name, title, channels, stride in (
        ("fm2", "MFL, Fm2", FM2, 8),
        ("mid", "MFL, between Fm2 and Fm3", MID, 16),
        ("fm3", "MFL, Fm3", FM3, 32),
    ):
        widest += stride  # two more cells of the map before, which is at half this stride
        yield Layer(
            name=f"mfl.{name}",
            module=name,
            title=title,
            stage=stage(stride),
            channels=channels,
            stride=stride,
            kernel=3,
            receptive_field=widest,
        )


_PART_TITLES = {
    "first": "first convolution",
    "f1": "EncapFeat f1",
    "f2": "EncapFeat f2",
    "refine": "EncapFeat refinement",
}

BASE = AffectiveNetConfig()

# name -> (title, config, what was read). Where the paper allows two readings the plain name is the
# one whose parameter count and memory fit its Table 3 better.
CONFIGS: dict[str, tuple[str, AffectiveNetConfig, str]] = {
    "affectivenet": ("AffectiveNet", BASE, "Eq. 6-16 with the plus of Eq. 9 as a sum."),
    "affectivenet-ks1": (
        "AffectiveNet KS-1",
        replace(BASE, encap=(5, 7)),
        "EncapFeat kernels 5 and 7.",
    ),
    "affectivenet-ks2": (
        "AffectiveNet KS-2",
        replace(BASE, encap=(7, 11)),
        "EncapFeat kernels 7 and 11.",
    ),
    "affectivenet-lfc": (
        "AffectiveNet LFC",
        replace(BASE, head=Head.CHAINED),
        "Two FC 32 layers in a row on Fm3.",
    ),
    "affectivenet-lfc-once": (
        "AffectiveNet LFC, one layer",
        replace(BASE, head=Head.CHAINED_ONCE),
        "One FC 32 layer on Fm3; the other reading of LFC.",
    ),
    "affectivenet-womfl": (
        "AffectiveNet WoMFL",
        replace(BASE, head=Head.DEEP),
        "Fm3 straight to the classes; fits the parameter column.",
    ),
    "affectivenet-womfl-shallow": (
        "AffectiveNet WoMFL, shallow",
        replace(BASE, head=Head.SHALLOW),
        "BN(MICRoFeat) straight to the classes; fits the memory column.",
    ),
    "affectivenet-3x3": (
        "AffectiveNet 3x3",
        replace(BASE, branches=(3, 3, 3, 3), encap=(3, 3)),
        "Every MICRoFeat filter 3x3; 2.23 million, where the paper prints 2.1.",
    ),
    "affectivenet-1x1": (
        "AffectiveNet 1x1",
        replace(BASE, branches=(1, 5, 7, 11), encap=(1, 5), refine=1),
        "The 3x3 filters of MICRoFeat become 1x1, as the text says.",
    ),
    "affectivenet-1x1-all": (
        "AffectiveNet 1x1, all",
        replace(BASE, branches=(1, 1, 1, 1), encap=(1, 1), refine=1),
        "Every MICRoFeat filter 1x1; fits the memory column if its last two cells are swapped.",
    ),
}

SETTINGS_CONFIGS: dict[str, tuple[str, AffectiveNetConfig, str]] = {
    "affectivenet-padding-tensorflow": (
        "AffectiveNet, TensorFlow padding",
        replace(BASE, padding=Padding.TENSORFLOW),
        "Odd pixels of padding at the bottom and right.",
    ),
    "affectivenet-merge-concat": (
        "AffectiveNet, concatenating EncapFeat",
        replace(BASE, merge=Merge.CONCAT),
        "The plus of Eq. 9 joins channels.",
    ),
    "affectivenet-reduction-average": (
        "AffectiveNet, averaged maps",
        replace(BASE, reduction=Reduction.AVERAGE),
        "Maps enter their fully connected layers as means over positions.",
    ),
    "affectivenet-dense-linear": (
        "AffectiveNet, linear FC 32",
        replace(BASE, dense_activation=False),
        "No ReLU after the FC 32 layers.",
    ),
    "affectivenet-dropout": (
        "AffectiveNet, dropout 0.5",
        replace(BASE, dropout=0.5),
        "Dropout of 0.5 after the FC 32 layers, as in the same authors' code for LEARNet.",
    ),
}
"""What the paper leaves open about one setting, read the other way. Studies, commands and
checkpoints know these networks by name; lists of networks leave them out."""


def _entry(
    name: str, title: str, config: AffectiveNetConfig, reading: str, *, listed: bool = True
) -> ModelEntry:
    def build(classes: int) -> nn.Module:
        return AffectiveNet(replace(config, classes=classes))

    return ModelEntry(
        name=name,
        title=title,
        paper=PAPER,
        # The paper does not say how pixels are scaled. Centring them is our choice: gradients of
        # the first convolutions then do not all share the sign of the input.
        input=InputSpec(
            kind=InputKind.AMI, size=(config.size, config.size), mean=(0.5,), std=(0.25,)
        ),
        build=build,
        layers=attributable_layers(config),
        notes=reading,
        # Of the whole network; what an ablation changes may move what its layers answer to.
        map_layer="micro.k11.refine" if config == AffectiveNetConfig() else "",
        listed=listed,
    )


ENTRIES: tuple[ModelEntry, ...] = (
    *(_entry(name, *found) for name, found in CONFIGS.items()),
    *(_entry(name, *found, listed=False) for name, found in SETTINGS_CONFIGS.items()),
)
