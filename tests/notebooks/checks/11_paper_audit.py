"""The audit finds what a reader with a pencil finds."""

PARAMETERS = {}


def check(results):
    assert results["parameters"] == 2_271_296
    # Sizes of test sets that the printed cross-dataset accuracies are fractions of.
    assert results["best_sizes"] == {"CASME-I": 185, "CASME-II": 253, "CASME^2": 344, "SAMM": 159}
    assert results["counts"] == results["claims"]
    # 26.00 - 14.05 is not 22.71, and 48.26 - 8.00 is not 40.25.
    wrong = " ".join(results["mismatches"])
    assert "s2ci" in wrong.lower()
    assert "s2c2" in wrong.lower()
    assert 0 < results["verdicts"] < results["claims"]
