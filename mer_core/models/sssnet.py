"""SSSNet: two convolutions and two dense layers over flow and strain.

Varanka, Peng, Zhao: "Micro-expression recognition with noisy labels", 2021. Layers as in the
authors' published code:

    64 x 64 x 3: conv 5x5, 32 -> ReLU -> max pool 3 -> BN -> dropout 0.5      20 x 20
                 conv 3x3, 64 -> ReLU -> max pool 2 -> BN -> dropout 0.5        9 x 9
    flatten 5184 -> FC 256 -> ReLU -> dropout 0.5 -> FC classes

The convolutions are not padded, and their dropout takes out whole maps.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from torch import Tensor, nn

from mer_core.errors import ModelError
from mer_core.models.entry import ModelEntry, stage
from mer_core.records import InputKind, InputSpec, Layer

PAPER = "Varanka, Peng, Zhao. Micro-expression recognition with noisy labels. 2021"

SIDE = 64
_CHANNELS = 3
_WIDTHS = (32, 64)
_DENSE = 256


@dataclass(frozen=True, kw_only=True)
class SSSNetConfig:
    """Settings; the input side is not one, because a fully connected layer reads the maps."""

    classes: int = 3
    dropout: float = 0.5


class SSSNet(nn.Module):
    """B x 3 x 64 x 64 -> B x classes logits."""

    def __init__(self, config: SSSNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or SSSNetConfig()
        self.block1 = _block(_CHANNELS, _WIDTHS[0], kernel=5, pool=3, dropout=config.dropout)
        self.block2 = _block(_WIDTHS[0], _WIDTHS[1], kernel=3, pool=2, dropout=config.dropout)
        self.head = nn.Sequential(
            OrderedDict(
                flatten=nn.Flatten(),
                dense=nn.Linear(_WIDTHS[1] * 9 * 9, _DENSE),
                relu=nn.ReLU(),
                dropout=nn.Dropout(config.dropout),
                classifier=nn.Linear(_DENSE, config.classes),
            )
        )

    def forward(self, flow: Tensor) -> Tensor:
        if flow.shape[1:] != (_CHANNELS, SIDE, SIDE):
            raise ModelError(
                f"SSSNet takes flow and strain of 3 x {SIDE} x {SIDE}, not {tuple(flow.shape[1:])}"
            )
        return self.head(self.block2(self.block1(flow)))


def _block(inputs: int, outputs: int, *, kernel: int, pool: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(inputs, outputs, kernel),
            relu=nn.ReLU(),
            pool=nn.MaxPool2d(pool),
            norm=nn.BatchNorm2d(outputs),
            dropout=nn.Dropout2d(dropout),
        )
    )


def _layers() -> tuple[Layer, ...]:
    return tuple(
        Layer(
            name=f"conv{number}",
            module=f"block{number}.relu",
            title=f"Convolution {number}, {kernel}x{kernel}",
            stage=stage(stride),
            channels=_WIDTHS[number - 1],
            stride=stride,
            kernel=kernel,
            receptive_field=field,
            offset=field // 2,  # nothing is padded
        )
        for number, kernel, stride, field in ((1, 5, 1, 5), (2, 3, 3, 7 + 2 * 3))
    )


ENTRIES: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="sssnet",
        title="SSSNet",
        paper=PAPER,
        input=InputSpec(kind=InputKind.FLOW, size=(SIDE, SIDE)),
        build=lambda classes: SSSNet(SSSNetConfig(classes=classes)),
        layers=_layers(),
        notes="Layers of the authors' published code, which takes 64 pixels a side.",
    ),
)
