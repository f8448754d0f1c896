import numpy as np
import pytest
import torch

from mer_core.attribution import METHODS, explain
from mer_core.seeding import derive_seed

from .fitted import example, shared

TARGET = 1


def noisy_copies(inputs, method, count, noise):
    draw = torch.Generator().manual_seed(derive_seed(4, "attribution", method))
    spread = noise * (inputs.max() - inputs.min())
    return [inputs + spread * torch.randn(inputs.shape, generator=draw) for _ in range(count)]


def test_smooth_grad_is_the_size_of_the_mean_gradient():
    model = shared("affective")
    inputs = example(model)
    total = torch.zeros_like(inputs)
    for copy in noisy_copies(inputs, "smooth-grad", 6, 0.2):
        points = copy.requires_grad_()
        total += torch.autograd.grad(model.module(points)[0, TARGET], points)[0]
    settings = {"smoothing_samples": 6, "smoothing_noise": 0.2}
    found = explain(
        model, inputs, method="smooth-grad", target="positive", parameters=settings, seed=4
    )
    expected = (total / 6)[0].abs().amax(0)
    np.testing.assert_allclose(found.values, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("method", ["grad-cam", "integrated-gradients", "occlusion"])
def test_smoothing_goes_on_top_of_any_method(method):
    model = shared("affective")
    inputs = example(model)
    settings = {"smoothing_samples": 3, "smoothing_noise": 0.05}
    base = {"patches": 4} if method == "occlusion" else {}
    base |= {"baseline": "black"} if METHODS.get(method).uses_baseline else {}
    options = {"method": method, "target": "positive", "seed": 4}
    found = explain(model, inputs, parameters=settings | base, **options)
    single = [
        explain(model, copy, parameters=base, **options).values
        for copy in noisy_copies(inputs, method, 3, 0.05)
    ]
    np.testing.assert_allclose(
        found.values, np.mean(single, axis=0), atol=1e-5 * np.abs(single).max()
    )
    assert found.delta is None
