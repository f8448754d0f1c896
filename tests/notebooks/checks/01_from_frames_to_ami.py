"""Weights sum as their formulas say, and a clip cut at its own ends is the clip."""

import pytest

PARAMETERS = {}


def check(results):
    assert results["synthetic"]
    sums = results["sums"]
    assert sums.pop("Full") == pytest.approx(results["frames"])
    assert set(sums) == {"Literal", "Rank pooling", "Linear"}
    assert all(value == pytest.approx(0, abs=1e-6) for value in sums.values())
    assert all(0 < share < 1 for share in results["motion"].values())
    # Weights that add up to zero leave hair and background out of the picture.
    assert results["motion"]["Rank pooling"] > results["motion"]["Full"]
    assert results["same"]
