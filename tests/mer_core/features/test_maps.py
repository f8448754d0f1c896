"""Feature maps: what the layer computed, and nothing left behind; and receptive fields."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mer_core.errors import SettingsError, UnknownNameError
from mer_core.features import RANKINGS, FeatureMaps, feature_maps, receptive_field
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


@pytest.mark.parametrize("name", ["affectivenet", "resnet50", "mobilenet"])
def test_the_gradient_of_a_unit_lies_inside_its_field(name):
    model = load_model(name, classes=("a", "b"), seed=0)
    size = model.entry.input.size
    shallow = [layer for layer in model.entry.layers if (layer.receptive_field or 999) < 60]
    assert shallow
    for layer in shallow[::2]:
        image = torch.rand(1, 3, *size, requires_grad=True)
        kept = []
        part = model.module.get_submodule(layer.module)
        hook = part.register_forward_hook(lambda *call, kept=kept: kept.append(call[2]))
        model.module(image)
        hook.remove()
        row, column = kept[0].shape[2] // 2, kept[0].shape[3] // 3
        kept[0][0, :, row, column].sum().backward()
        touched = image.grad[0].abs().sum(dim=0).nonzero()
        field = receptive_field(layer, row, column, size=size)
        assert touched[:, 0].min() >= field.top
        assert touched[:, 0].max() < field.bottom
        assert touched[:, 1].min() >= field.left
        assert touched[:, 1].max() < field.right


@pytest.mark.parametrize("name", ["affectivenet", "affectivenet-1x1", "learnet"])
def test_a_field_is_as_wide_as_its_layer_says_and_no_wider(name):
    """Where no weight is negative, every pixel of the field moves the unit."""
    model = load_model(name, classes=("a", "b"), seed=0)
    for parameter in model.module.parameters():
        parameter.data.abs_()
    size = model.entry.input.size
    narrow = [layer for layer in model.entry.layers if (layer.receptive_field or 999) < 60]
    assert len({layer.receptive_field for layer in narrow}) >= 3
    for layer in narrow:
        image = torch.rand(1, model.entry.input.channels, *size, requires_grad=True)
        kept = []
        part = model.module.get_submodule(layer.module)
        hook = part.register_forward_hook(lambda *call, kept=kept: kept.append(call[2]))
        model.module(image)
        hook.remove()
        row, column = kept[0].shape[2] // 2, kept[0].shape[3] // 2
        kept[0][0, :, row, column].sum().backward()
        touched = image.grad[0].abs().sum(dim=0).nonzero()
        (top, left), (bottom, right) = touched.min(dim=0).values, touched.max(dim=0).values + 1
        field = receptive_field(layer, row, column, size=size)
        assert (field.top, field.left, field.bottom, field.right) == (top, left, bottom, right)
        assert field.bottom - field.top == layer.receptive_field


def test_fields_are_clipped_to_the_image_and_units_must_exist():
    layer = load_model("affectivenet", classes=("a", "b")).entry.layer("micro.k11.first")
    field = receptive_field(layer, 0, 111, size=(112, 112))
    assert (field.top, field.right) == (0, 112)
    with pytest.raises(SettingsError, match="112 x 112 units"):
        receptive_field(layer, 112, 0, size=(112, 112))
