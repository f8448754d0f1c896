"""The script written beside a map computes that map again, in a process of its own."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from mer_core.attribution.recording import Recipe, explain_recording, seen_input
from mer_core.attribution.regions import face_regions
from mer_core.inputs import synthetic_recording
from mer_core.inputs.clip_code import ClipFile, SyntheticClip
from mer_core.inputs.own_clip import open_recording
from mer_core.models.loaded import load_model
from mer_core.records import array_digest

from .fitted import CLASSES, moving_clip, shared

pytestmark = pytest.mark.filterwarnings("ignore:Setting .*hooks")


@pytest.fixture
def folder(tmp_path):
    clip = moving_clip(side=64)
    folder = tmp_path / 'it\'s a "clip"'
    folder.mkdir()
    for number, frame in zip(clip.frame_numbers, clip.frames, strict=True):
        cv2.imwrite(str(folder / f"img{number}.png"), cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    return folder


def recipe(model, clip, recording, **options):
    found = explain_recording(model, recording, **options)
    return Recipe(
        clip=clip,
        model=model,
        weights="random",
        weights_seed=3,
        weighting=options.get("weighting"),
        map=found,
        synthetic=recording.clip.synthetic,
    )


def executed(source, folder, *arguments):
    file = folder / "again.py"
    file.write_text(source)
    done = subprocess.run(
        [sys.executable, str(file), *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return file


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("smooth-grad", {"parameters": {"smoothing_samples": 2}, "seed": 5, "weighting": "linear"}),
        ("grad-cam", {"layer": "mfl.fm2", "target": "surprise"}),
    ],
)
def test_the_script_reproduces_the_array_bit_for_bit(folder, tmp_path, method, options):
    model = load_model("affectivenet", classes=CLASSES, seed=3)
    recording = open_recording(folder, first=11, last=14, crop=False)
    made = recipe(
        model,
        ClipFile(path=folder, first=11, last=14, crop=False),
        recording,
        method=method,
        **options,
    )
    executed(made.script("array"), tmp_path)
    again = np.load(tmp_path / "array.npy", allow_pickle=False)
    np.testing.assert_array_equal(again, made.map.values)
    record = json.loads(json.dumps(made.record()))
    assert record["array_digest"] == array_digest(again)
    assert record["data_digest"] == recording.clip.digest
    assert record["settings"]["parameters"] == dict(made.map.parameters)
    assert record["seed"] == options.get("seed", 0)


def test_the_script_of_a_synthetic_clip_says_so_and_runs(tmp_path):
    model = load_model("ststnet", classes=CLASSES, seed=3)
    clip = SyntheticClip(subject=2, emotion="surprise", seed=1, size=48)
    recording = synthetic_recording(subject=2, emotion="surprise", seed=1, size=48)
    made = recipe(model, clip, recording, method="saliency")
    source = made.script("map")
    assert "Synthetic data" in source.split('"""')[1]
    assert made.record()["synthetic"] is True
    executed(source, tmp_path, "-", "elsewhere.npy")
    again = np.load(tmp_path / "elsewhere.npy", allow_pickle=False)
    np.testing.assert_array_equal(again, made.map.values)


def test_every_script_is_python_whatever_the_names(folder):
    model = load_model("affectivenet", classes=('a"""b', "c\\", "d'e"), seed=3)
    recording = open_recording(folder, crop=False)
    for target in model.classes:
        made = recipe(
            model, ClipFile(path=folder, crop=False), recording, method="saliency", target=target
        )
        compile(made.script(), "script", "exec")


def test_a_recording_brings_its_own_baseline_and_regions():
    model = shared("affective")
    recording = synthetic_recording(subject=2, emotion="surprise", seed=1, size=96)
    level = recording.image("full", size=(32, 32)).offset
    assert seen_input(model, recording)[1] == level
    assert seen_input(shared("akmnet"), recording)[1] is None
    found = explain_recording(model, recording, method="deeplift")
    assert found.parameters["zero_level"] == level
    assert found.input_digest == recording.expression.digest
    masks = face_regions(recording, (32, 32))
    assert {"AU1", "AU12"} <= set(masks)
    ablated = explain_recording(model, recording, method="region-ablation").values
    assert not ablated[~np.logical_or.reduce(list(masks.values()))].any()
