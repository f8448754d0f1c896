"""Arithmetic in bfloat16 gives one set of numbers, with the units for it or without."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from mer_core import bfloat16
from mer_core.bfloat16 import bfloat16_arithmetic
from mer_core.models.akmnet import AKMNet
from mer_core.models.catalog import model_entry

HALF_STEP = 2.0**-8
"""Largest relative error of rounding to the 8 significant bits of bfloat16."""


WITHOUT, WITH = "without units", "with units"


@pytest.fixture(
    params=[
        WITHOUT,
        # PyTorch's kernels for other processors round the sums of gradients on the way.
        pytest.param(
            WITH,
            marks=pytest.mark.skipif(
                not bfloat16.has_bfloat16_units(), reason="no bfloat16 units here"
            ),
        ),
    ]
)
def units(request, monkeypatch):
    monkeypatch.setattr(bfloat16, "has_bfloat16_units", lambda: request.param == WITH)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def rounded(values):
    return values.detach().bfloat16().double().requires_grad_()


def near(found, exact):
    """Within a rounding of the exact value, and what float32 sums lose where terms cancel."""
    small = 1e-5 * float(exact.detach().abs().max())
    torch.testing.assert_close(found.double(), exact, rtol=1.01 * HALF_STEP, atol=small)


@pytest.mark.parametrize(
    ("layer", "shape", "exact"),
    [
        (
            nn.Conv2d(6, 5, 3, stride=2, padding=1),
            (2, 6, 9, 9),
            lambda x, w, b: functional.conv2d(x, w, b, stride=2, padding=1),
        ),
        (
            nn.Conv2d(6, 6, 3, groups=6, bias=False),
            (2, 6, 9, 9),
            lambda x, w, _: functional.conv2d(x, w, groups=6),
        ),
        (nn.Linear(40, 7), (3, 40), functional.linear),
    ],
    ids=["convolution", "depthwise", "matrix"],
)
def test_products_and_gradients_are_those_of_rounded_operands_by_the_definition(
    layer, shape, exact, units
):
    inputs = torch.randn(shape, generator=seeded(0)).requires_grad_()
    layer.zero_grad()
    with bfloat16_arithmetic("cpu"):
        answer = layer(inputs)
    assert answer.dtype is torch.bfloat16
    back = torch.randn(answer.shape, generator=seeded(1)).bfloat16()
    answer.backward(back)

    bias = None if layer.bias is None else rounded(layer.bias)
    operands = [rounded(inputs), rounded(layer.weight)]
    expected = exact(*operands, bias)
    expected.backward(back.double())
    near(answer, expected)
    near(inputs.grad, operands[0].grad)
    near(layer.weight.grad, operands[1].grad)
    assert inputs.grad.dtype is layer.weight.grad.dtype is torch.float32


@pytest.mark.parametrize("name", ["affectivenet", "mobilenet"])
def test_a_network_answers_the_same_without_the_units_but_for_the_order_of_addition(
    name, monkeypatch
):
    torch.manual_seed(0)
    network = model_entry(name).build(4).eval()
    images = torch.rand(2, 3, 112, 112, generator=seeded(2))
    answers = {}
    for units in (True, False):
        monkeypatch.setattr(bfloat16, "has_bfloat16_units", lambda units=units: units)
        with torch.no_grad(), bfloat16_arithmetic("cpu"):
            answers[units] = network(images).float()
    with torch.no_grad():
        single = network(images)
    apart = (answers[True] - answers[False]).abs().max()
    assert apart <= 0.5 * (answers[True] - single).abs().max()


def test_what_a_network_keeps_out_of_bfloat16_stays_in_float32(units):
    network = AKMNet().eval()
    clip = torch.rand(1, 3, 1, 128, 128, generator=seeded(3))
    with torch.no_grad():
        expected = network(clip)
        with bfloat16_arithmetic("cpu"):
            torch.testing.assert_close(network(clip), expected, rtol=0, atol=0)
