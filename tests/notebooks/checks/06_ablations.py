"""Ablations are measured on the same clips, and cost what Table 3 says."""

PARAMETERS = {}


def check(results):
    for setup in {row["setup"] for row in results["rows"]}:
        assert len({row["n"] for row in results["rows"] if row["setup"] == setup}) == 1
    parameters = results["parameters"]
    assert len(parameters) == 7
    # Larger kernels cost more, and the MFL block is more than half of the network.
    assert parameters["Af-Net-KS-2"] > parameters["Af-Net-KS-1"] > parameters["AffectiveNet-1"]
    assert parameters["Af-Net-WoMFL"] < parameters["AffectiveNet-1"] / 2
    assert results["paper_ks2_beats_ks1"]
    assert len(results["networks"]) == 4
