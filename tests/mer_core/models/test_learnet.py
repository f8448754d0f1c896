"""LEARNet against its published layer table and a slow accretion."""

import numpy as np
import pytest
import torch

from mer_core.errors import ModelError
from mer_core.models.catalog import model_entry
from mer_core.models.learnet import Accretion, CrossDecoupled, LEARNet, LEARNetConfig
from mer_core.records import InputKind
from tests.mer_core.models.probes import (
    dead_parameters,
    outputs_of,
    receptive_side,
    steps_to_overfit,
)

ENTRY = model_entry("learnet")
SHAPES = {  # channels and side, by the published table
    "stem": (16, 56),
    **{f"level1.branch{n}": (16, 28) for n in range(1, 5)},
    **{f"level2.branch{n}": (32, 14) for n in range(1, 5)},
    **{f"level3.branch{n}": (64, 7) for n in range(1, 5)},
    "merge": (256, 7),
    "tail": (256, 4),
}


def images(count=2, seed=0):
    return torch.rand(count, 3, 112, 112, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def network():
    torch.manual_seed(0)
    return LEARNet().eval()


def conv(inputs, outputs, kernel):
    return inputs * outputs * kernel**2 + outputs


@pytest.mark.parametrize("classes", [3, 4, 5, 7, 8])
def test_parameters_are_those_of_the_layer_table(classes):
    convolutions = conv(3, 16, 3) + 4 * conv(16, 16, 1) + 4 * conv(16, 32, 3) + 4 * conv(32, 64, 5)
    norms = 2 * (2 * 16) + 2 * (2 * 32) + 2 * 4 * 64
    dense = 4 * 4 * 256 * 256 + 256 + 257 * classes
    expected = convolutions + norms + conv(256, 256, 3) + dense
    assert convolutions == 225_152
    assert (
        expected
        == {
            3: 1_865_539,
            4: 1_865_796,
            5: 1_866_053,
            7: 1_866_567,
            8: 1_866_824,
        }[classes]
    )
    assert sum(p.numel() for p in ENTRY.build(classes).parameters()) == expected


def test_every_layer_has_its_shape(network):
    seen = outputs_of(network, [layer.module for layer in ENTRY.layers], images())
    assert [layer.name for layer in ENTRY.layers] == list(SHAPES)
    for layer in ENTRY.layers:
        channels, side = SHAPES[layer.name]
        assert seen[layer.module].shape == (2, channels, side, side), layer.name
        assert layer.channels == channels
        assert side == -(-112 // layer.stride)
    assert network(images()).shape == (2, 4)


@pytest.mark.parametrize("layer", ENTRY.layers, ids=lambda layer: layer.name)
def test_receptive_fields_are_what_a_gradient_finds(network, layer):
    # Branches 2 and 4 also see their pair's map, through a kernel of the same size.
    assert receptive_side(network, layer.module, images(1)) == layer.receptive_field


def slow_accretion(first, second):
    """Sum, then each channel brought to mean 0 and variance 1 over the batch, eps 1e-3."""
    total = first + second
    for channel in range(total.shape[1]):
        values = total[:, channel]
        total[:, channel] = (values - values.mean()) / np.sqrt(values.var() + 1e-3)
    return total


def test_accretion_is_the_normalised_sum():
    draws = np.random.default_rng(0)
    first, second = draws.normal(size=(2, 3, 5, 6, 6))
    accreted = Accretion(5).double().train()(torch.tensor(first), torch.tensor(second))
    np.testing.assert_allclose(accreted.detach().numpy(), slow_accretion(first, second), atol=1e-9)


def test_odd_branches_read_raw_maps_and_even_ones_what_their_pair_accreted():
    torch.manual_seed(1)
    level = CrossDecoupled(4, 6, 3, size=8).double().train()
    maps = [torch.randn(2, 4, 8, 8, dtype=torch.float64) for _ in range(4)]
    accreted = [torch.tensor(slow_accretion(maps[i].numpy(), maps[i + 1].numpy())) for i in (0, 2)]
    read = (maps[0], accreted[0], maps[2], accreted[1])
    for found, branch, source in zip(level(*maps), level.branches.values(), read, strict=True):
        padded = torch.nn.functional.pad(source, (0, 1, 0, 1))  # even side, stride 2: after only
        weight, bias = branch.conv.weight, branch.conv.bias
        expected = torch.nn.functional.conv2d(padded, weight, bias, stride=2).clamp(min=0)
        torch.testing.assert_close(found, expected)


def test_the_two_pairs_do_not_mix_before_they_are_joined(network):
    with torch.no_grad():
        untouched = outputs_of(network, ["level3.branches.branch1"], images())
        network.level1["branch3"].conv.weight.add_(1.0)
        network.level1["branch4"].conv.bias.add_(1.0)
        after = outputs_of(
            network, ["level3.branches.branch1", "level3.branches.branch4"], images()
        )
    torch.testing.assert_close(
        untouched["level3.branches.branch1"], after["level3.branches.branch1"]
    )


def test_eval_is_deterministic_and_a_batch_is_its_singles(network):
    batch = images(3)
    with torch.no_grad():
        once, again = network(batch), network(batch)
        singles = torch.cat([network(image[None]) for image in batch])
    assert torch.equal(once, again)
    torch.testing.assert_close(once, singles, atol=1e-5, rtol=1e-5)


def test_gradients_reach_every_parameter(network):
    assert not dead_parameters(network, images(4), torch.arange(4))


def test_eight_images_are_learnt_by_heart():
    torch.manual_seed(2)
    network = LEARNet(LEARNetConfig(dropout=0.0))
    assert steps_to_overfit(network, images(8), torch.arange(8) % 4, limit=60)


def test_its_input_is_the_dynamic_image_with_full_weights():
    assert ENTRY.input.kind is InputKind.DYNAMIC_IMAGE
    assert (ENTRY.input.size, ENTRY.input.channels) == ((112, 112), 3)
    assert ENTRY.input.weighting == "full"


def test_an_image_of_another_size_is_refused(network):
    with pytest.raises(ModelError, match=r"\(3, 112, 112\).*\(3, 110, 110\)"):
        network(torch.rand(1, 3, 110, 110))
