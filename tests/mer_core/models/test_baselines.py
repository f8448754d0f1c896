"""ResNet-50 and MobileNetV1 as built here: counts, traps avoided, published weights restored."""

import copy

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from transformers import MobileNetV1Config

from mer_core.errors import CheckpointError, SettingsError
from mer_core.models.baselines import ENTRIES, build_mobilenet, build_resnet50
from mer_core.models.catalog import model_entry
from mer_core.models.vgg import VGG
from tests.mer_core.models.probes import dead_parameters, receptive_side, steps_to_overfit

BY_NAME = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


def count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def normalised(inputs, outputs, kernel):
    """Convolution without bias, and its batch normalisation."""
    return inputs * outputs * kernel**2 + 2 * outputs


def resnet_stage(inputs, width, depth):
    first = normalised(inputs, width, 1) + normalised(inputs, 4 * width, 1)
    first += normalised(width, width, 3) + normalised(width, 4 * width, 1)
    other = normalised(4 * width, width, 1) + normalised(width, width, 3)
    other += normalised(width, 4 * width, 1)
    return first + (depth - 1) * other


@pytest.mark.parametrize("classes", [3, 4, 1000])
def test_counts_by_closed_form(classes):
    stages = [
        resnet_stage(inputs, width, depth)
        for inputs, width, depth in ((64, 64, 3), (256, 128, 4), (512, 256, 6), (1024, 512, 3))
    ]
    assert stages == [215_808, 1_219_584, 7_098_368, 14_964_736]
    resnet = normalised(3, 64, 7) + sum(stages) + 2049 * classes
    widths = (32, 64, 128, 128, 256, 256, *(512,) * 6, 1024, 1024)
    mobilenet = normalised(3, 32, 3) + 1025 * classes
    for inputs, outputs in zip(widths, widths[1:], strict=False):
        mobilenet += 9 * inputs + 2 * inputs + normalised(inputs, outputs, 1)
    with torch.device("meta"):
        assert count(build_resnet50(classes)) == resnet
        assert count(build_mobilenet(classes)) == mobilenet
    if classes == 1000:
        assert (resnet, mobilenet) == (25_557_032, 4_231_976)


def test_mobilenet_avoids_the_packages_defaults():
    network = build_mobilenet(4)
    rates = [part.p for part in network.modules() if isinstance(part, nn.Dropout)]
    momenta = {part.momentum for part in network.modules() if isinstance(part, nn.BatchNorm2d)}
    assert rates == [0.001]
    assert momenta == {0.1}


@BY_NAME
def test_receptive_fields_by_gradient(entry):
    torch.manual_seed(0)
    network = entry.build(4)
    for name, module in list(network.named_modules()):
        if isinstance(module, nn.ReLU6):  # saturates, and a saturated cell has no gradient
            parent, _, child = name.rpartition(".")
            setattr(network.get_submodule(parent), child, nn.ReLU())
    early = [layer for layer in entry.layers if layer.receptive_field < 112]
    assert len(early) >= 6
    for layer in early[1::2]:
        side = receptive_side(network, layer.module, torch.rand(1, 3, 224, 224))
        assert side == layer.receptive_field, layer.name


@BY_NAME
def test_gradients_reach_every_parameter(entry):
    torch.manual_seed(0)
    images = torch.rand(4, 3, 64, 64)
    assert dead_parameters(entry.build(4), images, torch.tensor([0, 1, 2, 3])) == []


@BY_NAME
def test_overfits_eight_images(entry):
    torch.manual_seed(0)
    images = torch.rand(8, 3, 32, 32)  # global pooling takes any size, and a small one is quick
    labels = torch.arange(8) % 4
    assert steps_to_overfit(entry.build(4), images, labels, limit=40) is not None


@BY_NAME
def test_a_batch_is_its_singles(entry):
    torch.manual_seed(0)
    network = entry.build(4).eval()
    batch = torch.rand(3, 3, 64, 64)
    with torch.no_grad():
        together = network(batch)
        singles = torch.cat([network(image[None]) for image in batch])
    torch.testing.assert_close(together, singles, rtol=1e-3, atol=1e-4)


def hub_file(path, classes=1000, change=None):
    """A file as the hub has it: the bare network's names, another number of classes."""
    torch.manual_seed(7)
    state = dict(build_mobilenet(classes).network.state_dict())
    state = {name: value.clone() for name, value in state.items() if "num_batches" not in name}
    (change or (lambda _: None))(state)
    save_file(state, path)
    return state


def test_published_weights_fill_all_but_the_classifier(tmp_path):
    published = hub_file(tmp_path / "hub.safetensors")
    network = build_mobilenet(4)
    before = copy.deepcopy(network.network.state_dict())
    model_entry("mobilenet").published.restore(network, tmp_path / "hub.safetensors")
    after = network.network.state_dict()
    for name in after:
        if name.startswith("classifier") or "num_batches" in name:
            assert torch.equal(after[name], before[name])
        else:
            assert torch.equal(after[name], published[name])
    assert not torch.equal(
        before["mobilenet_v1.conv_stem.convolution.weight"],
        after["mobilenet_v1.conv_stem.convolution.weight"],
    )


def test_another_networks_file_is_refused_and_changes_nothing(tmp_path):
    path = tmp_path / "hub.safetensors"
    missing = "mobilenet_v1.layer.3.convolution.weight"
    hub_file(path, change=lambda state: state.pop(missing))
    network = build_mobilenet(4)
    before = copy.deepcopy(network.state_dict())
    with pytest.raises(CheckpointError, match=missing):
        model_entry("mobilenet").published.restore(network, path)
    path.write_bytes(b"not tensors")
    with pytest.raises(CheckpointError, match="not a whole safetensors file"):
        model_entry("mobilenet").published.restore(network, path)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_mobilenet_pads_as_the_package_does_to_the_last_bit():
    ours = build_mobilenet(4).eval()
    theirs = copy.deepcopy(ours)
    padding = MobileNetV1Config(tf_padding=True)
    for module in theirs.modules():
        if isinstance(getattr(module, "convolution", None), nn.Conv2d):
            module.config = padding
            module.convolution.padding = (0, 0)
    image = torch.rand(2, 3, 112, 112, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(ours(image), theirs(image))
    odd = torch.rand(1, 3, 97, 105, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        assert torch.equal(ours(odd), theirs(odd))


@pytest.mark.parametrize(
    ("depth", "thousand", "four"),
    [(16, 138_357_544, 134_276_932), (19, 143_667_240, 139_586_628)],
)
def test_totals(depth, thousand, four):
    for classes, expected in ((1000, thousand), (4, four)):
        with torch.device("meta"):
            network = VGG(depth, classes)
        assert sum(parameter.numel() for parameter in network.parameters()) == expected


def test_each_convolution_is_a_layer_and_the_network_is_listed_for_cost_only():
    for depth, convolutions in ((16, 13), (19, 16)):
        entry = model_entry(f"vgg{depth}")
        assert len(entry.layers) == convolutions
        assert not entry.trains
    assert model_entry("vgg16").layers[-1].receptive_field == 196


def test_other_depths_are_refused():
    with pytest.raises(SettingsError, match="16 or 19"):
        VGG(13, 4)
