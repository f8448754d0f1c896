"""LEARNet: four branches that keep small motions by alternating raw and accreted maps.

Verma, Vipparthi, Singh, Murala: "LEARNet: Dynamic Imaging Network for Micro Expression
Recognition", IEEE TIP 29, 2020; arXiv 1904.09410. Layers as in the authors' published Keras code,
in which every convolution has a bias, a ReLU, "same" padding and stride 2:

    112 x 112 x 3  stem: conv 3x3, 16                                        56 x 56 x 16
    level 1: conv 1x1, 16   branches 1 to 4 all read the stem                28 x 28 x 16
    level 2: conv 3x3, 32   1 and 3 read their own map, 2 and 4 the          14 x 14 x 32
    level 3: conv 5x5, 64   accreted map of their pair ("cross decoupled")     7 x 7 x 64
    concat of the four -> BN -> tail: conv 3x3, 256                           4 x 4 x 256
    flatten -> FC 256 -> ReLU -> dropout 0.5 -> FC classes

The pairs are (1, 2) and (3, 4); accretion is sum, then BN. The input is the dynamic image, whose
frame weights are those of the affective-motion image, the reading called "full".
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn

from mer_core.errors import ModelError
from mer_core.models.affectivenet import ConvReLU, Padding, tensorflow_padding
from mer_core.models.entry import ModelEntry, stage
from mer_core.models.layers import Add, Concat
from mer_core.records import InputKind, InputSpec, Layer

PAPER = (
    "Verma, Vipparthi, Singh, Murala. LEARNet: Dynamic Imaging Network for Micro Expression "
    "Recognition. IEEE Transactions on Image Processing 29, 2020; arXiv 1904.09410"
)

SIDE = 112
_STEM = 16
_LEVELS = ((1, 16), (3, 32), (5, 64))  # kernel and channels of levels 1 to 3
_TAIL = 256
_DENSE = 256
_BRANCHES = ("branch1", "branch2", "branch3", "branch4")


@dataclass(frozen=True, kw_only=True)
class LEARNetConfig:
    """Settings; the input side is not one, because a fully connected layer reads the last map."""

    classes: int = 4
    channels: int = 3
    dropout: float = 0.5


class Accretion(nn.Module):
    """The sum of two branches' maps, normalised: BN(first + second)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.add = Add()
        self.norm = _norm(channels)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        return self.norm(self.add(first, second))


