"""STSTNet: three shallow streams over flow and strain, 1,683 parameters.

Liong, Gan, See, Khor, Huang: "Shallow Triple Stream Three-dimensional CNN (STSTNet) for
Micro-expression Recognition", FG 2019; arXiv 1902.03634. As in the authors' published code:

    28 x 28 x 3 (u, v, strain), read by each of three streams of 3, 5 and 8 kernels:
      conv 3x3, padding 2 -> ReLU -> BN -> max pool 3x3/3 -> dropout 0.5      10 x 10
    concat 16 -> average pool 2x2/2 -> flatten 400 -> FC classes

The paper prints 1,670 parameters; its layers without BN have 1,651, the code's with BN 1,683.
The authors trained with Adam at 5e-5, 256 clips to a step, 500 epochs in the paper and 800 in the
code, the last epoch kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from torch import Tensor, nn

from mer_core.errors import ModelError
from mer_core.models.entry import ModelEntry, stage
from mer_core.models.layers import Concat
from mer_core.records import InputKind, InputSpec, Layer

PAPER = (
    "Liong, Gan, See, Khor, Huang. Shallow Triple Stream Three-dimensional CNN (STSTNet) for "
    "Micro-expression Recognition. FG 2019; arXiv 1902.03634"
)

SIDE = 28
_CHANNELS = 3
_STREAMS = (3, 5, 8)
_WIDTH = sum(_STREAMS) * 5 * 5


@dataclass(frozen=True, kw_only=True)
class STSTNetConfig:
    """Settings; the input side is not one, because a fully connected layer reads the maps."""

    classes: int = 3
    dropout: float = 0.5


class STSTNet(nn.Module):
    """B x 3 x 28 x 28 -> B x classes logits."""

    def __init__(self, config: STSTNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or STSTNetConfig()
        self.streams = nn.ModuleDict(
            {f"stream{width}": _stream(width, config.dropout) for width in _STREAMS}
        )
        self.concat = Concat()
        self.pool = nn.AvgPool2d(2, 2)
        self.flatten = nn.Flatten()
        self.classifier = nn.Linear(_WIDTH, config.classes)

    def forward(self, flow: Tensor) -> Tensor:
        if flow.shape[1:] != (_CHANNELS, SIDE, SIDE):
            raise ModelError(
                f"STSTNet takes flow and strain of 3 x {SIDE} x {SIDE}, not {tuple(flow.shape[1:])}"
            )
        maps = self.concat(*(stream(flow) for stream in self.streams.values()))  # B x 16 x 10 x 10
        return self.classifier(self.flatten(self.pool(maps)))


def _stream(width: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(_CHANNELS, width, 3, padding=2),  # 30 x 30
            relu=nn.ReLU(),
            norm=nn.BatchNorm2d(width),
            pool=nn.MaxPool2d(3, 3, padding=1),  # 10 x 10
            dropout=nn.Dropout(dropout),
        )
    )


def _layers() -> tuple[Layer, ...]:
    streams = tuple(
        Layer(
            name=f"stream{width}",
            module=f"streams.stream{width}.norm",
            title=f"Stream of {width} kernels, 3x3",
            stage=stage(1),
            channels=width,
            stride=1,
            kernel=3,
            receptive_field=3,
            branch=str(width),
            offset=-1,  # padded by one more than "same"
        )
        for width in _STREAMS
    )
    merged = Layer(
        name="merge",
        module="concat",
        title="The three streams, pooled",
        stage=stage(3),
        channels=sum(_STREAMS),
        stride=3,
        receptive_field=5,
        offset=-1,
    )
    return (*streams, merged)


ENTRIES: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="ststnet",
        title="STSTNet",
        paper=PAPER,
        input=InputSpec(kind=InputKind.FLOW, size=(SIDE, SIDE)),
        build=lambda classes: STSTNet(STSTNetConfig(classes=classes)),
        layers=_layers(),
        notes=(
            "Layers of the authors' published code. The paper prints 1,670 parameters, which "
            "neither its layers (1,651 with three classes) nor the code's (1,683) have."
        ),
    ),
)
