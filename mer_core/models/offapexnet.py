"""OFF-ApexNet: one stream for horizontal flow, one for vertical, joined by two dense layers.

Gan, Liong, Yau, Huang, Tan: "OFF-ApexNet on Micro-expression Recognition System", Signal
Processing: Image Communication 74, 2019; arXiv 1805.08699. The authors' code is not public; the
layers are those of the port published with Off-TANet (PRICAI 2021), which has no activation after
the convolutions:

    28 x 28 x 1 each: conv 5x5, 6 -> max pool 2 -> conv 5x5, 16 -> max pool 2      7 x 7 x 16
    concat 1568 -> FC 1024 -> ReLU -> dropout 0.5, twice -> FC classes

That has 2,664,475 parameters with three classes; 2.77 million are quoted for the original.
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
    "Gan, Liong, Yau, Huang, Tan. OFF-ApexNet on Micro-expression Recognition System. Signal "
    "Processing: Image Communication 74, 2019; arXiv 1805.08699"
)

SIDE = 28
_STREAMS = ("u", "v")
_WIDTHS = (6, 16)
_DENSE = 1024


@dataclass(frozen=True, kw_only=True)
class OffApexNetConfig:
    """Settings; the input side is not one, because a fully connected layer reads the maps."""

    classes: int = 3
    dropout: float = 0.5


class OffApexNet(nn.Module):
    """B x 2 x 28 x 28, horizontal and vertical flow, -> B x classes logits."""

    def __init__(self, config: OffApexNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or OffApexNetConfig()
        self.streams = nn.ModuleDict({name: _stream() for name in _STREAMS})
        self.flatten = nn.Flatten()
        self.concat = Concat()
        self.head = nn.Sequential(
            OrderedDict(
                dense1=nn.Linear(len(_STREAMS) * _WIDTHS[1] * 7 * 7, _DENSE),
                relu1=nn.ReLU(),
                dropout1=nn.Dropout(config.dropout),
                dense2=nn.Linear(_DENSE, _DENSE),
                relu2=nn.ReLU(),
                dropout2=nn.Dropout(config.dropout),
                classifier=nn.Linear(_DENSE, config.classes),
            )
        )

    def forward(self, flow: Tensor) -> Tensor:
        if flow.shape[1:] != (len(_STREAMS), SIDE, SIDE):
            raise ModelError(
                f"OFF-ApexNet takes flow of 2 x {SIDE} x {SIDE}, not {tuple(flow.shape[1:])}"
            )
        parts = flow.split(1, dim=1)
        maps = [
            self.streams[name](part)  # B x 16 x 7 x 7
            for name, part in zip(_STREAMS, parts, strict=True)
        ]
        return self.head(self.flatten(self.concat(*maps)))


def _stream() -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, _WIDTHS[0], 5, padding=2),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(_WIDTHS[0], _WIDTHS[1], 5, padding=2),
            pool2=nn.MaxPool2d(2),
        )
    )


def _layers() -> tuple[Layer, ...]:
    return tuple(
        Layer(
            name=f"{stream}.conv{number}",
            module=f"streams.{stream}.conv{number}",
            title=f"{direction} flow, convolution {number}",
            stage=stage(stride),
            channels=_WIDTHS[number - 1],
            stride=stride,
            kernel=5,
            receptive_field=field,
            branch=stream,
            offset=(stride - 1) / 2,  # the middle of a 2x2 pool
        )
        for number, stride, field in ((1, 1, 5), (2, 2, 6 + 4 * 2))
        for stream, direction in zip(_STREAMS, ("Horizontal", "Vertical"), strict=True)
    )


ENTRIES: tuple[ModelEntry, ...] = (
    ModelEntry(
        name="offapexnet",
        title="OFF-ApexNet",
        paper=PAPER,
        input=InputSpec(kind=InputKind.FLOW, size=(SIDE, SIDE), channels=len(_STREAMS)),
        build=lambda classes: OffApexNet(OffApexNetConfig(classes=classes)),
        layers=_layers(),
        notes=(
            "Layers of a published port without activations after the convolutions; the original "
            "code is not public. Reads u and v, not strain."
        ),
    ),
)
