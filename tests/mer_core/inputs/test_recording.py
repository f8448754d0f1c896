"""Recordings: the same clip seen by page, notebook and training."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.ami import build_ami
from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.inputs import AmiStore, Imaging, sample_image, sample_recording, synthetic_recording


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    root = tmp_path_factory.mktemp("twin") / "casme2"
    write_twin("casme2", root, subjects=1, clips_per_subject=2, seed=1, size=64, frames=(8, 9))
    return open_dataset("casme2", root)


def test_a_twins_recording_knows_its_key_frames_and_its_truth(table):
    sample = table.samples[0]
    recording = sample_recording(sample)
    assert recording.key_frames == {
        "onset": sample.onset,
        "apex": sample.apex,
        "offset": sample.offset,
    }
    assert recording.clip.synthetic
    assert recording.truth is not None
    assert recording.region.shape == recording.clip.frames.shape[1:3]


def test_page_and_training_see_the_same_image(table, tmp_path):
    sample = table.samples[1]
    shown = sample_recording(sample).image("full", size=(32, 32))
    trained = sample_image(sample, Imaging(size=(32, 32)), store=AmiStore(tmp_path))
    np.testing.assert_array_equal(shown.image, trained.image)


def test_a_synthetic_recordings_image_leaves_out_what_lies_around_the_expression():
    recording = synthetic_recording(subject=2, emotion="surprise", seed=1, size=48)
    frames = recording.clip.frames[recording.onset : recording.offset + 1]
    by_hand = build_ami(frames, count=len(frames), weighting="linear")
    np.testing.assert_array_equal(recording.image("linear").total, by_hand.total)
    assert len(recording.expression) == recording.offset - recording.onset + 1


def test_a_still_face_has_no_region():
    recording = synthetic_recording(subject=2, emotion="neutral", seed=1, size=48)
    assert recording.region is None