class CrossDecoupled(nn.Module):
    """One level: branches 1 and 3 read raw maps, 2 and 4 what their pair has accreted."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, size: int) -> None:
        super().__init__()
        self.accrete12 = Accretion(inputs)
        self.accrete34 = Accretion(inputs)
        self.branches = _branches(inputs, outputs, kernel, size=size)

    def forward(self, one: Tensor, two: Tensor, three: Tensor, four: Tensor) -> list[Tensor]:
        read = (one, self.accrete12(one, two), three, self.accrete34(three, four))
        return [branch(maps) for branch, maps in zip(self.branches.values(), read, strict=True)]


class LEARNet(nn.Module):
    """B x 3 x 112 x 112 -> B x classes logits."""

    def __init__(self, config: LEARNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or LEARNetConfig()
        (kernel1, width1), (kernel2, width2), (kernel3, width3) = _LEVELS
        self.stem = _conv(config.channels, _STEM, 3, size=SIDE)
        self.level1 = _branches(_STEM, width1, kernel1, size=SIDE // 2)
        self.level2 = CrossDecoupled(width1, width2, kernel2, size=SIDE // 4)
        self.level3 = CrossDecoupled(width2, width3, kernel3, size=SIDE // 8)
        self.concat = Concat()
        self.norm = _norm(len(_BRANCHES) * width3)
        self.tail = _conv(len(_BRANCHES) * width3, _TAIL, 3, size=SIDE // 16)
        self.head = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                dense=nn.Linear(_TAIL * 4 * 4, _DENSE),
                relu=nn.ReLU(),
                dropout=nn.Dropout(config.dropout),
                classifier=nn.Linear(_DENSE, config.classes),
            )
        )
        self.apply(_initialise)

    def forward(self, image: Tensor) -> Tensor:
        expected = (self.config.channels, SIDE, SIDE)
        if image.shape[1:] != expected:
            raise ModelError(
                f"LEARNet takes images of {expected}, not {tuple(image.shape[1:])}",
                remedy="resize the dynamic image, or use a network with global pooling",
            )
        stem = self.stem(image)  # B x 16 x 56 x 56
        maps = [branch(stem) for branch in self.level1.values()]  # 4 of 16 x 28 x 28
        maps = self.level2(*maps)  # 4 of 32 x 14 x 14
        maps = self.level3(*maps)  # 4 of 64 x 7 x 7
        return self.head(self.tail(self.norm(self.concat(*maps))))  # 256 x 7 x 7 -> 256 x 4 x 4


def _branches(inputs: int, outputs: int, kernel: int, *, size: int) -> nn.ModuleDict:
    return nn.ModuleDict({name: _conv(inputs, outputs, kernel, size=size) for name in _BRANCHES})


def _conv(inputs: int, outputs: int, kernel: int, *, size: int) -> ConvReLU:
    # Keras pads as TensorFlow does, so weights trained there would sit on the same pixels here.
    return ConvReLU(inputs, outputs, kernel, stride=2, size=size, padding=Padding.TENSORFLOW)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)  # Keras's defaults


def _initialise(module: nn.Module) -> None:
    # Keras's defaults, which the published code leaves in place.
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def _layers() -> Iterator[Layer]:
    yield Layer(
        name="stem",
        module="stem",
        title="Stem, 3x3",
        stage=stage(2),
        channels=_STEM,
        stride=2,
        kernel=3,
        receptive_field=3,
        offset=_shift(3, 1),
    )
    stride, field, offset = 2, 3, _shift(3, 1)
    for level, (kernel, channels) in enumerate(_LEVELS, start=1):
        offset += _shift(kernel, stride)
        stride, field = 2 * stride, field + (kernel - 1) * stride
        for number, branch in enumerate(_BRANCHES, start=1):
            yield Layer(
                name=f"level{level}.branch{number}",
                module=f"level1.{branch}" if level == 1 else f"level{level}.branches.{branch}",
                title=f"Level {level}, {kernel}x{kernel}, branch {number}",
                stage=stage(stride),
                channels=channels,
                stride=stride,
                kernel=kernel,
                receptive_field=field,
                branch=str(number),
                offset=offset,
            )
    yield Layer(
        name="merge",
        module="norm",
        title="The four branches, normalised",
        stage=stage(stride),
        channels=_LEVELS[-1][1] * len(_BRANCHES),
        stride=stride,
        receptive_field=field,
        offset=offset,
    )
    yield Layer(
        name="tail",
        module="tail",
        title="Tail, 3x3",
        stage=stage(2 * stride),
        channels=_TAIL,
        stride=2 * stride,
        kernel=3,
        receptive_field=field + 2 * stride,
        offset=offset + _shift(3, stride),
    )


def _shift(kernel: int, stride: int) -> int:
    """Return how far padding at the end moves the cells of the next layer, in input pixels."""
    return (kernel // 2 - tensorflow_padding(SIDE // stride, kernel, 2)[0]) * stride


ENTRIES: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="learnet",
        title="LEARNet",
        paper=PAPER,
        input=InputSpec(kind=InputKind.DYNAMIC_IMAGE, size=(SIDE, SIDE), weighting="full"),
        build=lambda classes: LEARNet(LEARNetConfig(classes=classes)),
        layers=tuple(_layers()),
        map_layer="level1.branch4",
        notes=(
            "Layers, padding and initialisation of the authors' published code, which fixes the "
            "input at 112 x 112 x 3. Its training settings are not published."
        ),
    ),
)
