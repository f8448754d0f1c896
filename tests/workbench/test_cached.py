"""What pages share is told apart by where it lies, not by its name alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mer_core.ami import WEIGHTINGS
from mer_core.datasets.synthetic.twins import write_twin
from workbench import cached
from workbench.selection import ClipChoice

MOTION = next(entry.name for entry in WEIGHTINGS if not entry.keeps_appearance)
"""The weighting of thumbnails: in it what does not move is zero."""


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    """Two folders with the same subjects and clips, filmed at different sizes."""
    found = []
    for size in (64, 72):
        root = tmp_path_factory.mktemp(f"twin{size}") / "casme2"
        write_twin(
            "casme2", root, subjects=1, clips_per_subject=2, seed=5, size=size, frames=(8, 10)
        )
        found.append(root)
    return found


@pytest.fixture
def move(monkeypatch):
    """Says that CASME II lies elsewhere, as `mer data add` does."""

    def to(root) -> None:
        monkeypatch.setenv("MER_CASME2_ROOT", str(root))
        cached.sources.clear()  # it is looked up anew every few seconds

    yield to
    cached.sources.clear()


def test_a_dataset_that_moves_takes_its_clips_with_it(roots, move):
    move(roots[0])
    sample = cached.dataset("casme2").samples[0]
    choice = ClipChoice("casme2", sample.subject, sample.clip)
    names = (choice.source, choice.subject, choice.clip)
    first = cached.recording(choice).clip
    assert first.frames.shape[1] == 64
    assert cached.recording(choice).clip is first
    thumbnail, key = cached.thumbnail(*names), cached.clip_key(choice)
    assert cached.image(choice, "full").image.shape[0] == 64
    move(roots[1])
    assert cached.dataset("casme2").samples[0].frames[0].is_relative_to(roots[1])
    assert cached.recording(choice).clip.frames.shape[1] == 72
    assert cached.image(choice, "full").image.shape[0] == 72
    assert cached.thumbnail(*names) != thumbnail
    assert cached.clip_key(choice) != key


def test_thumbnails_have_one_zero_and_one_scale(roots, move):
    move(roots[0])
    for sample in cached.dataset("casme2").samples:
        choice = ClipChoice("casme2", sample.subject, sample.clip)
        frames = cached.recording(choice).expression.frames.mean(axis=3)
        weights = cached.image(choice, MOTION).weights
        rising, falling = np.maximum(weights, 0), np.maximum(-weights, 0)
        change = (np.average(frames, axis=0, weights=rising)) - (
            np.average(frames, axis=0, weights=falling)
        )
        content = cached.thumbnail("casme2", sample.subject, sample.clip)
        grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
        change = cv2.resize(change, grey.shape[::-1])
        inside = np.abs(change) < 0.9 * cached.THUMBNAIL_REACH
        slope, zero = np.polyfit(change[inside], grey[inside].astype(float), 1)
        assert slope == pytest.approx(127.5 / cached.THUMBNAIL_REACH, rel=0.05)
        assert zero == pytest.approx(127.5, abs=2)


def test_a_live_clip_needs_no_dataset():
    assert cached.clip_key(ClipChoice("live", "3", "disgust-0")) == "live/3/disgust-0"
