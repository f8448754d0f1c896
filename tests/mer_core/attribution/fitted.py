"""Small networks that have learnt something, and a clip, for the tests of attribution.

A bright square decides the class, by its corner and its channel. On untrained networks the logits
of an input and of its baseline hardly differ, and nothing can be said of their difference.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from mer_core.models.affectivenet import AffectiveNet, AffectiveNetConfig
from mer_core.models.affectivenet_readings import attributable_layers
from mer_core.models.catalog import model_entry
from mer_core.models.entry import ModelEntry
from mer_core.models.loaded import LoadedModel, WeightsState, load_model
from mer_core.records import Clip, InputKind, InputSpec, Layer

CLASSES = ("negative", "positive", "surprise")
CORNERS = ((0.15, 0.15), (0.15, 0.6), (0.6, 0.4))
SIDE = 32


class Rectified(nn.Module):
    """Two convolutions and a classifier, with an activation of choice and biases if wanted."""

    def __init__(self, activation: type[nn.Module], *, bias: bool = True) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, stride=2, padding=1, bias=bias)
        self.act1 = activation()
        self.conv2 = nn.Conv2d(6, 8, 3, stride=2, padding=1, bias=bias)
        self.act2 = activation()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Conv2d(8, len(CLASSES), 1, bias=bias)

    def forward(self, image):
        maps = self.act2(self.conv2(self.act1(self.conv1(image))))
        return self.head(self.pool(maps)).flatten(1)


def _layer(name, module, channels, stride):
    return Layer(
        name=name, module=module, title=name, stage="", channels=channels, stride=stride, kernel=3
    )


RECTIFIED_LAYERS = (_layer("one", "act1", 6, 2), _layer("two", "act2", 8, 4))
TINY = AffectiveNetConfig(classes=3, size=SIDE, branches=(3, 5))


def scenes(count, shape, seed=0):
    """Noise with a bright square in the corner of the class, and the classes."""
    draw = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % len(CLASSES)
    images = 0.2 * torch.rand((count, *shape), generator=draw)
    height, width = shape[-2:]
    for image, label in zip(images, labels, strict=True):
        row, column = int(CORNERS[label][0] * height), int(CORNERS[label][1] * width)
        channel = int(label) % shape[-3]
        image[..., channel, row : row + height // 4, column : column + width // 4] += 0.7
    return images, labels


def _fit(module, shape, steps):
    images, labels = scenes(24, shape)
    optimiser = torch.optim.Adam(module.parameters(), lr=3e-3)
    for part in module.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            part.momentum = 0.5
    module.train()
    for _ in range(steps):
        optimiser.zero_grad()
        functional.cross_entropy(module(images), labels).backward()
        optimiser.step()
    module.zero_grad(set_to_none=True)
    return module.eval()


def loaded(name, title, module, spec, layers):
    entry = ModelEntry(
        name=name, title=title, paper="", input=spec, build=lambda classes: module, layers=layers
    )
    weights = WeightsState(kind="checkpoint", label="fitted", digest="0" * 64, synthetic=True)
    return LoadedModel(entry=entry, module=module, classes=CLASSES, weights=weights)


def image_spec(side=SIDE):
    return InputSpec(kind=InputKind.AMI, size=(side, side))


def build(name):
    """A new network of one of `NETWORKS`, the same weights every time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        match name:
            case "affective":
                module = _fit(AffectiveNet(TINY), (3, SIDE, SIDE), 25)
                layers = attributable_layers(TINY)[:-1]  # at 32 pixels Fm3 is a single cell
                return loaded(name, "Tiny AffectiveNet", module, image_spec(), layers)
            case "relu6":
                module = _fit(Rectified(nn.ReLU6), (3, SIDE, SIDE), 60)
                return loaded(name, "ReLU6 net", module, image_spec(), RECTIFIED_LAYERS)
            case "unbiased":
                module = _fit(Rectified(nn.ReLU, bias=False), (3, SIDE, SIDE), 60)
                return loaded(name, "Unbiased net", module, image_spec(), RECTIFIED_LAYERS)
            case "ststnet":
                entry = model_entry("ststnet")
                module = _fit(entry.build(3), (3, *entry.input.size), 60)
                return loaded(name, entry.title, module, entry.input, entry.layers)
            case _:
                return load_model(name, classes=CLASSES, seed=1)


shared = functools.cache(build)
"""The same network for all tests that leave it as they found it."""

NETWORKS = ("affective", "relu6", "unbiased", "ststnet", "akmnet")


def example(model, label=1):
    """An input of class `label` that the network was not fitted to."""
    spec = model.entry.input
    frames = (3,) if spec.kind is InputKind.CLIP else ()
    images, labels = scenes(3, (*frames, spec.channels, *spec.size), seed=9)
    return images[labels == label]


def quadrants(size):
    """Two masks that overlap."""
    height, width = size
    upper, left = np.zeros(size, bool), np.zeros(size, bool)
    upper[: height // 2, : width // 2] = True
    left[:, : width // 4] = True
    return {"upper": upper, "left": left}


def moving_clip(count=6, side=40):
    """A bright square moving over a textured still."""
    noise = np.random.default_rng(3)
    frames = np.repeat(noise.integers(60, 120, (1, side, side, 3)).astype(np.uint8), count, axis=0)
    for position, frame in enumerate(frames):
        frame[8:16, 4 + 3 * position : 12 + 3 * position] = (220, 180, 160)
    return Clip(name="moving", frames=frames, frame_numbers=tuple(range(10, 10 + count)))
