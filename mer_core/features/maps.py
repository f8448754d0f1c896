"""Feature maps of a layer, their ranking, and the receptive fields of their units."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mer_core.errors import SettingsError
from mer_core.models.loaded import LoadedModel
from mer_core.records import Layer
from mer_core.registry import Registry

Maps = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """The maps of one layer for one input: channels x height x width."""

    layer: Layer
    values: Maps

    def top(
        self, count: int, ranking: Ranking, region: npt.NDArray[np.bool_] | None = None
    ) -> list[int]:
        """Channels in order of `ranking`, best first; ties go to the lower channel."""
        scores = ranking.score(self.values, region)
        return np.argsort(-scores, kind="stable")[:count].tolist()


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """A reason to look at one map before another."""

    name: str
    title: str
    needs_region: bool
    score: Callable[[Maps, npt.NDArray[np.bool_] | None], npt.NDArray[np.floating]]


RANKINGS: Registry[Ranking] = Registry("ranking")


def feature_maps(
    model: LoadedModel, inputs: Tensor, layers: Sequence[str] | None = None
) -> dict[str, FeatureMaps]:
    """Return the maps of the named layers (all of the catalogue's by default) for one input.

    Args:
        model: Any network of the catalogue.
        inputs: A batch of one.
        layers: Public layer names.

    Returns:
        Layer name -> its maps, channels x height x width.

    Raises:
        UnknownNameError: The network has no such layer.
        SettingsError: The batch is not of one.

    Example:
        >>> seen = torch.from_numpy(recording_input(clip, model.entry.input))[None]
        >>> len(feature_maps(model, seen)) == len(model.entry.layers)
        True
    """
    if inputs.shape[0] != 1:
        raise SettingsError(f"feature maps are for one input at a time, not {inputs.shape[0]}")
    chosen = [
        model.entry.layer(name) for name in layers or [layer.name for layer in model.entry.layers]
    ]
    captured: dict[str, Tensor] = {}
    with model.lock, _capturing(model.module, chosen, captured):
        model.logits(inputs)
    return {layer.name: FeatureMaps(layer, _planes(captured[layer.name])) for layer in chosen}


@contextmanager
def _capturing(
    module: nn.Module, layers: Sequence[Layer], captured: dict[str, Tensor]
) -> Iterator[None]:
    """Copy the outputs of `layers` during the block; the hooks are gone after it."""

    def keep(name: str, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        captured[name] = output.detach().clone()

    hooks = [
        module.get_submodule(layer.module).register_forward_hook(partial(keep, layer.name))
        for layer in layers
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _planes(output: Tensor) -> Maps:
    """C x H x W; a clip network answers per frame, and its frames are averaged."""
    if output.dim() != 4:
        raise SettingsError(f"a layer with an output of shape {tuple(output.shape)} has no maps")
    return output.mean(dim=0).to(torch.float32).numpy()


def _activation(maps: Maps, _region: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.floating]:
    return maps.mean(axis=(1, 2))


def _variance(maps: Maps, _region: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.floating]:
    return maps.var(axis=(1, 2))


def _inside(maps: Maps, region: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.floating]:
    """Mean inside the region less mean outside, in units of the map's own spread."""
    if region is None:
        raise SettingsError("ranking by region needs a region", remedy="choose a clip with a mask")
    weights = _coverage(region, (maps.shape[1], maps.shape[2]))
    inside = (maps * weights).sum(axis=(1, 2)) / max(weights.sum(), 1e-9)
    outside = (maps * (1 - weights)).sum(axis=(1, 2)) / max((1 - weights).sum(), 1e-9)
    return (inside - outside) / (maps.std(axis=(1, 2)) + 1e-9)


def _coverage(region: npt.NDArray[np.bool_], shape: tuple[int, int]) -> Maps:
    """Return the share of each cell of a map that the region covers."""
    tensor = torch.from_numpy(region.astype(np.float32))[None, None]
    return torch.nn.functional.adaptive_avg_pool2d(tensor, shape)[0, 0].numpy()


for _ranking in (
    Ranking(name="activation", title="Mean activation", needs_region=False, score=_activation),
    Ranking(name="variance", title="Variance", needs_region=False, score=_variance),
    Ranking(name="region", title="Response where it moves", needs_region=True, score=_inside),
):
    RANKINGS.register(_ranking.name, _ranking)


@dataclass(frozen=True, slots=True)
class Field:
    """A box in pixels of the input: rows top..bottom-1, columns left..right-1."""

    top: int
    left: int
    bottom: int
    right: int


def receptive_field(layer: Layer, row: int, column: int, *, size: tuple[int, int]) -> Field:
    """The part of the input that the unit at (row, column) of a map can see.

    Its sides are the layer's receptive field, centred on pixel `offset + cell * stride`, less what
    lies beyond the border of the input.

    Args:
        layer: A layer of the catalogue.
        row: Row of the unit, counted from 0.
        column: Column of the unit.
        size: Height and width of the input.
    """
    if layer.receptive_field is None:
        raise SettingsError(f"the receptive field of {layer.title} is not known")
    cells = [-(-side // layer.stride) for side in size]
    if not (0 <= row < cells[0] and 0 <= column < cells[1]):
        raise SettingsError(
            f"{layer.title} has {cells[0]} x {cells[1]} units, none at {row}, {column}"
        )
    top, bottom = _span(layer, layer.receptive_field, row, size[0])
    left, right = _span(layer, layer.receptive_field, column, size[1])
    return Field(top=top, left=left, bottom=bottom, right=right)


def _span(layer: Layer, side: int, cell: int, size: int) -> tuple[int, int]:
    middle, reach = layer.offset + cell * layer.stride, (side - 1) / 2
    return max(0, math.ceil(middle - reach)), min(size, math.floor(middle + reach) + 1)
