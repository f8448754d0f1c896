"""Answers and how firmly they hold, on a network whose answer is known."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from mer_core.inputs import recording_input
from mer_core.inputs.clip_changes import ChangedInputs, ClipChange, applicable_changes
from mer_core.inputs.own_clip import own_upload
from mer_core.inputs.robustness import Robustness, measure_robustness
from mer_core.models.catalog import model_entry
from mer_core.models.loaded import load_model
from tests.workbench.uploads import good_zip

CLASSES = ("a", "b", "c")


@pytest.fixture(scope="module")
def recording():
    return own_upload(good_zip(8), "mine.zip", crop=False).recording()


def test_the_answer_is_the_softmax_of_what_the_network_sees(recording):
    model = load_model("ststnet", classes=CLASSES)
    answer = measure_robustness(model, recording)
    seen = torch.from_numpy(recording_input(recording, model.entry.input))[None]
    logits = model.logits(seen)[0].double().numpy()
    shares = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(answer.probabilities, shares, rtol=1e-5)
    assert answer.predicted == CLASSES[int(shares.argmax())]
    for name in CLASSES:
        low, high = answer.span(name)
        assert low <= answer.probabilities[CLASSES.index(name)] <= high


def test_agreement_and_span_from_their_definitions():
    sure = Robustness(
        classes=CLASSES,
        probabilities=np.array([0.7, 0.2, 0.1]),
        variants={
            "one": np.array([0.6, 0.3, 0.1]),
            "two": np.array([0.1, 0.8, 0.1]),
            "three": np.array([0.5, 0.3, 0.2]),
        },
    )
    assert sure.agreement == pytest.approx(2 / 3)
    assert sure.span("b") == (0.2, 0.8)


def test_no_change_is_one_that_the_input_cannot_show(recording):
    """Brighter and darker were: a stretched image is the same under any gain."""
    for name in ("affectivenet", "ststnet", "akmnet"):
        spec = model_entry(name).input
        inputs = ChangedInputs(recording, spec)
        plain = inputs.after(ClipChange(name="unchanged"))
        for change in applicable_changes(recording, spec.kind):
            changed = inputs.after(change)
            if changed.shape == plain.shape:
                moved = np.abs(changed - plain).mean() / plain.std()
                assert moved > 1e-3, f"{name}: {change.name}"


def test_a_long_clip_takes_the_memory_of_one_image(tmp_path):
    """600 frames of 640 x 480, 553 MB, under a limit for everything beside the clip."""
    code = MEASURED.replace("LIMIT", str(64 * 2**20))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "within the limit" in done.stdout


MEASURED = """
import resource
import numpy as np
from mer_core.inputs.robustness import measure_robustness
from mer_core.inputs.recording import Recording
from mer_core.models.catalog import model_entry
from mer_core.models.loaded import load_model
from mer_core.records import Clip

def recording(count):
    tile = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    frames = np.empty((count, 480, 640, 3), np.uint8)
    for number in range(count):
        frames[number] = tile
        frames[number, 100 : 140, number % 500 : number % 500 + 40] = 255
    return Recording(
        clip=Clip("long", frames, tuple(range(1, count + 1))),
        subject="", label="", onset=2, offset=count - 1,
    )

model = load_model("affectivenet", classes=("a", "b", "c"))
measure_robustness(model, recording(8))  # whatever is needed once
clip = recording(600)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
answer = measure_robustness(model, clip)
more = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
assert len(answer.variants) >= 14, len(answer.variants)
assert more < LIMIT, f"{more / 2**20:.0f} MiB more"
print("within the limit", more / 2**20)
"""
