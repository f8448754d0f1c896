"""A loaded network says what its weights are, keeps its lock, and leaves the world as found."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from mer_core.errors import CheckpointError, ModelError, SettingsError, UnknownNameError
from mer_core.models.catalog import model_entry
from mer_core.models.checkpoint import CheckpointHeader, Lineage, save_checkpoint
from mer_core.models.loaded import check_input, initial_network, load_model

CLASSES = ("negative", "others", "positive", "surprise")
NAME = "affectivenet-1x1-all"  # the smallest arithmetic of the family


@pytest.fixture(scope="module")
def model():
    return load_model(NAME, classes=CLASSES, seed=4)


@pytest.fixture
def checkpoint(tmp_path, model):
    header = CheckpointHeader(model=NAME, classes=CLASSES, seed=9, synthetic=True)
    save_checkpoint(tmp_path / "net.safetensors", model.module, header)
    return tmp_path / "net.safetensors"


def test_random_weights_are_called_random_and_depend_on_the_seed(model):
    assert model.weights.kind == "random"
    assert not model.weights.trained
    assert "untrained" in model.weights.label
    assert "seed 4" in model.weights.label
    assert load_model(NAME, classes=CLASSES, seed=4).digest == model.digest
    assert load_model(NAME, classes=CLASSES, seed=5).digest != model.digest
    assert not model.module.training


def test_a_checkpoint_brings_its_classes_and_its_identity(model, checkpoint):
    loaded = load_model(NAME, weights=checkpoint)
    assert loaded.classes == CLASSES
    assert loaded.weights.kind == "checkpoint"
    assert loaded.weights.trained
    assert loaded.weights.synthetic
    assert "synthetic" in loaded.weights.label
    assert loaded.digest == model.digest  # the same weights
    image = torch.rand(2, 3, 112, 112)
    assert torch.equal(loaded.logits(image), model.logits(image))


def test_weights_say_whether_it_is_known_whom_they_saw(tmp_path, model, checkpoint):
    assert "on whom is not recorded" in load_model(NAME, weights=checkpoint).weights.label
    known = CheckpointHeader(model=NAME, classes=CLASSES, lineage=Lineage())
    save_checkpoint(tmp_path / "known.safetensors", model.module, known)
    label = load_model(NAME, weights=tmp_path / "known.safetensors").weights.label
    assert "not recorded" not in label


def test_a_network_to_be_trained_is_that_of_load_model_without_its_identity(model, monkeypatch):
    def refuse(*_args):
        raise AssertionError("weights were hashed that nobody asks the identity of")

    monkeypatch.setattr("mer_core.models.loaded.weights_digest", refuse)
    network = initial_network(NAME, classes=CLASSES, seed=4)
    for name, value in model.module.state_dict().items():
        assert torch.equal(network.state_dict()[name], value)


def test_a_checkpoint_of_another_network_or_other_classes_is_refused(checkpoint):
    with pytest.raises(CheckpointError, match=f"weights of {NAME}, not of affectivenet"):
        load_model("affectivenet", weights=checkpoint)
    with pytest.raises(CheckpointError, match="trained for the classes"):
        load_model(NAME, weights=checkpoint, classes=tuple(reversed(CLASSES)))


@pytest.mark.parametrize("classes", [None, (), ("a", "a"), ("a", "")])
def test_class_names_are_needed_and_distinct(classes):
    with pytest.raises(SettingsError):
        load_model(NAME, classes=classes)


def test_unknown_network():
    with pytest.raises(UnknownNameError, match="did you mean 'affectivenet'"):
        load_model("affectivnet", classes=CLASSES)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("affectivenet", (3, 112, 112)),
        ("affectivenet", (1, 1, 112, 112)),
        ("affectivenet", (1, 3, 113, 112)),
        ("affectivenet", (0, 3, 112, 112)),
        ("akmnet", (1, 1, 128, 128)),
        ("akmnet", (1, 0, 1, 128, 128)),
    ],
)
def test_other_shapes_are_refused_before_they_reach_the_network(name, shape):
    with pytest.raises(ModelError, match=f"{name}: takes B x"):
        check_input(model_entry(name), torch.zeros(shape))


def test_logits_take_the_lock(model):
    answered = threading.Event()

    def ask():
        model.logits(torch.zeros(1, 3, 112, 112))
        answered.set()

    with model.lock:
        asking = threading.Thread(target=ask)
        asking.start()
        assert not answered.wait(0.1)
    asking.join(10)
    assert answered.is_set()


def test_many_threads_get_the_serial_answers(model):
    images = torch.rand(8, 1, 3, 112, 112)
    serial = [model.logits(image) for image in images]
    with ThreadPoolExecutor(4) as pool:
        assert all(map(torch.equal, pool.map(model.logits, images), serial))


def test_the_mode_is_restored_and_statistics_are_untouched(model):
    image = torch.rand(2, 3, 112, 112)
    expected = model.logits(image)
    assert not expected.requires_grad
    model.module.train()
    try:
        assert torch.equal(model.logits(image), expected)
        assert model.module.training
    finally:
        model.module.eval()
    torch.testing.assert_close(model.probabilities(image).sum(1), torch.ones(2))
