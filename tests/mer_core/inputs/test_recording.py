"""Recordings: the same clip seen by page, notebook and training; and the estimated apex."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mer_core.ami import build_ami
from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic import twins
from mer_core.datasets.synthetic.cohort import CohortSettings, cohort_clips
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.flow.spotting import STILL
from mer_core.inputs import (
    AmiStore,
    Imaging,
    model_input,
    recording_input,
    sample_image,
    sample_recording,
    sources,
    synthetic_recording,
)
from mer_core.inputs.apex import estimated_apex, sample_apex
from mer_core.inputs.cohort import cohort_recording
from mer_core.records import InputKind, InputSpec


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


def test_an_apex_that_nobody_coded_is_estimated_and_said_to_be(table):
    sample = replace(table.samples[0], apex=None)
    recording = sample_recording(sample)
    assert recording.estimated == ("apex",)
    assert recording.apex == sample_apex(sample)
    assert abs(recording.apex - table.samples[0].apex) <= 2
    assert sample_recording(table.samples[0]).estimated == ()


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


@pytest.mark.parametrize(
    ("kind", "coded"), [*((kind, True) for kind in InputKind), (InputKind.FLOW, False)]
)
def test_page_and_training_feed_a_network_the_same_numbers(table, tmp_path, kind, coded):
    channels = 1 if kind is InputKind.CLIP else 3
    mean = (0.0,) if kind is InputKind.FLOW else (0.4,)
    spec = InputSpec(kind=kind, size=(32, 32), channels=channels, mean=mean, std=(0.5,))
    sample = table.samples[0] if coded else replace(table.samples[0], apex=None)
    trained = model_input(sample, spec, store=AmiStore(tmp_path))
    np.testing.assert_array_equal(recording_input(sample_recording(sample), spec), trained)


def test_sources_are_the_users_data_and_finished_demo_twins(table, tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    monkeypatch.setenv("MER_CONFIG", str(tmp_path))
    for name in ("CASME", "CASME2", "SAMM"):
        monkeypatch.delenv(f"MER_{name}_ROOT", raising=False)
    assert sources() == ()
    monkeypatch.setenv("MER_CASME2_ROOT", str(table.root))
    (found,) = sources()
    assert (found.dataset, found.demo) == ("casme2", False)
    assert len(found.open()) == len(table)


def test_a_twin_in_the_place_of_a_copy_that_cannot_be_opened_says_why(table, tmp_path, monkeypatch):
    monkeypatch.setattr(twins, "demo_folder", lambda name: table.root)
    monkeypatch.setenv("MER_CONFIG", str(tmp_path))
    monkeypatch.setenv("MER_CASME_ROOT", str(tmp_path / "unplugged"))
    monkeypatch.delenv("MER_CASME2_ROOT", raising=False)
    shown = {source.dataset: source for source in sources()}
    assert shown["casme"].demo
    assert "unplugged" in shown["casme"].problem
    assert shown["casme2"].demo
    assert shown["casme2"].problem == ""
    (tmp_path / "datasets.toml").write_text("[roots")
    assert "datasets.toml" in {source.dataset: source for source in sources()}["casme2"].problem


PEOPLE = (20, 21)


@pytest.fixture(scope="module")
def clips():
    """Sixteen clips of two people, as plans."""
    return [clip for person in PEOPLE for clip in cohort_clips(CohortSettings(), "unseen", person)]


def test_the_estimate_is_nearer_the_truth_than_the_middle(clips):
    away, guess = [], []
    for index, clip in enumerate(clips):
        recording = cohort_recording(clip, index=index)
        numbers = recording.expression.frame_numbers
        away.append(abs(estimated_apex(recording.expression, recording.face) - recording.apex))
        guess.append(abs(numbers[len(numbers) // 2] - recording.apex))
    # On 80 clips of ten others (`bench_spotting.py`) 0.4 frames on average, and 1.2.
    assert np.mean(away) < 0.8
    assert np.mean(away) < 0.75 * np.mean(guess)
    assert max(away) <= 2


def test_without_an_expression_hardly_anything_is_found(clips):
    alarms = 0
    for index, clip in enumerate(clips[::2]):
        still = replace(clip.plan, action_units={}, asymmetry={})
        recording = cohort_recording(replace(clip, plan=still), index=index)
        alarms += recording.curve.values.max() >= STILL
    # One in twenty (`bench_spotting.py`), so of eight hardly ever two.
    assert alarms <= 1
