"""AffectiveNet against its equations, layer by layer."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from mer_core.errors import SettingsError
from mer_core.models.affectivenet import (
    AffectiveNet,
    AffectiveNetConfig,
    Head,
    Merge,
    Padding,
    Reduction,
    tensorflow_padding,
)
from mer_core.models.layers import Add, Concat
from tests.mer_core.models.probes import dead_parameters, outputs_of, steps_to_overfit

KERNELS = (3, 5, 7, 11)


def images(count=2, size=112, seed=0):
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    built = AffectiveNet().eval()
    draw_statistics(built)
    return built


def draw_statistics(module):
    """Running statistics and scales as after training, so that no normalisation is a no-op."""
    draw = torch.Generator().manual_seed(1)
    for part in module.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            for tensor, low, high in (
                (part.running_mean, -0.3, 0.3),
                (part.running_var, 0.5, 2.0),
                (part.weight.data, 0.5, 1.5),
                (part.bias.data, -0.5, 0.5),
            ):
                tensor.copy_(torch.rand(tensor.shape, generator=draw) * (high - low) + low)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def conv(inputs, outputs, kernel):
    return (inputs * kernel**2 + 1) * outputs


def micro(branches=KERNELS, encap=(3, 5), refine=3, merged=32):
    return sum(
        conv(3, 16, k) + sum(conv(16, 32, e) for e in encap) + conv(merged, 64, refine)
        for k in branches
    )


def mfl_convolutions():
    return conv(256, 184, 3) + conv(184, 128, 3) + conv(128, 196, 3)


def dense(inputs, outputs):
    return (inputs + 1) * outputs


def lateral(size, classes):
    fm2, fm3 = math.ceil(size / 8) ** 2 * 184, math.ceil(size / 32) ** 2 * 196
    return dense(fm2, 32) + dense(fm3, 32) + 2 * 64 + dense(64, classes)


@pytest.mark.parametrize("classes", [2, 3, 4, 7])
def test_parameters_by_closed_form(classes):
    expected = micro() + 2 * 256 + mfl_convolutions() + lateral(112, classes)
    assert count(AffectiveNet(AffectiveNetConfig(classes=classes))) == expected
    if classes == 4:
        assert expected == 2_271_296


def test_each_layer_has_its_own_count(network):
    for kernel in KERNELS:
        branch = network.micro.branches[f"k{kernel}"]
        assert count(branch.first) == conv(3, 16, kernel)
        assert count(branch.encap.f1) == conv(16, 32, 3)
        assert count(branch.encap.f2) == conv(16, 32, 5)
        assert count(branch.encap.refine) == conv(32, 64, 3)
    assert count(network.micro) == 153_728
    assert count(network.norm) == 512
    assert count(network.fm2) == 424_120
    assert count(network.mid) == 212_096
    assert count(network.fm3) == 225_988
    assert count(network.head.fv1) == 14 * 14 * 184 * 32 + 32
    assert count(network.head.fv2) == 4 * 4 * 196 * 32 + 32
    assert count(network.head.norm) == 128
    assert count(network.head.classifier) == 260


def test_output_of_every_layer(network):
    shapes = {}
    for kernel in KERNELS:
        at = f"micro.branches.k{kernel}"
        shapes |= {
            f"{at}.first": (16, 112, 112),
            f"{at}.encap.f1": (32, 56, 56),
            f"{at}.encap.f2": (32, 56, 56),
            f"{at}.encap.merge": (32, 56, 56),
            f"{at}.encap.refine": (64, 28, 28),
        }
    shapes |= {
        "micro": (256, 28, 28),
        "norm": (256, 28, 28),
        "fm2": (184, 14, 14),
        "mid": (128, 7, 7),
        "fm3": (196, 4, 4),
        "head.fv1": (32,),
        "head.fv2": (32,),
        "head.norm": (64,),
        "head.classifier": (4,),
    }
    seen = outputs_of(network, shapes, images(3))
    assert {path: tuple(output.shape[1:]) for path, output in seen.items()} == shapes


def written_out(network, image):
    """The equations as functions of the weights, without the network's own forward pass."""
    weights = dict(network.named_parameters()) | dict(network.named_buffers())

    def convolve(x, path, stride):
        kernel = weights[f"{path}.conv.weight"]
        summed = functional.conv2d(
            x, kernel, weights[f"{path}.conv.bias"], stride, padding=kernel.shape[-1] // 2
        )
        return summed.clamp(min=0)

    def normalise(x, path):
        shape = (1, -1) + (1,) * (x.dim() - 2)
        mean, var = weights[f"{path}.running_mean"], weights[f"{path}.running_var"]
        scaled = (x - mean.view(shape)) / (var.view(shape) + 1e-5).sqrt()
        return scaled * weights[f"{path}.weight"].view(shape) + weights[f"{path}.bias"].view(shape)

    def fully(x, path):
        return x.flatten(1) @ weights[f"{path}.weight"].T + weights[f"{path}.bias"]

    branches = []
    for kernel in KERNELS:
        at = f"micro.branches.k{kernel}"
        first = convolve(image, f"{at}.first", 1)
        both = convolve(first, f"{at}.encap.f1", 2) + convolve(first, f"{at}.encap.f2", 2)
        branches.append(convolve(both, f"{at}.encap.refine", 2))
    fm2 = convolve(normalise(torch.cat(branches, 1), "norm"), "fm2", 2)
    fm3 = convolve(convolve(fm2, "mid", 2), "fm3", 2)
    fv1 = fully(fm2, "head.fv1.linear").clamp(min=0)
    fv2 = fully(fm3, "head.fv2.linear").clamp(min=0)
    return fully(normalise(torch.cat([fv1, fv2], 1), "head.norm"), "head.classifier")


