import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mer_core.attribution import METHODS
from mer_core.cli import run
from mer_core.models.loaded import load_model
from mer_core.records import array_digest


@pytest.fixture
def clip(tmp_path):
    """Six frames of a moving square."""
    folder = tmp_path / "EP01_01"
    folder.mkdir()
    noise = np.random.default_rng(0)
    still = noise.integers(60, 120, (48, 48, 3)).astype(np.uint8)
    for position in range(6):
        frame = still.copy()
        frame[10:20, 5 + 3 * position : 15 + 3 * position] = (200, 120, 60)
        cv2.imwrite(str(folder / f"reg_img{position + 1}.png"), frame)
    return folder


@pytest.fixture
def ask(capsys):
    def call(*arguments):
        # Moving squares have no face.
        code = run(["explain", "--no-crop", *map(str, arguments), "--json"])
        said = capsys.readouterr()
        return code, json.loads(said.out) if said.out else None, said.err.splitlines()

    return call


def test_four_files_tell_one_story(clip, tmp_path, ask):
    out = tmp_path / "maps"
    arguments = [clip, out, "--model", "affectivenet", "--method", "grad-cam"]
    arguments += [
        "--weights",
        "random",
        "--layer",
        "mfl.fm2",
        "--target",
        "surprise",
        "--set",
        "negatives=yes",
    ]
    code, document, errors = ask(*arguments)
    assert code == 0  # untrained weights are a warning
    assert any("untrained" in line for line in errors)
    assert sorted(path.name for path in out.iterdir()) == [
        f"affectivenet-grad-cam-surprise.{suffix}" for suffix in ("json", "npy", "png", "py")
    ]
    values = np.load(document["files"]["array"], allow_pickle=False)
    record = json.loads((out / "affectivenet-grad-cam-surprise.json").read_text())
    assert record["array_digest"] == array_digest(values)
    assert values.shape == (112, 112)
    assert document["signed"] is True
    assert document["parameters"]["negatives"] is True
    within = np.quantile(np.abs(values), 0.99)  # the strongest pixels lie beyond the scale
    assert document["high"] == -document["low"] == pytest.approx(within, rel=0.02)
    assert 0 < document["probability"] < 1
    assert document["synthetic"] is False
    picture = cv2.imread(document["files"]["png"])
    assert min(picture.shape[:2]) > 300


def test_by_default_a_shipped_network_explains_and_only_data_are_marked_synthetic(
    clip, tmp_path, ask
):
    arguments = ["--model", "learnet", "--method", "saliency"]
    code, document, errors = ask(clip, tmp_path / "o", *arguments)
    assert code == 0
    assert "generated people" in document["weights"]
    assert document["synthetic"] is False
    assert not any("synthetic" in Path(file).name for file in document["files"].values())
    assert any("has never seen a real face" in line for line in errors)
    assert any("withholds this answer: no face" in line for line in errors)
    (clip / "SYNTHETIC.txt").write_text("generated\n")
    _, document, errors = ask(clip, tmp_path / "o", *arguments)
    assert document["synthetic"] is True
    assert not any("real face" in line for line in errors)


@pytest.mark.parametrize(
    ("model", "weighting", "answering"),
    [
        ("affectivenet", "full", "full"),
        ("affectivenet", "rank-pooling", "rank-pooling"),
        ("resnet50", "full", "rank-pooling"),  # ships for one weighting alone
    ],
)
def test_the_weights_that_ship_for_the_weighting_are_asked(
    clip, tmp_path, ask, model, weighting, answering
):
    arguments = ["--model", model, "--weighting", weighting, "--method", "saliency"]
    code, document, _ = ask(clip, tmp_path / "o", *arguments)
    assert code == 0
    expected = load_model(model, weights="synthetic", weighting=answering)
    assert document["weights"] == expected.weights.label
    record = json.loads(Path(document["files"]["record"]).read_text())
    assert record["settings"]["model_digest"] == expected.digest
    script = Path(document["files"]["script"]).read_text()
    assert f"weights='synthetic:{answering}'" in script
    assert f"weighting={weighting!r}" in script


def test_nothing_is_replaced_unless_asked(clip, tmp_path, ask):
    arguments = [clip, tmp_path / "o", "--model", "learnet", "--method", "saliency"]
    arguments += ["--weights", "random", "--target", "others"]
    _, first, _ = ask(*arguments)
    before = np.load(first["files"]["array"]).copy()
    code, document, errors = ask(*arguments, "--seed", "1")
    assert (code, document) == (2, None)
    assert "pass --overwrite" in errors[0]
    np.testing.assert_array_equal(np.load(first["files"]["array"]), before)
    code, _, _ = ask(*arguments, "--seed", "1", "--overwrite")
    assert code == 0
    assert not np.array_equal(np.load(first["files"]["array"]), before)


def test_generated_frames_are_named_synthetic(clip, tmp_path, ask):
    (clip / "SYNTHETIC.txt").write_text("generated\n")
    _, document, _ = ask(clip, tmp_path / "o", "--model", "affectivenet", "--method", "saliency")
    assert document["synthetic"] is True
    assert all("-synthetic." in file for file in document["files"].values())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--model"),
        (["--model", "affectivenet", "--method", "gradcam"], "did you mean 'grad-cam'"),
        (["--model", "affectivenet", "--set", "step=4"], "steps"),
        (["--model", "affectivenet", "--set", "steps"], "steps"),
        (["--model", "affectivenet", "--set", "steps=1000"], "from 4 to 256"),
        (["--model", "affectivenet", "--target", "joy"], "positive, negative, surprise, others"),
        (["--model", "affectivenet", "--layer", "fm2"], "name no layer"),
        (["--model", "mobilenet", "--method", "guided-backprop"], "ReLU6"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_a_remedy(clip, tmp_path, ask, options, message):
    code, document, errors = ask(clip, tmp_path / "o", *options)
    assert (code, document, len(errors)) == (2, None, 1)
    assert message in errors[0]
    assert not (tmp_path / "o").exists()


def test_the_list_says_what_applies_and_why_not(ask):
    code, document, _ = ask("--list")
    assert code == 0
    assert [entry["name"] for entry in document] == list(METHODS.names())
    _, document, _ = ask("--list", "--model", "mobilenet")
    offers = {entry["name"]: entry for entry in document}
    assert "ReLU6" in offers["guided-backprop"]["reason"]
    assert offers["saliency"]["applies"]
    assert offers["saliency"]["reason"] is None
    (steps,) = (k for k in offers["integrated-gradients"]["parameters"] if k["name"] == "steps")
    assert (steps["kind"], steps["default"], steps["low"], steps["high"]) == ("int", 32, 4, 256)


def test_people_get_a_table_and_paths(clip, tmp_path, capsys):
    assert run(["explain", "--list", "--model", "learnet"]) == 0
    listing = capsys.readouterr().out
    assert "LEARNet" in listing
    assert "occlusion" in listing
    arguments = ["explain", "--no-crop", clip, tmp_path / "o", "--model", "learnet"]
    assert run([*map(str, arguments), "--set", "steps=4"]) == 0
    said = capsys.readouterr().out
    assert "sums to" in said
    assert str(tmp_path / "o") in said
