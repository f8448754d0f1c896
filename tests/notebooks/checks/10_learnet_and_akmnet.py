"""AKMNet keeps the frames at or above the mean similarity, and both networks were run."""

import statistics

import pytest

PARAMETERS = {"data": "{roots}", "changes": {"epochs": 1}}


def check(results):
    assert [row["method"] for row in results["rows"]] == ["LEARNet", "AKMNet"]
    assert results["rows"][0]["n"] == results["rows"][1]["n"]
    # Neither is in the paper's tables.
    assert results["papers_figures"] == []
    assert results["parameters"]["AffectiveNet-1"] == 2_271_296
    assert len(results["similarity"]) == results["frames"]
    assert results["threshold"] == pytest.approx(statistics.mean(results["similarity"]), abs=1e-6)
    assert 0 < len(results["kept"]) <= results["frames"]
    left = [s for i, s in enumerate(results["similarity"]) if i not in results["kept"]]
    kept = [results["similarity"][i] for i in results["kept"]]
    assert not left or max(left) <= min(kept)
    # The line of the chart is 0, and what reaches it is kept.
    margin = results["margin"]
    above = {i for i, value in enumerate(margin) if value > 1e-9}
    below = {i for i, value in enumerate(margin) if value < -1e-9}
    assert above <= set(results["kept"])
    assert not below & set(results["kept"])
    assert [s - results["threshold"] for s in results["similarity"]] == pytest.approx(
        margin, abs=1e-8
    )
