"""The named readings: distinct, and with layers derived rightly without building the network."""

import copy
from dataclasses import replace

import pytest
import torch

from mer_core.models.affectivenet import AffectiveNet, AffectiveNetConfig
from mer_core.models.affectivenet_readings import CONFIGS, ENTRIES, SETTINGS_CONFIGS
from mer_core.models.catalog import list_models, model_entry
from mer_core.records import InputKind
from tests.mer_core.models.probes import receptive_side

SIX_ABLATIONS = ("ks1", "ks2", "lfc", "womfl", "3x3", "1x1")


def test_the_six_ablations_are_configs_with_defaults_of_the_base():
    configs = [config for _, config, _ in CONFIGS.values()]
    assert configs[0] == AffectiveNetConfig()
    assert len(set(configs)) == len(configs)
    for name in SIX_ABLATIONS:
        assert f"affectivenet-{name}" in CONFIGS


def test_each_open_setting_is_a_network_that_a_study_can_name():
    assert len({config for _, config, _ in SETTINGS_CONFIGS.values()} - {AffectiveNetConfig()}) == 5
    counts = {}
    for name in SETTINGS_CONFIGS:
        entry = model_entry(name)
        assert entry not in list_models()
        with torch.device("meta"):
            counts[name] = sum(p.numel() for p in entry.build(4).parameters())
    assert counts["affectivenet-merge-concat"] == 2_345_024  # the docstrings' own figures
    assert counts["affectivenet-reduction-average"] == 1_029_056


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_entries_build_what_they_name(entry):
    with torch.device("meta"):
        network = entry.build(5)
    assert isinstance(network, AffectiveNet)
    assert network.config.classes == 5
    assert entry.input.kind is InputKind.AMI
    assert entry.input.size == (112, 112)


@pytest.mark.parametrize("name", ["affectivenet", "affectivenet-1x1", "affectivenet-3x3"])
def test_receptive_fields_by_gradient(name):
    entry = model_entry(name)
    torch.manual_seed(0)
    # At 160 pixels a side the central cell of the last map sees no border.
    network = AffectiveNet(replace(CONFIGS[name][1], size=160))
    image = torch.rand(1, 3, 160, 160)
    last_branch = len(network.config.branches) - 1
    chosen = entry.layers[4 * last_branch :]
    assert chosen[-1].name == "mfl.fm3"
    for layer in chosen:
        side = receptive_side(widest_first(network, layer), layer.module, image)
        assert side == layer.receptive_field, layer.name


def widest_first(network, layer):
    """The probe looks at channel 0; a joined map's widest view is in its last branch."""
    if layer.name != "micro":
        return network
    turned = copy.deepcopy(network)
    turned.micro.branches = torch.nn.ModuleDict(
        dict(reversed(list(network.micro.branches.items())))
    )
    return turned


def test_equal_kernels_get_letters():
    names = [layer.name for layer in model_entry("affectivenet-3x3").layers]
    assert [name for name in names if name.endswith(".first")] == [
        f"micro.k3{letter}.first" for letter in "abcd"
    ]
