"""Measured costs against closed forms."""

import pytest
import torch
from torch import nn

from mer_core.models.catalog import model_entry
from mer_core.models.complexity import measure, measure_module


def test_a_tiny_network_by_hand():
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(4 * 5 * 5, 2),
    ).eval()
    cost = measure_module(network, torch.rand(1, 3, 10, 10))
    assert cost.parameters == (3 * 9 + 1) * 4 + 2 * 4 + (100 + 1) * 2
    assert cost.buffers == 2 * 4 + 1
    assert cost.multiply_adds == 25 * 4 * 27 + 100 * 2
    assert cost.flops == 2 * cost.multiply_adds
    assert cost.weight_bytes == 4 * (cost.parameters + 8) + 8  # the batch counter has 64 bits
    assert cost.activation_bytes == 4 * (4 * 100 + 2)
    assert [layer.kind for layer in cost.layers] == [
        *("Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Linear")
    ]
    assert [layer.multiply_adds for layer in cost.layers] == [25 * 4 * 27, 0, 0, 0, 200]
    assert not any(module._forward_hooks for module in network.modules())


def test_hooks_are_gone_after_a_failure():
    network = nn.Sequential(nn.Linear(3, 2))
    with pytest.raises(RuntimeError):
        measure_module(network, torch.rand(1, 5))
    assert not network[0]._forward_hooks


def convolution(side, inputs, outputs, kernel):
    return side**2 * outputs * inputs * kernel**2


def test_affectivenet_by_closed_form():
    cost = measure(model_entry("affectivenet"), classes=4)
    branches = sum(
        convolution(112, 3, 16, kernel)
        + convolution(56, 16, 32, 3)
        + convolution(56, 16, 32, 5)
        + convolution(28, 32, 64, 3)
        for kernel in (3, 5, 7, 11)
    )
    lateral = (
        convolution(14, 256, 184, 3) + convolution(7, 184, 128, 3) + convolution(4, 128, 196, 3)
    )
    dense = 14 * 14 * 184 * 32 + 4 * 4 * 196 * 32 + 64 * 4
    assert cost.multiply_adds == branches + lateral + dense
    maps = 4 * (2 * 112**2 * 16 + 5 * 56**2 * 32 + 2 * 28**2 * 64)  # each conv, its ReLU, the sum
    maps += 2 * 28**2 * 256 + 2 * (14**2 * 184 + 7**2 * 128 + 4**2 * 196)
    maps += 14**2 * 184 + 4**2 * 196 + 4 * 32 + 2 * 64 + 4  # flattened, FC and ReLU, joined, BN
    assert cost.activation_bytes == 4 * maps
    assert cost.buffers == 640 + 2


def test_baselines_by_closed_form():
    resnet = measure(model_entry("resnet50"), classes=4)
    total, inputs = convolution(56, 3, 64, 7), 64
    for side, width, depth in ((28, 64, 3), (14, 128, 4), (7, 256, 6), (4, 512, 3)):
        for block in range(depth):
            entering = side if block or width == 64 else {14: 28, 7: 14, 4: 7}[side]
            total += convolution(entering, inputs, width, 1)
            total += convolution(side, width, width, 3) + convolution(side, width, 4 * width, 1)
            total += 0 if block else convolution(side, inputs, 4 * width, 1)
            inputs = 4 * width
    assert resnet.multiply_adds == total + 2048 * 4

    mobilenet = measure(model_entry("mobilenet"), classes=4)
    total, side, inputs = convolution(56, 3, 32, 3), 56, 32
    blocks = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    for outputs, stride in [*blocks, *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
        side = -(-side // stride)
        total += side**2 * inputs * 9 + convolution(side, inputs, outputs, 1)
        inputs = outputs
    assert mobilenet.multiply_adds == total + 1024 * 4


@pytest.mark.parametrize(("name", "extra"), [("vgg16", 0), ("vgg19", 1)])
def test_vgg_by_closed_form(name, extra):
    cost = measure(model_entry(name), classes=1000)
    counts = (2, 2, 3 + extra, 3 + extra, 3 + extra)
    parameters = multiply_adds = 0
    side, inputs = 224, 3
    for width, depth in zip((64, 128, 256, 512, 512), counts, strict=True):
        for _ in range(depth):
            parameters += (inputs * 9 + 1) * width
            multiply_adds += convolution(side, inputs, width, 3)
            inputs = width
        side //= 2
    for wide, out in ((512 * 49, 4096), (4096, 4096), (4096, 1000)):
        parameters += (wide + 1) * out
        multiply_adds += wide * out
    assert cost.parameters == parameters
    assert cost.multiply_adds == multiply_adds
