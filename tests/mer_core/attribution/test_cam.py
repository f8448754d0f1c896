"""Grad-CAM by hand, and where a layer's cells come to lie."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from mer_core.attribution import explain
from mer_core.attribution.cam import spread
from mer_core.errors import SettingsError, UnknownNameError

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
    knobs = {"negatives": negatives}
    found = explain(
        model, example(model), method="grad-cam", target="positive", layer=layer, parameters=knobs
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
    assert found.layer == "mfl.fm3"
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


def test_aligned_is_where_the_network_looks():
    """The centre of what an inner cell sees, by its gradient, is the pixel at cell x stride."""
    model = shared("affective")
    inputs = example(model).requires_grad_()
    kept = []
    handle = model.module.fm2.conv.register_forward_hook(lambda *seen: kept.append(seen[2]))
    model.module(inputs)
    handle.remove()
    stride, cell = 8, 2
    kept[0][0, :, cell, cell].abs().sum().backward()
    weight = inputs.grad.abs().sum((0, 1))
    reach = weight.nonzero()
    middle = (reach.min(0).values + reach.max(0).values).float() / 2
    assert (middle - cell * stride).abs().max() <= 1
    stretched = (cell + 0.5) * 32 / 4 - 0.5
    assert (middle - stretched).abs().min() > 2


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
