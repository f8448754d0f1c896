"""Attributions add up to the answer, their frames to the attribution, and chance is chance."""

import pytest

PARAMETERS = {
    "data": "{roots}",
    "changes": {"epochs": 1},
    "methods": ["saliency", "integrated-gradients", "grad-cam"],
}


def check(results):
    assert results["trained"]
    assert results["probabilities_sum"] == pytest.approx(1, abs=1e-5)
    assert results["completeness"] < 0.05
    assert results["frames"] > 1
    assert results["frames_gap"] < 1e-3 * results["map_reach"]
    assert 0 < results["region_share"] < 1
    # Mass of a random map in any region, over the region's share of the image.
    assert results["random_mass"] == pytest.approx(1, abs=0.1)
    # Pixels that moved rank above pixels that did not, though edges of a swaying head move, too.
    assert results["energy_auc"] > 1
    assert results["finite"]
    assert results["methods"] == PARAMETERS["methods"]
