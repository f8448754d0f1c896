"""Every ablation asked for is measured on the same clips, and costs what Table 3 says."""

PARAMETERS = {
    "data": "{roots}",
    "changes": {"epochs": 1},
    "methods": ["Af-Net-KS-1", "Af-Net-WoMFL", "AffectiveNet-1"],
}


def check(results):
    assert [row["method"] for row in results["rows"]] == PARAMETERS["methods"]
    assert len({row["n"] for row in results["rows"]}) == 1
    parameters = results["parameters"]
    # Larger kernels cost more, and the MFL block is more than half of the network.
    assert parameters["Af-Net-KS-2"] > parameters["Af-Net-KS-1"] > parameters["AffectiveNet-1"]
    assert parameters["Af-Net-WoMFL"] < parameters["AffectiveNet-1"] / 2
    assert results["paper_ks2_beats_ks1"]
    trained = {line.split(":")[0]: "untrained" not in line for line in results["networks"]}
    assert trained["affectivenet-ks1"] and trained["affectivenet"]
    assert not trained["affectivenet-ks2"]
    assert len(results["maps"]) == 4 * 4
