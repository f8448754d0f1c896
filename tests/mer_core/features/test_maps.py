"""Feature maps: what the layer computed, and nothing left behind."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mer_core.errors import SettingsError, UnknownNameError
from mer_core.features import RANKINGS, FeatureMaps, feature_maps
from mer_core.models.loaded import load_model


@pytest.fixture(scope="module")
def model():
    return load_model("affectivenet", classes=("a", "b", "c"), seed=3)


@pytest.fixture
def inputs():
    return torch.rand(1, 3, 112, 112, generator=torch.Generator().manual_seed(0))


def test_maps_are_what_the_layer_computes_by_hand(model, inputs):
    found = feature_maps(model, inputs, ["micro.k5.first"])["micro.k5.first"]
    conv = model.module.micro.branches["k5"].first.conv
    by_hand = torch.relu(torch.nn.functional.conv2d(inputs, conv.weight, conv.bias, padding=2))
    np.testing.assert_allclose(found.values, by_hand[0].detach().numpy(), atol=1e-5)


def test_every_layer_has_the_channels_and_stride_its_catalogue_declares(model, inputs):
    for maps in feature_maps(model, inputs).values():
        side = -(-112 // maps.layer.stride)
        assert maps.values.shape == (maps.layer.channels, side, side)


def test_no_hook_stays_even_after_a_failure(model, inputs):
    feature_maps(model, inputs)
    with pytest.raises(Exception, match="takes B x 3"):
        feature_maps(model, inputs[:, :, :50])
    assert not any(module._forward_hooks for module in model.module.modules())


def test_unknown_layers_and_batches_are_refused(model, inputs):
    with pytest.raises(UnknownNameError, match="micro.k3.first"):
        feature_maps(model, inputs, ["micro.k4.first"])
    with pytest.raises(SettingsError, match="one input"):
        feature_maps(model, inputs.repeat(2, 1, 1, 1))


def test_rankings_put_the_planted_map_first(model):
    layer = model.entry.layers[0]
    region = np.zeros((16, 16), bool)
    region[4:8, 4:8] = True
    maps = np.full((3, 8, 8), 0.1, np.float32)
    maps[1] = 2.0  # strongest, but constant
    maps[2, 2:4, 2:4] = 1.0  # responds inside the region only
    maps[0, ::2] = 1.5  # most varied
    found = FeatureMaps(layer, maps)
    assert found.top(1, RANKINGS.get("activation")) == [1]
    assert found.top(1, RANKINGS.get("variance")) == [0]
    assert found.top(1, RANKINGS.get("region"), region) == [2]


def test_ranking_by_region_needs_a_region(model):
    maps = FeatureMaps(model.entry.layers[0], np.ones((2, 4, 4), np.float32))
    with pytest.raises(SettingsError, match="region"):
        maps.top(1, RANKINGS.get("region"))
