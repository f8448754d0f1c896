"""Trained here and now: figures are what their confusion matrices say, and only what was run."""

import pytest

# One row is enough to see that the switch trains.
METHODS = ["AffectiveNet-1"]
PARAMETERS = {
    "data": "{roots}",
    "train": True,
    "profile": "quick",
    "changes": {"epochs": 1},
    "methods": METHODS,
}


def check(results):
    assert {row["method"] for row in results["rows"]} == set(METHODS)
    assert {row["setup"] for row in results["rows"]} == {"CASME-I", "CASME-II", "CASME^2", "SAMM"}
    assert not results["quoted_with_ours"]
    matrices = {panel["setup"]: panel for panel in results["matrices"]}
    assert [panel["letter"] for panel in results["matrices"]] == ["a", "b", "c", "d"]
    for row in results["rows"]:
        assert row["data"] == "synthetic"
        assert row["difference"] == pytest.approx(row["ours"] - row["paper"], abs=0.006)
        assert row["low"] <= row["ours"] <= row["high"]
        counts = matrices[row["setup"]]["counts"]
        total = sum(map(sum, counts))
        right = sum(line[i] for i, line in enumerate(counts))
        assert total == row["n"]
        assert row["accuracy_pooled"] == pytest.approx(100 * right / total, abs=0.006)
    people = results["people"].values()
    clips = sum(one["clips"] for one in people)
    assert sum(one["right"] for one in people) / clips == pytest.approx(results["pooled"])
