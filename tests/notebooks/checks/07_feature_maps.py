"""Figures show every convolution, of one person where two clips are compared."""

import pytest

PARAMETERS = {}


def check(results):
    assert results["trained"] == [True, False]
    assert len(results["layers"]) == 16
    assert set(results["layers"].values()) == {3}
    assert set(results["correlations"]) == {"3x3", "5x5", "7x7", "11x11"}
    # Two clips of one face: the first convolutions answer alike, and not the same.
    assert all(0 < value < 1 for value in results["correlations"].values())
    assert results["people_in_figure4"] == 1
    assert len(results["answers"]) == 3
    assert all(total == pytest.approx(1, abs=1e-5) for total in results["answers"])
