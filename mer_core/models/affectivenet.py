"""AffectiveNet and its ablations.

Verma, Vipparthi, Singh: "AffectiveNet: Affective-Motion Feature Learning for Micro Expression
Recognition", arXiv 2104.07569.

    AMI -> MICRoFeat: four branches k = 3, 5, 7, 11, each
             conv k x k, 16                                  Eq. 6, 7
             EncapFeat: conv 3x3/2, 64 ( f1 + f2 )           Eq. 8, 9
               f1 = conv 3x3/2, 32   f2 = conv 5x5/2, 32     Eq. 10
           concatenated on channels                          Eq. 11
        -> BN -> Fm2 = conv 3x3/2, 184                       Eq. 15
              -> Fm3 = conv 3x3/2, 196 ( conv 3x3/2, 128 )   Eq. 16
        -> FC 32 of Fm2 and of Fm3, side by side             Eq. 13, 14
        -> concat -> BN -> FC classes                        Eq. 12

The paper leaves open what `AffectiveNetConfig` names. The defaults are the readings whose
parameter count fits the paper's: 2,271,296 with four classes.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from torch import Tensor, nn

from mer_core.errors import SettingsError
from mer_core.models.layers import Add, Concat

FIRST, ENCAP, REFINED = 16, 32, 64
FM2, MID, FM3 = 184, 128, 196
DENSE = 32


class Padding(StrEnum):
    """Ways to reach "same" size: ceil(n / stride) cells, whatever the kernel."""

    SYMMETRIC = "symmetric"
    """kernel // 2 on every side; a cell is centred on the pixel at cell * stride. The default:
    the convolution pads by itself, which is quicker."""

    TENSORFLOW = "tensorflow"
    """As little as needed, the odd pixel at the bottom and right. As the same authors' Keras code
    for LEARNet would do; on even sides it moves cells of stride 2 by one pixel."""


class Merge(StrEnum):
    """The plus sign of Eq. 9."""

    SUM = "sum"
    CONCAT = "concat"
    """2,345,024 parameters, where the paper prints 2.2 million."""


class Reduction(StrEnum):
    """Ways to turn a map into the vector a fully connected layer takes."""

    FLATTEN = "flatten"
    AVERAGE = "average"
    """1,029,056 parameters, where the paper prints 2.2 million."""


class Head(StrEnum):
    """Layers that follow MICRoFeat."""

    LATERAL = "lateral"
    """Eq. 12-16: FC 32 on Fm2 and on Fm3, side by side."""

    CHAINED = "chained"
    """LFC: Fm3 -> FC 32 -> FC 32, linear instead of lateral."""

    CHAINED_ONCE = "chained-once"
    """LFC, read as Fm3 -> one FC 32."""

    DEEP = "deep"
    """WoMFL, read as Fm3 -> FC classes: the convolutions stay, the lateral layers go."""

    SHALLOW = "shallow"
    """WoMFL, read as BN(MICRoFeat) -> FC classes: everything in Eq. 12-16 goes."""


@dataclass(frozen=True, kw_only=True)
class AffectiveNetConfig:
    """Every choice in AffectiveNet; an ablation is a config.

    Attributes:
        classes: Number of logits.
        size: Side of the square input. The paper gives none; 105 to 112 give the same count, and
            112 is what the same authors' LEARNet takes.
        channels: Input channels. The count does not decide between colour and grey.
        branches: Kernel sides of the parallel first convolutions.
        encap: Kernel sides of f1 and f2 inside EncapFeat.
        refine: Kernel side of EncapFeat's last convolution.
        merge: The plus sign of Eq. 9.
        head: Layers that follow MICRoFeat.
        reduction: Way in which maps become vectors.
        padding: Way to reach "same" size.
        dense_activation: ReLU after the FC 32 layers, as in LEARNet; the paper does not say.
        dropout: After the FC 32 layers; the paper names none.
    """

    classes: int = 4
    size: int = 112
    channels: int = 3
    branches: tuple[int, ...] = (3, 5, 7, 11)
    encap: tuple[int, int] = (3, 5)
    refine: int = 3
    merge: Merge = Merge.SUM
    head: Head = Head.LATERAL
    reduction: Reduction = Reduction.FLATTEN
    padding: Padding = Padding.SYMMETRIC
    dense_activation: bool = True
    dropout: float = 0.0

    def __post_init__(self) -> None:
        kernels = (*self.branches, *self.encap, self.refine)
        if not self.branches or any(kernel < 1 or kernel % 2 == 0 for kernel in kernels):
            raise SettingsError("kernel sides must be odd and positive", where=str(kernels))
        if min(self.classes, self.size, self.channels) < 1:
            raise SettingsError("classes, size and channels must be positive")
        if not 0 <= self.dropout < 1:
            raise SettingsError("dropout must be in [0, 1)", where=str(self.dropout))

    def branch_names(self) -> tuple[str, ...]:
        """Names by kernel, "k3", "k5", ...; equal kernels get letters, "k3a", "k3b", ..."""
        return tuple(
            f"k{kernel}" + ("" if self.branches.count(kernel) == 1 else "abcdefgh"[i])
            for i, kernel in enumerate(self.branches)
        )

    def side(self, stride: int) -> int:
        """Side of a map at `stride`: ceil(size / stride)."""
        return -(-self.size // stride)


class ConvReLU(nn.Sequential):
    """Convolution with bias and "same" padding, then ReLU: h x w -> ceil(h/s) x ceil(w/s)."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int, size: int, padding: Padding
    ) -> None:
        parts: OrderedDict[str, nn.Module] = OrderedDict()
        if padding is Padding.SYMMETRIC:
            parts["conv"] = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2)
        else:
            before, after = tensorflow_padding(size, kernel, stride)
            parts["pad"] = nn.ZeroPad2d((before, after, before, after))
            parts["conv"] = nn.Conv2d(inputs, outputs, kernel, stride)
        parts["relu"] = nn.ReLU()
        super().__init__(parts)


