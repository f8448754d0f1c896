"""Figures are what their confusion matrices say, and only what was run has one."""

import pytest

PARAMETERS = {
    "data": "{roots}",
    "changes": {"epochs": 1},
    "methods": ["AffectiveNet-1"],
}


def check(results):
    assert {row["method"] for row in results["rows"]} == {"AffectiveNet-1"}
    assert {row["setup"] for row in results["rows"]} == {"CASME-I", "CASME-II", "CASME^2", "SAMM"}
    assert not results["quoted_with_ours"]
    assert {"ResNet-50", "MobileNet", "LEARNet"} <= set(results["not_run"])
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
        most = max(map(sum, counts))
        assert row["majority_rate"] == pytest.approx(100 * most / total, abs=0.006)
