"""Weights sum as their formulas say, and parts add up to the whole."""

import pytest

PARAMETERS = {}


def check(results):
    frames = results["frames"]
    assert results["sums"]["full"] == pytest.approx(frames)
    for zero in ("literal", "rank-pooling", "linear"):
        assert results["sums"][zero] == pytest.approx(0, abs=1e-9)
    assert results["halves_gap"] < 1e-3 * results["range"]
    assert results["motion_gap"] < 1e-3 * results["range"]
    assert results["synthetic"]
    assert results["figure"] == ["fig1_synthetic.png", "fig1_synthetic.svg"]
