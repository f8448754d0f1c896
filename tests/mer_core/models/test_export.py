"""ONNX files answer as PyTorch does and carry what is needed to use them."""

import builtins
import json

import numpy as np
import pytest
import torch

from mer_core.errors import MissingToolError, ModelError
from mer_core.models import export
from mer_core.models.export import TOLERANCE, export_onnx
from mer_core.models.loaded import load_model
from tests.mer_core.models.test_affectivenet import draw_statistics

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

CLASSES = ("negative", "others", "positive", "surprise")


@pytest.mark.parametrize("name", ["affectivenet", "mobilenet", "resnet50"])
def test_onnx_runtime_agrees_at_other_batch_sizes(name, tmp_path, capfd):
    model = load_model(name, classes=CLASSES, seed=2)
    draw_statistics(model.module)
    written = export_onnx(model, tmp_path / f"{name}.onnx")
    assert written.deviation <= TOLERANCE
    assert written.bytes == written.path.stat().st_size
    assert capfd.readouterr().out == ""  # standard output belongs to --json
    session = onnxruntime.InferenceSession(str(written.path), providers=["CPUExecutionProvider"])
    for batch in (1, 4):
        images = torch.rand(batch, 3, 112, 112, generator=torch.Generator().manual_seed(batch))
        expected = model.logits(images).numpy()
        (found,) = session.run(["logits"], {"input": images.numpy()})
        assert np.abs(found - expected).max() <= TOLERANCE * np.abs(expected).max()
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["classes"]) == list(CLASSES)
    assert metadata["weights_digest"] == model.weights.digest
    assert "untrained" in metadata["weights"]
    assert json.loads(metadata["input"])["mean"] == list(model.entry.input.mean)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{name}.onnx"]


def test_a_file_that_answers_differently_is_not_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_deviation", lambda *_: float("nan"))
    model = load_model("ststnet", classes=CLASSES)
    with pytest.raises(ModelError, match="differ from PyTorch's"):
        export_onnx(model, tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())


def test_networks_of_clips_are_refused(tmp_path):
    with pytest.raises(ModelError, match="akmnet: chooses frames by value"):
        export_onnx(load_model("akmnet", classes=CLASSES), tmp_path / "net.onnx")


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **options):
        if name == "onnxscript":
            raise ImportError("absent", name=name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingToolError, match=r"onnxscript.*mer-workbench\[export\]"):
        export_onnx(load_model("ststnet", classes=CLASSES), tmp_path / "net.onnx")
