"""Grad-CAM by hand, and where a layer's cells come to lie."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from mer_core.attribution import METHODS, explain
from mer_core.attribution.cam import spread
from mer_core.errors import SettingsError, UnknownNameError
from mer_core.models.affectivenet import AffectiveNet, AffectiveNetConfig, Padding
from mer_core.models.affectivenet_readings import attributable_layers
from mer_core.models.catalog import model_entry
from mer_core.models.loaded import load_model

from .fitted import example, shared

pytestmark = pytest.mark.filterwarnings("ignore:Setting .*hooks")
TARGET = 1


def by_hand(model, path):
    """alpha_k and maps of one layer, by autograd: the weighted sum, N x 1 x h x w."""
    kept = []
    layer = model.module.get_submodule(path)
    handle = layer.register_forward_hook(lambda *seen: kept.append(seen[2]))
    logits = model.module(example(model))
    handle.remove()
    (slopes,) = torch.autograd.grad(logits[0, TARGET], kept[0])
    alpha = slopes.mean(dim=(2, 3), keepdim=True)
    return (alpha * kept[0]).sum(1, keepdim=True).detach()


@pytest.mark.parametrize(
    ("network", "layer", "path"),
    [
        ("affective", "mfl.fm2", "fm2"),
        ("affective", "micro.k3.refine", "micro.branches.k3.encap.refine"),
        ("relu6", "two", "act2"),
        ("ststnet", "merge", "concat"),
        ("akmnet", "stage3", "backbone.stage3"),
    ],
)
@pytest.mark.parametrize("negatives", [False, True])
def test_the_map_is_the_weighted_sum_of_the_layer(network, layer, path, negatives):
    model = shared(network)
    cells = by_hand(model, path)
    cells = cells if negatives else cells.clamp(min=0)
    size = model.entry.input.size
    expected = functional.interpolate(cells, size, mode="bilinear", align_corners=False)
    settings = {"negatives": negatives, "upsampling": "bilinear"}
    found = explain(
        model,
        example(model),
        method="grad-cam",
        target="positive",
        layer=layer,
        parameters=settings,
    )
    peak = float(cells.abs().max())
    planes = expected[0, 0] if len(expected) == 1 else expected[:, 0]
    if network == "akmnet":
        np.testing.assert_allclose(found.channels[:, 0], planes, atol=1e-5 * peak)
    else:
        np.testing.assert_allclose(found.values, planes, atol=1e-5 * peak)
    assert found.signed == negatives


def test_the_last_layer_is_asked_by_default_and_unknown_ones_are_named():
    model = shared("affective")
    found = explain(model, example(model), method="grad-cam")
    assert found.layer == "mfl.mid"
    with pytest.raises(UnknownNameError, match="mfl.fm2"):
        explain(model, example(model), method="grad-cam", layer="fm9")
    with pytest.raises(SettingsError, match="name no layer"):
        explain(model, example(model), method="saliency", layer="mfl.fm2")


def test_guided_grad_cam_is_the_product():
    model = shared("affective")
    parts = {
        name: explain(model, example(model), method=name, target="positive").channels
        for name in ("guided-backprop", "grad-cam", "guided-grad-cam")
    }
    expected = parts["guided-backprop"] * parts["grad-cam"]
    np.testing.assert_allclose(parts["guided-grad-cam"], expected, rtol=1e-5)


def test_aligned_cells_lie_on_the_pixels_they_are_centred_on():
    cells = torch.arange(12.0).reshape(1, 1, 3, 4)
    laid = spread(cells, (12, 16), stride=4, upsampling="aligned")
    np.testing.assert_allclose(laid[0, 0, ::4, ::4], cells[0, 0], atol=1e-5)
    halfway = laid[0, 0, 2, 6]
    assert halfway == pytest.approx(float(cells[0, 0, :2, 1:3].mean()), abs=1e-5)
    np.testing.assert_allclose(laid[0, 0, 9:, 13:], 11.0, atol=1e-5)


def middles(module, layers, inputs):
    """The middle cell of each layer, and the row halfway over all rows it depends on."""
    kept = {}
    handles = [
        module.get_submodule(layer.module).register_forward_hook(
            lambda *seen, name=layer.name: kept.update({name: seen[2]})
        )
        for layer in layers
    ]
    module(inputs)
    for handle in handles:
        handle.remove()
    for layer in layers:
        maps = kept[layer.name]
        cell = maps.shape[-1] // 2
        seen = maps[:, :, cell, cell].square().sum()
        (slope,) = torch.autograd.grad(seen, inputs, retain_graph=True)
        rows = slope.abs().sum((0, 1, 3)).nonzero()
        yield layer, cell, float(rows.min() + rows.max()) / 2


def inside(layers, side):
    """Those whose middle cell does not look beyond the border."""
    for layer in layers:
        middle = layer.offset + -(-side // layer.stride) // 2 * layer.stride
        if layer.receptive_field // 2 < min(middle, side - 1 - middle):
            yield layer


@pytest.mark.parametrize(
    "name", ["affectivenet", "resnet50", "mobilenet", "learnet", "ststnet", "offapexnet", "sssnet"]
)
def test_a_cell_lies_in_the_middle_of_what_it_sees(name):
    model = load_model(name, classes=("a", "b", "c"))
    spec = model.entry.input
    draw = torch.Generator().manual_seed(0)
    inputs = torch.rand((3, spec.channels, *spec.size), generator=draw).requires_grad_()
    layers = list(inside(model.entry.layers, spec.size[0]))
    assert len(layers) > 1
    for layer, cell, found in middles(model.module, layers, inputs):
        assert found == pytest.approx(layer.offset + cell * layer.stride, abs=0.5), layer.name


@pytest.mark.parametrize("side", [64, 60, 50])
def test_a_cell_lies_in_the_middle_with_tensorflows_padding(side):
    config = AffectiveNetConfig(classes=3, size=side, padding=Padding.TENSORFLOW, branches=(3,))
    inputs = torch.rand((8, 3, side, side)).requires_grad_()
    layers = list(inside(attributable_layers(config), side))
    assert {layer.stride for layer in layers} >= {1, 2, 4}
    for layer, cell, found in middles(AffectiveNet(config).eval(), layers, inputs):
        assert found == pytest.approx(layer.offset + cell * layer.stride, abs=0.5), layer.name


@pytest.mark.parametrize("name", ["affectivenet", "learnet", "mobilenet"])
def test_a_single_cell_peaks_where_it_looks_by_default(name):
    layer = model_entry(name).default_layer
    cells = torch.zeros(1, 1, 4, 4)
    cells[0, 0, 1, 2] = 1
    default = next(
        k for k in METHODS.get("grad-cam").own_parameters if k.name == "upsampling"
    ).default
    laid = spread(
        cells, (112, 112), stride=layer.stride, upsampling=str(default), offset=layer.offset
    )
    row, column = divmod(int(laid.argmax()), 112)
    assert (row, column) == (layer.offset + layer.stride, layer.offset + 2 * layer.stride)


def test_nearest_and_bilinear_fill_the_input():
    cells = torch.rand(1, 1, 4, 4)
    nearest = spread(cells, (8, 8), stride=2, upsampling="nearest")
    np.testing.assert_array_equal(nearest[0, 0, ::2, ::2], cells[0, 0])
    smooth = spread(cells, (8, 8), stride=2, upsampling="bilinear")
    for corner in (0, -1):
        torch.testing.assert_close(smooth[0, 0, corner, corner], cells[0, 0, corner, corner])


def test_one_cell_covers_everything():
    laid = spread(torch.full((1, 1, 1, 1), 3.0), (5, 7), stride=8, upsampling="aligned")
    assert (laid == 3).all()
