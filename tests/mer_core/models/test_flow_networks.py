"""STSTNet, OFF-ApexNet and SSSNet against their published layer tables."""

import pytest
import torch

from mer_core.errors import ModelError
from mer_core.models.catalog import model_entry
from mer_core.models.offapexnet import OffApexNet, OffApexNetConfig
from mer_core.models.sssnet import SSSNet, SSSNetConfig
from mer_core.models.ststnet import STSTNet, STSTNetConfig
from mer_core.records import InputKind
from tests.mer_core.models.probes import (
    dead_parameters,
    outputs_of,
    receptive_side,
    steps_to_overfit,
)

NAMES = ("ststnet", "offapexnet", "sssnet")
WITHOUT_DROPOUT = {
    "ststnet": lambda: STSTNet(STSTNetConfig(classes=4, dropout=0.0)),
    "offapexnet": lambda: OffApexNet(OffApexNetConfig(classes=4, dropout=0.0)),
    "sssnet": lambda: SSSNet(SSSNetConfig(classes=4, dropout=0.0)),
}
SHAPES = {
    "ststnet": {
        "streams.stream3.conv": (3, 30, 30),
        "streams.stream5.conv": (5, 30, 30),
        "streams.stream8.conv": (8, 30, 30),
        "concat": (16, 10, 10),
        "pool": (16, 5, 5),
        "flatten": (400,),
    },
    "offapexnet": {
        "streams.u.conv1": (6, 28, 28),
        "streams.v.conv1": (6, 28, 28),
        "streams.u.pool1": (6, 14, 14),
        "streams.u.conv2": (16, 14, 14),
        "streams.v.pool2": (16, 7, 7),
        "flatten": (1568,),
    },
    "sssnet": {
        "block1.conv": (32, 60, 60),
        "block1": (32, 20, 20),
        "block2.conv": (64, 18, 18),
        "block2": (64, 9, 9),
        "head.flatten": (5184,),
    },
}
LAYERS = [(name, layer) for name in NAMES for layer in model_entry(name).layers]


def flows(name, count=4, seed=0):
    spec = model_entry(name).input
    draws = torch.Generator().manual_seed(seed)
    return torch.randn(count, spec.channels, *spec.size, generator=draws)


def built(name, classes=4):
    torch.manual_seed(0)
    return model_entry(name).build(classes).eval()


def conv(inputs, outputs, kernel):
    return inputs * outputs * kernel**2 + outputs


def parameters_by_hand(name, classes):
    if name == "ststnet":
        streams = sum(conv(3, width, 3) + 2 * width for width in (3, 5, 8))
        return streams + (5 * 5 * 16 + 1) * classes
    if name == "offapexnet":
        streams = 2 * (conv(1, 6, 5) + conv(6, 16, 5))
        return streams + (2 * 7 * 7 * 16 + 1) * 1024 + 1025 * 1024 + 1025 * classes
    blocks = conv(3, 32, 5) + 2 * 32 + conv(32, 64, 3) + 2 * 64
    return blocks + (9 * 9 * 64 + 1) * 256 + 257 * classes


@pytest.mark.parametrize(
    ("name", "published"), [("ststnet", 1_683), ("offapexnet", 2_664_475), ("sssnet", 1_349_251)]
)
def test_parameters_are_those_of_the_layer_table(name, published):
    assert parameters_by_hand(name, 3) == published
    for classes in (3, 4):
        found = sum(p.numel() for p in built(name, classes).parameters())
        assert found == parameters_by_hand(name, classes)


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_has_its_shape(name):
    network = built(name)
    seen = outputs_of(network, SHAPES[name], flows(name))
    assert {path: tuple(maps.shape[1:]) for path, maps in seen.items()} == SHAPES[name]
    assert network(flows(name)).shape == (4, 4)


@pytest.mark.parametrize(("name", "layer"), LAYERS, ids=[f"{n}-{la.name}" for n, la in LAYERS])
def test_the_layer_catalogue_is_what_the_network_has(name, layer):
    network = built(name)
    maps = outputs_of(network, [layer.module], flows(name))[layer.module]
    assert maps.shape[1] == layer.channels
    side = model_entry(name).input.size[0]
    # Unpadded or widely padded convolutions miss or exceed side / stride by a few cells.
    assert abs(maps.shape[2] - side / layer.stride) <= 4
    assert receptive_side(network, layer.module, flows(name, 1)) == layer.receptive_field


@pytest.mark.parametrize("name", NAMES)
def test_eval_is_deterministic_and_a_batch_is_its_singles(name):
    network, batch = built(name), flows(name)
    with torch.no_grad():
        once, again = network(batch), network(batch)
        singles = torch.cat([network(flow[None]) for flow in batch])
    assert torch.equal(once, again)
    torch.testing.assert_close(once, singles, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_reach_every_parameter(name):
    assert not dead_parameters(built(name), flows(name), torch.arange(4))


@pytest.mark.parametrize(
    ("name", "rate", "limit"),
    [("ststnet", 1e-2, 100), ("offapexnet", 1e-3, 40), ("sssnet", 1e-3, 40)],
)
def test_eight_flows_are_learnt_by_heart(name, rate, limit):
    torch.manual_seed(2)
    network, labels = WITHOUT_DROPOUT[name](), torch.arange(8) % 4
    assert steps_to_overfit(network, flows(name, 8), labels, limit=limit, rate=rate)


def test_off_apexnet_reads_each_direction_in_its_own_stream():
    network, flow = built("offapexnet"), flows("offapexnet", 1)
    changed = flow.clone()
    changed[:, 1] += 1
    paths = ["streams.u", "streams.v"]
    before, after = (outputs_of(network, paths, value) for value in (flow, changed))
    assert torch.equal(before["streams.u"], after["streams.u"])
    assert not torch.equal(before["streams.v"], after["streams.v"])


@pytest.mark.parametrize("name", NAMES)
def test_flow_of_another_size_is_refused(name):
    spec = model_entry(name).input
    assert spec.kind is InputKind.FLOW
    with pytest.raises(ModelError, match="not"):
        built(name)(torch.rand(1, spec.channels, spec.size[0] + 1, spec.size[1] + 1))
