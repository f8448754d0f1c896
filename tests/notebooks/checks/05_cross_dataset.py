"""Everything of the other dataset is tested, and two classes never occur in CAS(ME)^2."""

import pytest

PARAMETERS = {
    "data": "{roots}",
    "changes": {"epochs": 1},
    "methods": ["AffectiveNet-1"],
}


def check(results):
    assert len(results["rows"]) == 9
    for row in results["rows"]:
        assert row["measure"] == "pooled"
        assert row["ours"] == row["accuracy_pooled"]
        assert row["data"] == "synthetic"
        if row["setup"] == "CII2S":
            assert row["n"] == results["clips"]["CII2S"]
    # Every cross-dataset cell of the paper's own network lies below a constant answer.
    assert results["paper_below_majority"] == 9
    panel = next(p for p in results["matrices"] if p["setup"] == "CII2C2")
    true = dict(zip(panel["classes"], map(sum, panel["counts"]), strict=True))
    assert true["Oth"] == true["Sur"] == 0
    assert true["Neg"] + true["Pos"] == results["clips"]["CII2C2"]
    assert sum(map(sum, panel["shares"])) == pytest.approx(1, abs=1e-5)
