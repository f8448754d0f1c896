"""Maps beside maps: class means, pairs, ablations, and networks at matched depth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor

from mer_core.errors import SettingsError
from mer_core.features.maps import FeatureMaps, Maps, feature_maps
from mer_core.models.catalog import list_models
from mer_core.models.entry import ModelEntry
from mer_core.models.loaded import LoadedModel
from mer_core.records import Layer


def mean_maps(
    model: LoadedModel, inputs: Iterable[Tensor], layers: Sequence[str] | None = None
) -> dict[str, FeatureMaps]:
    """The average maps of each layer over several inputs, one pass and one batch at a time.

    Args:
        model: Any network of the catalogue.
        inputs: Batches of one, for instance the images of one class.
        layers: Public layer names; all by default.
    """
    sums: dict[str, npt.NDArray[np.float64]] = {}
    kept: dict[str, Layer] = {}
    count = 0
    for one in inputs:
        for name, maps in feature_maps(model, one, layers).items():
            sums[name] = sums.get(name, 0) + maps.values.astype(np.float64)
            kept[name] = maps.layer
        count += 1
    if not count:
        raise SettingsError("a mean of maps needs at least one input")
    return {
        name: FeatureMaps(kept[name], (total / count).astype(np.float32))
        for name, total in sums.items()
    }


@dataclass(frozen=True, eq=False)
class MapDifference:
    """Two sets of maps of one shape and their signed difference, first less second.

    `order` ranks channels by how much they differ, `correlation` is the rank correlation of all
    values, which says whether the two layers answer alike whatever their gain.
    """

    first: FeatureMaps
    second: FeatureMaps
    values: Maps

    @property
    def order(self) -> list[int]:
        """Channels from the most to the least different."""
        return np.argsort(-np.abs(self.values).mean(axis=(1, 2)), kind="stable").tolist()

    @property
    def correlation(self) -> float:
        """Spearman's rank correlation; 1 where both are constant and equal, else 0 if undefined."""
        first, second = (_ranks(maps.values.ravel()) for maps in (self.first, self.second))
        spread = first.std() * second.std()
        if spread == 0:
            return float(np.array_equal(self.first.values, self.second.values))
        return float(((first - first.mean()) * (second - second.mean())).mean() / spread)


def difference(first: FeatureMaps, second: FeatureMaps) -> MapDifference:
    """Compares two emotions in one layer, or one layer in two ablations."""
    if first.values.shape != second.values.shape:
        raise SettingsError(
            f"maps of {first.layer.title} {first.values.shape} and {second.layer.title} "
            f"{second.values.shape} do not lie on each other",
            remedy="choose layers of equal size and number of channels",
        )
    return MapDifference(first, second, first.values - second.values)


def matched_layers(entries: Sequence[ModelEntry]) -> dict[str, dict[str, Layer]]:
    """Stage -> network -> its last layer there, for the stages that all networks have.

    Networks of different make meet where their maps have the same resolution relative to the
    input; of several layers there, the deepest has seen most.
    """
    last: list[Mapping[str, Layer]] = [
        {layer.stage: layer for layer in entry.layers if not layer.branch} for entry in entries
    ]
    joint = [stage for stage in last[0] if all(stage in other for other in last)] if last else []
    return {
        stage: {entry.name: stages[stage] for entry, stages in zip(entries, last, strict=True)}
        for stage in joint
    }


def comparable_models(layer: Layer, entry: ModelEntry) -> tuple[ModelEntry, ...]:
    """Other networks that have a layer of this name and size: the ablations of one network."""
    return tuple(
        other
        for other in list_models()
        if other.name != entry.name
        and other.input == entry.input
        and any(
            (twin.name, twin.channels, twin.stride) == (layer.name, layer.channels, layer.stride)
            for twin in other.layers
        )
    )


def _ranks(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Ranks from 0, equal values sharing their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + ends - 1) / 2)[inverse]
