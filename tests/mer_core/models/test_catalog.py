"""What holds for every network of the catalogue."""

import inspect
from collections import Counter
from pathlib import Path

import pytest
import torch
from torch import nn

from mer_core.errors import UnknownNameError
from mer_core.models import catalog
from mer_core.models.catalog import MODELS, list_models, model_entry
from mer_core.models.complexity import measure
from mer_core.models.entry import stage
from mer_core.models.loaded import build_seeded
from mer_core.records import InputKind

EVERY = pytest.mark.parametrize("entry", list_models(), ids=lambda entry: entry.name)
TRAINING = pytest.mark.parametrize(
    "entry", [entry for entry in list_models() if entry.trains], ids=lambda entry: entry.name
)
# Built by another package, which pads and adds in functions of its own.
FOREIGN = {"resnet50", "mobilenet"}


def sample(entry, count=2):
    frames = (5,) if entry.input.kind is InputKind.CLIP else ()
    shape = (count, *frames, entry.input.channels, *entry.input.size)
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def built(entry, classes=4):
    """On the meta device where the pass allows it: shapes without arithmetic."""
    if entry.input.kind is InputKind.CLIP:
        return entry.build(classes).eval(), sample(entry)
    with torch.device("meta"):
        return entry.build(classes).eval(), torch.empty(sample(entry).shape)


def test_names_are_unique_and_the_lookup_says_what_exists():
    names = [entry.name for entry in list_models()]
    assert len(set(names)) == len(names) == sum(entry.listed for entry in MODELS)
    with pytest.raises(UnknownNameError, match="affectivenet"):
        model_entry("afectivenet")


def test_every_network_file_is_listed():
    folder = Path(catalog.__file__).parent
    listing = {path.stem for path in folder.glob("*.py") if "\nENTRIES" in path.read_text()}
    assert listing == set(catalog._MODULES)


@EVERY
def test_layers_are_in_the_network_and_give_what_they_declare(entry):
    network, inputs = built(entry)
    seen = {}
    for layer in entry.layers:
        network.get_submodule(layer.module).register_forward_hook(
            lambda _module, _inputs, output, name=layer.name: seen.__setitem__(name, output)
        )
    with torch.no_grad():
        network(inputs)
    height = entry.input.size[0]
    for layer in entry.layers:
        maps = seen[layer.name]
        assert maps.shape[1] == layer.channels, layer.name
        assert layer.stage == stage(layer.stride)
        # Where convolutions do not pad, a map lacks up to the field of view at its edges.
        lost = (layer.receptive_field or height) / layer.stride
        assert abs(maps.shape[2] - height / layer.stride) <= max(2, lost), layer.name
    names = [layer.name for layer in entry.layers]
    assert len(set(names)) == len(names) > 0
    with pytest.raises(UnknownNameError):
        entry.layer("no such layer")
    assert entry.layer(names[-1]) is entry.layers[-1]


@EVERY
@pytest.mark.parametrize("classes", [3, 7])
def test_one_tensor_in_logits_out(entry, classes):
    network, inputs = built(entry, classes)
    with torch.no_grad():
        assert network(inputs).shape == (2, classes)


@EVERY
def test_each_activation_and_pool_is_a_module_used_once_and_not_in_place(entry):
    network, inputs = built(entry)
    calls = Counter()
    watched = (nn.ReLU, nn.ReLU6, nn.Hardtanh, nn.MaxPool2d, nn.AvgPool2d, nn.Dropout)
    for name, module in network.named_modules():
        if isinstance(module, watched):
            assert not getattr(module, "inplace", False), name
            module.register_forward_hook(lambda *_, name=name: calls.update([name]))
    with torch.no_grad():
        network(inputs)
    assert set(calls.values()) <= {1}, calls.most_common(3)
    unused = {n for n, m in network.named_modules() if isinstance(m, watched)} - set(calls)
    assert not unused


@EVERY
def test_no_functional_nonlinearity_in_our_own_networks(entry):
    if entry.name in FOREIGN:
        pytest.skip("written by the transformers package; its activations are modules, see above")
    network, _ = built(entry)
    written = {
        inspect.getsource(type(module))
        for module in network.modules()
        if type(module).__module__.startswith("mer_core")
    }
    assert written
    for source in written:
        for word in ("F.relu", "functional.relu", "torch.relu", ".relu(", "relu_(", "clamp_("):
            assert word not in source


@TRAINING
def test_the_same_seed_gives_the_same_network_whatever_the_generator(entry):
    torch.manual_seed(1)
    first = build_seeded(entry, 3, seed=5).state_dict()
    torch.manual_seed(2)
    before = torch.random.get_rng_state()
    second = build_seeded(entry, 3, seed=5).state_dict()
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(first[name], second[name]) for name in first)
    other = build_seeded(entry, 3, seed=6).state_dict()
    assert any(not torch.equal(first[name], other[name]) for name in first)


@TRAINING
def test_untrained_answers_are_finite_and_depend_on_the_input(entry):
    network = build_seeded(entry, 4, seed=0).eval()
    with torch.no_grad():
        logits = network(sample(entry))
    assert logits.isfinite().all()
    assert (logits[0] - logits[1]).abs().max() > 1e-6


@EVERY
def test_the_measured_count_is_that_of_the_network(entry):
    network, _ = built(entry)
    assert measure(entry, classes=4).parameters == sum(p.numel() for p in network.parameters())
