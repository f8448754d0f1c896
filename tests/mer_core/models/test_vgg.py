import pytest
import torch

from mer_core.errors import SettingsError
from mer_core.models.catalog import model_entry
from mer_core.models.vgg import VGG


@pytest.mark.parametrize(
    ("depth", "thousand", "four"),
    [(16, 138_357_544, 134_276_932), (19, 143_667_240, 139_586_628)],
)
def test_totals(depth, thousand, four):
    for classes, expected in ((1000, thousand), (4, four)):
        with torch.device("meta"):
            network = VGG(depth, classes)
        assert sum(parameter.numel() for parameter in network.parameters()) == expected


def test_each_convolution_is_a_layer_and_the_network_is_listed_for_cost_only():
    for depth, convolutions in ((16, 13), (19, 16)):
        entry = model_entry(f"vgg{depth}")
        assert len(entry.layers) == convolutions
        assert not entry.trains
    assert model_entry("vgg16").layers[-1].receptive_field == 196


def test_other_depths_are_refused():
    with pytest.raises(SettingsError, match="16 or 19"):
        VGG(13, 4)
