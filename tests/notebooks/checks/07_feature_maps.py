"""Figures show the network that held the person out, and every convolution of it."""

PARAMETERS = {"data": "{roots}", "changes": {"epochs": 1}}


def check(results):
    assert results["synthetic"]
    assert results["trained"]
    assert results["weights_as_in_figure"]
    assert len(results["layers"]) == 16
    assert set(results["layers"].values()) == {3}
    assert set(results["correlations"]) == {"3x3", "5x5", "7x7", "11x11"}
    # Two clips of one face: the first convolutions answer alike, and not the same.
    assert all(0 < value < 1 for value in results["correlations"].values())
    assert results["people_in_figure4"] == 1
    assert len(results["figure6"]) == 4 * 3
