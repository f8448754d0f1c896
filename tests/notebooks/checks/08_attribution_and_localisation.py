"""Attributions add up to the answer, their frames to the attribution, and chance is chance."""

import pytest

PARAMETERS = {}


def check(results):
    assert results["trained"]
    assert results["probabilities_sum"] == pytest.approx(1, abs=1e-5)
    assert results["completeness"] < 0.05
    assert results["frames"] > 1
    assert results["frames_gap"] < 1e-3 * results["map_reach"]
    # Mass of a random map in any region, over the region's share of the image.
    assert results["mass"]["Random map"] == pytest.approx(1, abs=0.1)
    # Pixels that moved hold more than their share of the motion.
    assert results["mass"]["Motion energy"] > 1
    assert len(results["mass"]) == 3 + 3
