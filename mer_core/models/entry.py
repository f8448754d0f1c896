"""What the catalogue knows of a network without building it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from torch import Tensor, nn

from mer_core.errors import UnknownNameError
from mer_core.records import InputSpec, Layer


@dataclass(frozen=True, kw_only=True)
class PublishedWeights:
    """Weights that others trained and published as safetensors.

    Attributes:
        hub_id: Repository on the Hugging Face hub.
        revision: Branch or pull request that holds the safetensors file.
        trained_on: Name of the training data, e.g. "ImageNet".
        restore: Copies all but the classifier from a safetensors file into a module.
    """

    hub_id: str
    revision: str = "main"
    trained_on: str
    restore: Callable[[nn.Module, Path], None]


@dataclass(frozen=True, kw_only=True)
class ModelEntry:
    """A network as data.

    Attributes:
        name: Stable lower-case name used by commands, pages and checkpoints.
        title: The name as papers print it.
        paper: Citation.
        input: Specification of this network's input tensor.
        build: Number of classes -> freshly initialised network.
        layers: Attributable layers, from the input to the output.
        trains: False for networks that are here only for their cost.
        notes: Readings and choices that are ours rather than the paper's.
        published: Weights others trained, where some exist.
        map_layer: Layer that class activation maps take where none is named: of those whose maps of
            the shipped network are constant on none of 64 clips of the cohort's inner people, the
            one that best finds what moves. On unseen people some are constant all the same
            (`mer reproduce map_layers` says how many). "" for the last.
        float32_only: Whether it computes in 32-bit floats whatever arithmetic is asked for.
        listed: Whether lists of networks show it; by its name it is found in any case.
    """

    name: str
    title: str
    paper: str
    input: InputSpec
    build: Callable[[int], nn.Module]
    layers: tuple[Layer, ...]
    trains: bool = True
    notes: str = ""
    published: PublishedWeights | None = None
    map_layer: str = ""
    float32_only: bool = False
    listed: bool = True

    @property
    def default_layer(self) -> Layer:
        """The layer that class activation maps take where none is named."""
        return self.layer(self.map_layer) if self.map_layer else self.layers[-1]

    def layer(self, name: str) -> Layer:
        """The attributable layer called `name`, or `UnknownNameError` listing what exists."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise UnknownNameError(
            f"{self.title} has no layer called {name!r}",
            remedy=f"choose one of: {', '.join(layer.name for layer in self.layers)}",
        )

    def branches(self) -> dict[str, tuple[Layer, ...]]:
        """The layers of each parallel branch, for networks that have several."""
        names = dict.fromkeys(layer.branch for layer in self.layers if layer.branch)
        return {
            name: tuple(layer for layer in self.layers if layer.branch == name) for name in names
        }


@runtime_checkable
class AuxiliaryLoss(Protocol):
    """A network whose training adds terms of its own to the cross-entropy.

    Whoever trains it takes both from one pass and minimises
    cross_entropy(logits, labels) + penalty.mean().
    """

    def logits_and_penalty(
        self, inputs: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Logits B x classes, and one penalty per item of the batch, B."""
        ...


def stage(stride: int) -> str:
    """The depth group of a layer, by its resolution relative to the input: "1/4" at stride 4.

    Networks of different make share these groups, so layers of equal resolution can be compared.
    """
    return f"1/{stride}"
