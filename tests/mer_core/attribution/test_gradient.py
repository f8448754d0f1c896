"""The gradient methods against their definitions, written out with autograd alone."""

import numpy as np
import pytest
import torch
from torch import nn

from mer_core.attribution import explain
from mer_core.attribution.baseline_inputs import baseline_input
from mer_core.seeding import derive_seed

from .fitted import CLASSES, example, shared

pytestmark = pytest.mark.filterwarnings("ignore:Setting .*hooks")
TARGET = 1


def slope(model, inputs):
    points = inputs.clone().requires_grad_()
    model.module(points)[:, TARGET].sum().backward()
    return points.grad


def channels(model, method, **options):
    found = explain(model, example(model), method=method, target=CLASSES[TARGET], **options)
    return found, torch.from_numpy(found.channels)[None]


@pytest.mark.parametrize("network", ["affective", "relu6", "ststnet", "akmnet"])
def test_saliency_is_the_size_of_the_gradient(network):
    model = shared(network)
    expected = slope(model, example(model))[0]
    found, _ = channels(model, "saliency")
    strongest = expected.abs().amax(dim=-3)
    flat = strongest if strongest.dim() == 2 else strongest.mean(dim=0)
    rounding = 1e-5 * float(strongest.max())
    np.testing.assert_allclose(found.values, flat, atol=rounding)
    np.testing.assert_allclose(found.channels, expected, atol=rounding)


@pytest.mark.parametrize("baseline", ["black", "grey", "mean", "blur", "zero", "origin"])
def test_input_x_gradient_is_the_distance_from_the_baseline_times_the_gradient(baseline):
    model = shared("affective")
    inputs = example(model)
    level = 80.0 if baseline == "zero" else None
    compared = baseline_input(baseline, inputs, model.entry.input, level)
    expected = ((inputs - compared) * slope(model, inputs))[0]
    settings = {"baseline": baseline}
    found, _ = channels(model, "input-x-gradient", parameters=settings, zero_level=level)
    np.testing.assert_allclose(found.channels, expected, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(found.values, expected.sum(0), rtol=1e-4, atol=1e-6)
    assert found.parameters["baseline"] == baseline


@pytest.mark.parametrize("network", ["affective", "relu6"])
def test_integrated_gradients_is_the_limit_of_a_riemann_sum(network):
    model = shared(network)
    inputs = example(model)
    baseline = baseline_input("black", inputs, model.entry.input)
    total, count = torch.zeros_like(inputs), 400
    for step in range(count):
        total += slope(model, baseline + (step + 0.5) / count * (inputs - baseline))
    expected = ((inputs - baseline) * total / count)[0]
    _, found = channels(
        model, "integrated-gradients", parameters={"baseline": "black", "steps": 256}
    )
    apart = (found[0] - expected).abs().max() / expected.abs().max()
    assert apart < 0.02
    fewer = channels(model, "integrated-gradients", parameters={"baseline": "black", "steps": 4})[1]
    assert (fewer[0] - expected).abs().max() / expected.abs().max() > apart


def test_gradient_shap_is_the_mean_over_its_own_draws():
    model = shared("affective")
    inputs = example(model)
    settings = {"baseline": "black", "samples": 5, "noise": 0.1}
    draw = torch.Generator().manual_seed(derive_seed(3, "attribution", "gradient-shap"))
    total = torch.zeros_like(inputs)
    for _ in range(5):
        noise = torch.randn(inputs.shape[1:], generator=draw)
        noisy = inputs + 0.1 * (inputs.max() - inputs.min()) * noise
        place = torch.rand((1, 1, 1), generator=draw)
        total += noisy * slope(model, place * noisy)
    _, found = channels(model, "gradient-shap", parameters=settings, seed=3)
    np.testing.assert_allclose(found[0], total[0] / 5, atol=1e-5 * total.abs().max())


def test_gradient_shap_without_jitter_tends_to_integrated_gradients():
    model = shared("affective")
    _, exact = channels(model, "integrated-gradients")
    _, found = channels(model, "gradient-shap", parameters={"samples": 256, "noise": 0.0})
    assert np.corrcoef(found.ravel(), exact.ravel())[0, 1] > 0.95


def test_guided_backpropagation_stops_negative_slopes_at_every_relu():
    model = shared("unbiased")
    inputs = example(model)
    net = model.module
    first = net.conv1(inputs)
    second = net.conv2(net.act1(first))
    upper = second.detach().requires_grad_()
    net.head(net.pool(upper.relu())).flatten(1)[0, TARGET].backward()
    lower = first.detach().requires_grad_()
    net.conv2(lower.relu()).backward(upper.grad.clamp(min=0))
    pixels = inputs.clone().requires_grad_()
    net.conv1(pixels).backward(lower.grad.clamp(min=0))
    _, found = channels(model, "guided-backprop")
    np.testing.assert_allclose(found[0], pixels.grad[0], rtol=1e-4, atol=1e-7)


def test_deeplift_rescales_each_relu_by_its_finite_slope():
    model = shared("unbiased")
    inputs = example(model)
    net = model.module
    baseline = torch.full_like(inputs, 0.5)

    def finite(unit):
        moved = unit[0] - unit[1]
        return torch.where(moved.abs() > 1e-7, (unit[0].relu() - unit[1].relu()) / moved, 0.0)

    pair = torch.cat([inputs, baseline])
    first = net.conv1(pair)
    second = net.conv2(first.relu())
    maps = second.relu()[:1].detach().requires_grad_()
    net.head(net.pool(maps)).flatten(1)[0, TARGET].backward()
    below = first.relu()[:1].detach().requires_grad_()
    net.conv2(below).backward(maps.grad * finite(second))
    pixels = inputs.clone().requires_grad_()
    net.conv1(pixels).backward(below.grad * finite(first))
    expected = (inputs - baseline) * pixels.grad
    _, found = channels(model, "deeplift", parameters={"baseline": "grey"})
    np.testing.assert_allclose(found[0], expected[0].detach(), rtol=1e-3, atol=1e-6)


def test_nothing_is_attributed_where_the_input_is_its_own_baseline():
    model = shared("affective")
    inputs = torch.full((1, 3, 32, 32), 0.5)
    for method in ("integrated-gradients", "deeplift", "input-x-gradient"):
        found = explain(model, inputs, method=method, parameters={"baseline": "grey"})
        assert not found.values.any()


def test_a_linear_network_is_explained_exactly():
    model = shared("unbiased")
    linear = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 3))
    twin = type(model)(
        entry=model.entry, module=linear.eval(), classes=CLASSES, weights=model.weights
    )
    inputs = example(model)
    expected = (linear[1].weight[TARGET] * inputs.flatten()).reshape(3, 32, 32).detach()
    for method in ("integrated-gradients", "deeplift", "input-x-gradient"):
        found = explain(
            twin, inputs, method=method, target="positive", parameters={"baseline": "black"}
        )
        np.testing.assert_allclose(found.channels, expected, rtol=1e-4, atol=1e-7)