def tensorflow_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Cells added before and after a side of `size`, by TensorFlow's "same" rule."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class EncapFeat(nn.Module):
    """Eq. 8-10: two kernel sizes at half resolution, merged, refined at a quarter.

    112 x 112 x 16 -> 56 x 56 x 32 (twice) -> 28 x 28 x 64.
    """

    def __init__(self, config: AffectiveNetConfig) -> None:
        super().__init__()
        small, large = config.encap
        half, padding = config.side(2), config.padding
        self.f1 = ConvReLU(FIRST, ENCAP, small, stride=2, size=config.size, padding=padding)
        self.f2 = ConvReLU(FIRST, ENCAP, large, stride=2, size=config.size, padding=padding)
        self.merge = Add() if config.merge is Merge.SUM else Concat()
        merged = ENCAP if config.merge is Merge.SUM else 2 * ENCAP
        self.refine = ConvReLU(merged, REFINED, config.refine, stride=2, size=half, padding=padding)

    def forward(self, maps: Tensor) -> Tensor:
        return self.refine(self.merge(self.f1(maps), self.f2(maps)))


class MICRoFeat(nn.Module):
    """Eq. 6-11: one branch per kernel size, concatenated: 112 x 112 x 3 -> 28 x 28 x 256."""

    def __init__(self, config: AffectiveNetConfig) -> None:
        super().__init__()
        self.branches = nn.ModuleDict()
        for name, kernel in zip(config.branch_names(), config.branches, strict=True):
            first = ConvReLU(
                config.channels,
                FIRST,
                kernel,
                stride=1,
                size=config.size,
                padding=config.padding,
            )
            branch: OrderedDict[str, nn.Module] = OrderedDict(first=first, encap=EncapFeat(config))
            self.branches[name] = nn.Sequential(branch)
        self.concat = Concat()

    def forward(self, image: Tensor) -> Tensor:
        return self.concat(*(branch(image) for branch in self.branches.values()))


