"""Answers and how firmly they hold, on a network whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mer_core.inputs import recording_input
from mer_core.inputs.answers import _VARIANTS_NEED, Answer, _moved, _variants, answer_of
from mer_core.inputs.upload import uploaded_recording
from mer_core.models.loaded import load_model
from tests.workbench.uploads import good_zip

CLASSES = ("a", "b", "c")


@pytest.fixture(scope="module")
def recording():
    return uploaded_recording(good_zip(8), "mine.zip")


def test_the_answer_is_the_softmax_of_what_the_network_sees(recording):
    model = load_model("ststnet", classes=CLASSES)
    answer = answer_of(model, recording)
    seen = torch.from_numpy(recording_input(recording, model.entry.input))[None]
    logits = model.logits(seen)[0].double().numpy()
    shares = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(answer.probabilities, shares, rtol=1e-5)
    assert answer.predicted == CLASSES[int(shares.argmax())]
    for name in CLASSES:
        low, high = answer.span(name)
        assert low <= answer.probabilities[CLASSES.index(name)] <= high


def test_agreement_and_entropy_from_their_definitions():
    sure = Answer(
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
    even = Answer(classes=CLASSES, probabilities=np.full(3, 1 / 3), variants={})
    assert even.entropy == pytest.approx(1)
    alone = Answer(classes=CLASSES, probabilities=np.array([1.0, 0, 0]), variants={})
    assert alone.entropy == pytest.approx(0, abs=1e-9)


def test_harmless_changes_keep_size_and_length_apart_from_the_ends(recording):
    for name, changed in _variants(recording).items():
        assert changed.clip.frames.shape == recording.clip.frames.shape
        shorter = len(recording.expression) - len(changed.expression)
        assert shorter == (1 if "frame" in name else 0)


def test_a_short_clip_keeps_its_ends():
    short = uploaded_recording(good_zip(_VARIANTS_NEED), "mine.zip")
    assert not [name for name in _variants(short) if "frame" in name]


@pytest.mark.parametrize(("axis", "by"), [(1, 2), (1, -2), (2, 3), (2, -3)])
def test_a_shift_moves_every_pixel_and_repeats_the_edge(axis, by):
    frames = np.arange(2 * 8 * 9 * 3, dtype=np.uint8).reshape(2, 8, 9, 3)
    moved = _moved(frames, axis, by)
    length = frames.shape[axis]
    for place in range(length):
        source = min(max(place - by, 0), length - 1)
        np.testing.assert_array_equal(moved.take(place, axis), frames.take(source, axis))