def test_forward_is_the_equations(network):
    image = images(2, seed=3)
    with torch.no_grad():
        torch.testing.assert_close(network(image), written_out(network, image))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"encap": (5, 7)}, 2_353_216),
        ({"encap": (7, 11)}, 2_549_824),
        ({"head": Head.CHAINED}, 1_118_080),
        ({"head": Head.CHAINED_ONCE}, 1_117_024),
        ({"head": Head.DEEP}, 1_028_992),
        ({"head": Head.SHALLOW}, 957_060),
        ({"branches": (3, 3, 3, 3), "encap": (3, 3)}, 2_230_464),
        ({"branches": (1, 5, 7, 11), "encap": (1, 5), "refine": 1}, 2_188_992),
        ({"branches": (1, 1, 1, 1), "encap": (1, 1), "refine": 1}, 2_130_624),
        ({"merge": Merge.CONCAT}, 2_345_024),
        ({"reduction": Reduction.AVERAGE}, 1_029_056),
        ({"channels": 1}, 2_264_768),
    ],
)
def test_every_reading_has_its_count(change, expected):
    config = replace(AffectiveNetConfig(), **change)
    merged = 64 if config.merge is Merge.CONCAT else 32
    blocks = micro(config.branches, config.encap, config.refine, merged)
    blocks -= sum((3 - config.channels) * k**2 * 16 for k in config.branches)
    cells = (1, 1) if config.reduction is Reduction.AVERAGE else (14 * 14, 4 * 4)
    heads = {
        Head.LATERAL: dense(cells[0] * 184, 32) + dense(cells[1] * 196, 32) + 128 + dense(64, 4),
        Head.CHAINED: dense(16 * 196, 32) + dense(32, 32) + 64 + dense(32, 4),
        Head.CHAINED_ONCE: dense(16 * 196, 32) + 64 + dense(32, 4),
        Head.DEEP: dense(16 * 196, 4),
        Head.SHALLOW: dense(28 * 28 * 256, 4) - mfl_convolutions(),
    }
    with torch.device("meta"):
        network = AffectiveNet(config)
        shape = network(torch.empty(2, config.channels, 112, 112)).shape
    assert count(network) == blocks + 512 + mfl_convolutions() + heads[config.head] == expected
    assert shape == (2, 4)


