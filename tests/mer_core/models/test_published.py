"""Published weights: from the local file, from the hub, or a refusal; never something else."""

import pytest
import torch
from safetensors.torch import save_file

from mer_core.errors import WeightsError
from mer_core.models.baselines import build_mobilenet
from mer_core.models.catalog import model_entry
from mer_core.models.loaded import load_model
from mer_core.models.published import local_file, published_file

MOBILENET = model_entry("mobilenet")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_DATA", str(tmp_path))


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_args, **_options):
        raise ConnectionError("no route")

    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *_a, **_k: None)
    monkeypatch.setattr("huggingface_hub.get_hf_file_metadata", refuse)


def test_the_local_file_is_used_and_the_state_says_so(offline):
    torch.manual_seed(3)
    donor = build_mobilenet(1000).network
    local_file(MOBILENET).parent.mkdir(parents=True)
    save_file(donor.state_dict(), local_file(MOBILENET))
    assert published_file(MOBILENET) == local_file(MOBILENET)
    loaded = load_model("mobilenet", classes=("a", "b"), weights="imagenet", seed=2)
    assert loaded.weights.kind == "imagenet"
    assert not loaded.weights.trained
    assert "ImageNet" in loaded.weights.label
    assert "untrained" in loaded.weights.label
    stem = "mobilenet_v1.conv_stem.convolution.weight"
    assert torch.equal(loaded.module.network.state_dict()[stem], donor.state_dict()[stem])
    fresh = load_model("mobilenet", classes=("a", "b"), seed=2)
    assert fresh.digest != loaded.digest


def test_neither_here_nor_reachable_is_one_line_and_not_random_weights(offline):
    with pytest.raises(WeightsError) as caught:
        load_model("mobilenet", classes=("a", "b"), weights="imagenet")
    message = str(caught.value)
    assert "\n" not in message
    assert MOBILENET.published.hub_id in message
    assert str(local_file(MOBILENET)) in message


def test_a_file_in_the_hubs_cache_needs_no_network(monkeypatch, offline, tmp_path):
    cached = tmp_path / "cached.safetensors"
    asked = []

    def cache(repository, name, revision):
        asked.append((repository, name, revision))
        return str(cached)

    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", cache)
    assert published_file(MOBILENET) == cached
    assert asked == [
        (MOBILENET.published.hub_id, "model.safetensors", MOBILENET.published.revision)
    ]


def test_a_network_nobody_publishes():
    with pytest.raises(WeightsError, match="nobody publishes"):
        load_model("affectivenet", classes=("a", "b"), weights="imagenet")