class LateralHead(nn.Module):
    """Eq. 12-14: FC 32 on the middle and on the last map, side by side."""

    def __init__(self, config: AffectiveNetConfig) -> None:
        super().__init__()
        self.fv1 = _dense(config, _width(config, FM2, 8))
        self.fv2 = _dense(config, _width(config, FM3, 32))
        self.concat = Concat()
        self.norm = nn.BatchNorm1d(2 * DENSE)
        self.classifier = nn.Linear(2 * DENSE, config.classes)

    def forward(self, fm2: Tensor, fm3: Tensor) -> Tensor:
        return self.classifier(self.norm(self.concat(self.fv1(fm2), self.fv2(fm3))))


class ChainedHead(nn.Module):
    """The LFC ablation: fully connected layers one after the other, on the last map only."""

    def __init__(self, config: AffectiveNetConfig) -> None:
        super().__init__()
        links = [_dense(config, _width(config, FM3, 32))]
        if config.head is Head.CHAINED:
            links.append(_dense(config, DENSE, reduce=False))
        self.chain = nn.Sequential(*links)
        self.norm = nn.BatchNorm1d(DENSE)
        self.classifier = nn.Linear(DENSE, config.classes)

    def forward(self, _fm2: Tensor, fm3: Tensor) -> Tensor:
        return self.classifier(self.norm(self.chain(fm3)))


class DeepHead(nn.Module):
    """The WoMFL ablation with Fm2 and Fm3 kept: the last map straight to the classes."""

    def __init__(self, config: AffectiveNetConfig) -> None:
        super().__init__()
        self.reduce = _reduction(config)
        self.classifier = nn.Linear(_width(config, FM3, 32), config.classes)

    def forward(self, _fm2: Tensor, fm3: Tensor) -> Tensor:
        return self.classifier(self.reduce(fm3))


class AffectiveNet(nn.Module):
    """B x 3 x 112 x 112 -> B x classes logits; see the module docstring for the equations."""

    def __init__(self, config: AffectiveNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or AffectiveNetConfig()
        width = REFINED * len(config.branches)
        self.micro = MICRoFeat(config)
        self.norm = nn.BatchNorm2d(width)
        if config.head is Head.SHALLOW:
            self.head: nn.Module = nn.Sequential(
                OrderedDict(
                    reduce=_reduction(config),
                    classifier=nn.Linear(_width(config, width, 4), config.classes),
                )
            )
        else:
            self.fm2 = _mfl_conv(config, width, FM2, 4)
            self.mid = _mfl_conv(config, FM2, MID, 8)
            self.fm3 = _mfl_conv(config, MID, FM3, 16)
            heads = {Head.LATERAL: LateralHead, Head.DEEP: DeepHead}
            self.head = heads.get(config.head, ChainedHead)(config)
        self.apply(_initialise)

    def forward(self, image: Tensor) -> Tensor:
        maps = self.norm(self.micro(image))  # B x 256 x 28 x 28
        if self.config.head is Head.SHALLOW:
            return self.head(maps)
        fm2 = self.fm2(maps)  # B x 184 x 14 x 14
        fm3 = self.fm3(self.mid(fm2))  # B x 196 x 4 x 4
        return self.head(fm2, fm3)


def _mfl_conv(config: AffectiveNetConfig, inputs: int, outputs: int, stride: int) -> ConvReLU:
    size = config.side(stride)
    return ConvReLU(inputs, outputs, 3, stride=2, size=size, padding=config.padding)


def _width(config: AffectiveNetConfig, channels: int, stride: int) -> int:
    if config.reduction is Reduction.AVERAGE:
        return channels
    return channels * config.side(stride) ** 2


def _reduction(config: AffectiveNetConfig) -> nn.Module:
    if config.reduction is Reduction.FLATTEN:
        return nn.Flatten()
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def _dense(config: AffectiveNetConfig, width: int, *, reduce: bool = True) -> nn.Sequential:
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    if reduce:
        parts["reduce"] = _reduction(config)
    parts["linear"] = nn.Linear(width, DENSE)
    if config.dense_activation:
        parts["relu"] = nn.ReLU()
    if config.dropout:
        parts["dropout"] = nn.Dropout(config.dropout)
    return nn.Sequential(parts)


def _initialise(module: nn.Module) -> None:
    # He et al. 2015, as suits ReLU; the paper does not say what it used.
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
