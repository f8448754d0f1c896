"""AKMNet keeps the frames at or above the mean similarity."""

import statistics

import pytest

PARAMETERS = {}


def check(results):
    assert results["methods"] == ["AKMNet", "AffectiveNet-1", "LEARNet"]
    assert {"AffectiveNet-1", "LEARNet"} <= set(results["measured"]) <= set(results["methods"])
    # Neither relative is in the paper's tables.
    assert results["papers_figures"] == []
    assert results["parameters"]["AffectiveNet"] == 2_271_296
    frames, kept, margin = len(results["similarity"]), results["kept"], results["margin"]
    assert results["threshold"] == pytest.approx(statistics.mean(results["similarity"]), abs=1e-6)
    assert 0 < len(kept) <= frames
    left = [s for i, s in enumerate(results["similarity"]) if i not in kept]
    assert not left or max(left) <= min(results["similarity"][i] for i in kept)
    # The line of the chart is 0, and what reaches it is kept.
    assert {i for i, value in enumerate(margin) if value > 1e-9} <= set(kept)
    assert not {i for i, value in enumerate(margin) if value < -1e-9} & set(kept)
    assert [s - results["threshold"] for s in results["similarity"]] == pytest.approx(
        margin, abs=1e-8
    )
