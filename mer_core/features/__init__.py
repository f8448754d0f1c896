"""What the layers of a network answer to an input."""

from mer_core.features.comparison import (
    MapDifference,
    comparable_models,
    difference,
    matched_layers,
)
from mer_core.features.maps import (
    RANKINGS,
    FeatureMaps,
    Field,
    Ranking,
    feature_maps,
    receptive_field,
)

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
