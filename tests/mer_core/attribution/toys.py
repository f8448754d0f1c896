"""Small networks whose explanation is known, and explainers that are right, wrong or blind."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn

from mer_core.models.entry import ModelEntry
from mer_core.models.loaded import LoadedModel, WeightsState
from mer_core.records import InputKind, InputSpec
from mer_core.seeding import generator

SIDE = 24
CLASSES = ("left", "right", "below")
PLACES = {"left": (8, 3), "right": (8, 15), "below": (16, 9)}
BLOB = 5


class Template(nn.Module):
    """Logit of a class: the input under that class's own pattern, which is a noisy blob."""

    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 1, 1)
        self.norm = nn.BatchNorm2d(1)
        self.head = nn.Linear(SIDE * SIDE, classes)
        with torch.no_grad():
            self.stem.weight.fill_(1.0)
            self.stem.bias.zero_()
            pattern = generator(0, "toy").normal(0, 0.01, (classes, SIDE, SIDE))
            for plane, (row, column) in zip(pattern, PLACES.values(), strict=True):
                plane[row : row + BLOB, column : column + BLOB] += 0.4
            self.head.weight.copy_(torch.from_numpy(pattern).flatten(1).float())
            self.head.bias.zero_()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(self.stem(images)).flatten(1))


def toy_model() -> LoadedModel:
    spec = InputSpec(kind=InputKind.AMI, size=(SIDE, SIDE), channels=1)
    entry = ModelEntry(
        name="toy", title="Toy", paper="-", input=spec, build=Template, layers=(), trains=False
    )
    weights = WeightsState(kind="random", label="planted", digest="planted")
    return LoadedModel(entry=entry, module=Template().eval(), classes=CLASSES, weights=weights)


def toy_input(target: str) -> torch.Tensor:
    """A blob where the class is, on a background with edges that mean nothing."""
    image = generator(1, "toy", target).uniform(0.29, 0.31, (1, 1, SIDE, SIDE)).astype(np.float32)
    image[..., 2:5, 2:22] = 0.5
    row, column = PLACES[target]
    image[..., row : row + BLOB, column : column + BLOB] = 1.0
    return torch.from_numpy(image)


def input_x_gradient(model: LoadedModel, inputs: torch.Tensor, target: str) -> np.ndarray:
    """Exact for a linear network."""
    images = inputs.clone().requires_grad_()
    with model.lock:
        model.module(images)[0, model.classes.index(target)].backward()
    assert images.grad is not None
    return (images.grad * inputs)[0].sum(0).numpy()


def backwards(model: LoadedModel, inputs: torch.Tensor, target: str) -> np.ndarray:
    """Wrong on purpose: calls relevant what speaks least for the class."""
    return -input_x_gradient(model, inputs, target)


def edges(model: LoadedModel, inputs: torch.Tensor, target: str) -> np.ndarray:
    """Blind: an edge detector, which knows neither network nor class."""
    return np.abs(cv2.Laplacian(inputs[0, 0].numpy(), cv2.CV_32F))
