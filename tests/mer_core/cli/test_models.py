"""`mer models` and `mer export` as a user meets them."""

import json

import pytest

from mer_core.cli import run
from mer_core.models.catalog import MODELS, list_models
from mer_core.records import InputKind


def document(capsys, *words, code=0):
    assert run([*words, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_list_has_every_network_with_its_cost(capsys):
    listed = document(capsys, "models")
    assert [entry["name"] for entry in listed] == [entry.name for entry in list_models()]
    base = listed[0]
    assert base["parameters"] == 2_271_296
    assert base["input"] == "ami"
    assert base["flops"] == 2 * base["multiply_adds"]
    assert base["memory"] == base["weight_bytes"] + base["activation_bytes"]
    assert {"micro.k3.f1", "mfl.fm3"} <= {layer["name"] for layer in base["layers"]}
    assert all(entry["layers"] and entry["paper"] and entry["title"] for entry in listed)
    assert {entry["input"] for entry in listed} == {"ami", "dynamic image", "clip", "flow"}


def test_one_network_with_its_layers(capsys):
    assert run(["models", "learnet", "--classes", "8"]) == 0
    text = capsys.readouterr().out
    assert "1,866,824" in text
    assert "affectivenet" not in text
    for layer in MODELS.get("learnet").layers:
        assert layer.name in text


def test_unknown_names_are_refused_in_one_line(capsys):
    assert run(["models", "lernet"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "did you mean 'learnet'" in captured.err


def test_the_help_of_export_names_every_network_that_it_refuses(capsys):
    assert run(["export", "--help"]) == 0
    said = capsys.readouterr().out
    refused = [entry.title for entry in list_models() if entry.input.kind is InputKind.CLIP]
    assert refused
    assert all(f"{title} cannot be exported" in said for title in refused)


def test_export_writes_and_tells_what_the_weights_are(capsys, tmp_path):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    out = tmp_path / "net.onnx"
    answer = document(capsys, "export", "ststnet", str(out), "--classes", "up, down,none")
    assert answer["classes"] == ["up", "down", "none"]
    assert "untrained" in answer["weights"]
    assert answer["bytes"] == out.stat().st_size
    assert run(["export", "ststnet", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (["affectivenet", "net.txt"], r"name it *.onnx"),
        (["affectivenet", "net.onnx", "--weights", "absent.safetensors"], "no such weights file"),
        (["affectivenet", "net.onnx", "--weights", "imagenet"], "nobody publishes"),
        (["affectivenet", "net.onnx", "--classes", "a,a"], "must differ"),
    ],
)
def test_export_refuses_in_one_line(words, match, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["export", *words]) == 2
    message = capsys.readouterr().err
    assert match in message
    assert message.count("\n") == 1
    assert not list(tmp_path.iterdir())
