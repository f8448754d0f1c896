"""The receptive field holds every pixel that can change the unit."""

from __future__ import annotations

import pytest
import torch

from mer_core.errors import SettingsError
from mer_core.features import receptive_field
from mer_core.models.loaded import load_model


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
