"""Everything of the other dataset is tested, and two classes never occur in CAS(ME)^2."""

import pytest

PARAMETERS = {}


def check(results):
    # Every cross-dataset cell of the paper's own network lies below a constant answer.
    assert results["paper_below_majority"] == 9
    for row in results["rows"]:
        assert row["measure"] == "pooled"
        assert row["ours"] == row["accuracy_pooled"]
    panels = {p["setup"]: p for p in results["matrices"]}
    assert set(panels) == {"CII2CI", "CII2C2", "CII2S"}
    counts = panels["CII2C2"]["counts"]
    if counts is not None:
        true = dict(zip(panels["CII2C2"]["classes"], map(sum, counts), strict=True))
        assert true["Oth"] == true["Sur"] == 0
        assert true["Neg"] > 0 and true["Pos"] > 0
        assert sum(map(sum, panels["CII2C2"]["shares"])) == pytest.approx(1, abs=1e-5)
