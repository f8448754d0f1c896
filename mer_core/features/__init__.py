"""What the layers of a network answer to an input."""

from mer_core.features.comparison import (
    MapDifference,
    comparable_models,
    difference,
    matched_layers,
)
from mer_core.features.field import Field, receptive_field
from mer_core.features.maps import RANKINGS, FeatureMaps, Ranking, feature_maps

__all__ = [
    "RANKINGS",
    "FeatureMaps",
    "Field",
    "MapDifference",
    "Ranking",
    "comparable_models",
    "difference",
    "feature_maps",
    "matched_layers",
    "receptive_field",
]
