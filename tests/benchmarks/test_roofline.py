"""The least time of each operation is counted as worked out by hand."""

import pytest
import torch

from tests.benchmarks.roofline import Roofline


def test_a_product_takes_the_longer_of_its_two_limits():
    one, two = torch.ones(8, 4), torch.ones(4, 16)
    moved = 4 * (8 * 4 + 4 * 16 + 8 * 16)
    with Roofline(peak=1e9, bandwidth=1e3) as slow_memory:
        torch.mm(one, two)
    assert (slow_memory.flops, slow_memory.moved) == (2 * 8 * 4 * 16, moved)
    assert slow_memory.seconds == pytest.approx(moved / 1e3)
    with Roofline(peak=1e3, bandwidth=1e9) as slow_units:
        torch.mm(one, two)
    assert slow_units.seconds == pytest.approx(2 * 8 * 4 * 16 / 1e3)
    assert slow_units.share == pytest.approx(1)


def test_what_only_moves_memory_lowers_the_share():
    one = torch.ones(8, 8)
    with Roofline(peak=1.0, bandwidth=1e9) as work:
        torch.mm(one, one)
    with Roofline(peak=1.0, bandwidth=1.0) as more:
        torch.mm(one, one).relu()
    assert more.flops == work.flops == 2 * 8**3
    assert more.moved == work.moved + 2 * one.nbytes
    assert more.share < work.share


def test_each_number_is_moved_once_however_often_it_is_shown():
    shown, target = torch.ones(1).expand(100, 100), torch.ones(100, 100)
    with Roofline(peak=1.0, bandwidth=1.0) as work:
        target.copy_(shown)
    assert work.moved == 4 + target.nbytes


def test_views_and_fresh_memory_cost_nothing():
    one = torch.ones(8, 8)
    with Roofline(peak=1.0, bandwidth=1.0) as work:
        one.view(64)
        one.detach()
        torch.empty(8, 8)
    assert work.moved == work.seconds == 0


@pytest.mark.parametrize("groups", [1, 2])
def test_a_convolution_is_counted_forward_for_the_weights_and_for_its_input(groups):
    layer = torch.nn.Conv2d(2, 4, 3, bias=False, groups=groups)
    forward = 2 * (4 * 4 * 4) * (2 // groups) * 9
    for wanted, passes in ((False, 2), (True, 3)):
        image = torch.ones(1, 2, 6, 6, requires_grad=wanted)
        with Roofline(peak=1.0, bandwidth=1.0) as work:
            layer(image).sum().backward()
        assert work.flops == passes * forward