@pytest.mark.parametrize("padding", list(Padding))
def test_sides_105_to_112_share_one_count_and_their_neighbours_do_not(padding):
    def built(size):
        with torch.device("meta"):
            network = AffectiveNet(AffectiveNetConfig(size=size, padding=padding))
            assert network(torch.empty(2, 3, size, size)).shape == (2, 4)
        return count(network)

    assert {built(size) for size in range(105, 113)} == {2_271_296}
    assert built(104) == 2_112_320
    assert built(113) == 2_442_048


@given(st.integers(1, 200), st.sampled_from([1, 3, 5, 7, 11]), st.sampled_from([1, 2]), st.data())
@settings(max_examples=60, deadline=None)
def test_tensorflow_padding_gives_ceil_cells_with_the_odd_pixel_last(size, kernel, stride, data):
    before, after = tensorflow_padding(size, kernel, stride)
    assert 0 <= after - before <= 1
    cells = (size + before + after - kernel) // stride + 1
    if before + after or kernel <= size:
        assert cells == math.ceil(size / stride)


def test_the_two_paddings_differ_by_one_pixel_on_even_sides():
    assert tensorflow_padding(112, 3, 2) == (0, 1)
    assert tensorflow_padding(112, 5, 2) == (1, 2)
    assert tensorflow_padding(112, 11, 1) == (5, 5)
    assert tensorflow_padding(7, 3, 2) == (1, 1)


def test_answers_are_deterministic_and_independent_of_batch_mates(network):
    batch = images(5, seed=4)
    with torch.no_grad():
        together = network(batch)
        singles = torch.cat([network(image[None]) for image in batch])
        assert torch.equal(together, network(batch))
    torch.testing.assert_close(together, singles, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("head", list(Head))
def test_gradients_reach_every_parameter(head):
    torch.manual_seed(0)
    network = AffectiveNet(AffectiveNetConfig(head=head))
    assert dead_parameters(network, images(4), torch.tensor([0, 1, 2, 3])) == []


def test_overfits_eight_images():
    torch.manual_seed(0)
    labels = torch.arange(8) % 4
    assert steps_to_overfit(AffectiveNet(), images(8), labels, limit=40) is not None


def test_dropout_and_activation_are_where_the_config_puts_them():
    plain = AffectiveNet(AffectiveNetConfig(dense_activation=False, dropout=0.25))
    assert not any(isinstance(part, nn.ReLU) for part in plain.head.modules())
    rates = [part.p for part in plain.modules() if isinstance(part, nn.Dropout)]
    assert rates == [0.25, 0.25]


@pytest.mark.parametrize(
    "change", [{"encap": (3, 4)}, {"branches": ()}, {"dropout": 1.0}, {"classes": 0}]
)
def test_impossible_configs_are_refused(change):
    with pytest.raises(SettingsError):
        AffectiveNetConfig(**change)


def test_add_sums_and_leaves_its_inputs():
    parts = [torch.full((2, 3), float(n)) for n in (1, 2, 4)]
    assert torch.equal(Add()(*parts), torch.full((2, 3), 7.0))
    assert [part[0, 0].item() for part in parts] == [1, 2, 4]


def test_concat_keeps_order_and_dimension():
    joined = Concat()(torch.zeros(2, 1, 4), torch.ones(2, 2, 4))
    assert joined.shape == (2, 3, 4)
    assert joined[0, :, 0].tolist() == [0, 1, 1]
    assert Concat(dim=2)(torch.zeros(2, 1, 4), torch.ones(2, 1, 1)).shape == (2, 1, 5)
