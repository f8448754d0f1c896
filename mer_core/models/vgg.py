"""VGG-16 and VGG-19, of which the paper lists the cost only.

Simonyan, Zisserman: "Very Deep Convolutional Networks for Large-Scale Image Recognition",
arXiv 1409.1556, configurations D and E.
"""

from __future__ import annotations

from collections import OrderedDict

from torch import Tensor, nn

from mer_core.errors import SettingsError
from mer_core.models.entry import ModelEntry, stage
from mer_core.records import InputKind, InputSpec, Layer

_WIDTHS = (64, 128, 256, 512, 512)
_CONVOLUTIONS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
_DENSE = 4096
_DROPOUT = 0.5


class VGG(nn.Module):
    """B x 3 x 224 x 224 -> B x classes: groups of 3x3 convolutions, each ended by a 2x2 pool."""

    def __init__(self, depth: int, classes: int) -> None:
        super().__init__()
        if depth not in _CONVOLUTIONS:
            raise SettingsError(f"there is no VGG of depth {depth}", remedy="choose 16 or 19")
        groups: OrderedDict[str, nn.Module] = OrderedDict()
        inputs = 3
        for number, (width, count) in enumerate(
            zip(_WIDTHS, _CONVOLUTIONS[depth], strict=True), start=1
        ):
            groups[f"group{number}"] = _group(inputs, width, count)
            inputs = width
        self.features = nn.Sequential(groups)
        self.classifier = nn.Sequential(
            nn.Flatten(),  # 512 x 7 x 7
            *(nn.Linear(512 * 7 * 7, _DENSE), nn.ReLU(), nn.Dropout(_DROPOUT)),
            *(nn.Linear(_DENSE, _DENSE), nn.ReLU(), nn.Dropout(_DROPOUT)),
            nn.Linear(_DENSE, classes),
        )

    def forward(self, image: Tensor) -> Tensor:
        return self.classifier(self.features(image))


def _group(inputs: int, width: int, count: int) -> nn.Sequential:
    parts: OrderedDict[str, nn.Module] = OrderedDict()
    for number in range(1, count + 1):
        parts[f"conv{number}"] = nn.Conv2d(inputs, width, 3, padding=1)
        parts[f"relu{number}"] = nn.ReLU()
        inputs = width
    parts["pool"] = nn.MaxPool2d(2)
    return nn.Sequential(parts)


def _layers(depth: int) -> tuple[Layer, ...]:
    layers, field, stride = [], 1, 1
    for group, (width, count) in enumerate(
        zip(_WIDTHS, _CONVOLUTIONS[depth], strict=True), start=1
    ):
        for number in range(1, count + 1):
            field += 2 * stride
            layers.append(
                Layer(
                    name=f"group{group}.conv{number}",
                    module=f"features.group{group}.relu{number}",
                    title=f"Group {group}, convolution {number}",
                    stage=stage(stride),
                    channels=width,
                    stride=stride,
                    kernel=3,
                    receptive_field=field,
                    offset=(stride - 1) / 2,  # the middle of 2x2 pools
                )
            )
        field += stride
        stride *= 2
    return tuple(layers)


def _entry(depth: int) -> ModelEntry:
    return ModelEntry(
        name=f"vgg{depth}",
        title=f"VGG-{depth}",
        paper="Simonyan, Zisserman. Very Deep Convolutional Networks. arXiv 1409.1556",
        input=InputSpec(kind=InputKind.AMI, size=(224, 224)),
        build=lambda classes: VGG(depth, classes),
        layers=_layers(depth),
        trains=False,
        notes="For the cost table; the paper gives it no accuracy.",
    )


ENTRIES: tuple[ModelEntry, ...] = (_entry(16), _entry(19))
