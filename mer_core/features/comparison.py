"""Maps beside maps: pairs, ablations, and networks at matched depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mer_core.errors import SettingsError
from mer_core.features.maps import FeatureMaps, Maps
from mer_core.map_similarity import rank_correlation
from mer_core.models.catalog import list_models
from mer_core.models.entry import ModelEntry
from mer_core.records import Layer


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
        first, second = self.first.values, self.second.values
        found = rank_correlation(first.reshape(len(first), -1), second.reshape(len(second), -1))
        return float(np.array_equal(first, second)) if np.isnan(found) else found


def difference(first: FeatureMaps, second: FeatureMaps) -> MapDifference:
    """Compare two emotions in one layer, or one layer in two ablations."""
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
