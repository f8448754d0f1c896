"""What the layers of a network answer to an input."""

from mer_core.features.maps import RANKINGS, FeatureMaps, Ranking, feature_maps

__all__ = ["RANKINGS", "FeatureMaps", "Ranking", "feature_maps"]
