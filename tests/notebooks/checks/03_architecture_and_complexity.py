"""The traced network and the ledger count the same parameters."""

PARAMETERS = {}


def check(results):
    assert results["trained"]
    assert results["parameters"] == results["ledger"]["AffectiveNet-1"] == 2_271_296
    # 14 x 14 x 184 values flattened, to 32 units, and their biases.
    assert results["in_first_dense"] == 14 * 14 * 184 * 32 + 32
    assert results["disagree"] == ["Af-Net-3x3"]
    assert len(results["ledger"]) == 11
