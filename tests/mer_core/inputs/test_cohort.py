"""Images of the cohort equal those of the same clips made the ordinary way, and drawing resumes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mer_core.ami import WEIGHTINGS
from mer_core.cluster import SerialExecutor
from mer_core.datasets.synthetic import render_clip
from mer_core.datasets.synthetic.cohort import CohortSettings, cohort_clips
from mer_core.errors import StoreError
from mer_core.inputs import cohort as drawing
from mer_core.inputs.cohort import draw_cohort, load_cohort
from mer_core.inputs.recording import Recording
from mer_core.records import Clip

SMALL = CohortSettings(training=2, inner=1, unseen=1, clips=4, frames=(3, 5), sizes=(48,))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path))


def test_an_image_of_the_cohort_is_the_one_a_recording_gives():
    draw_cohort(SMALL, "training", executor=SerialExecutor())
    clips = [clip for number in range(2) for clip in cohort_clips(SMALL, "training", number)]
    for weighting in WEIGHTINGS.names():
        found = load_cohort(SMALL, "training", weighting=weighting)
        assert found.images.shape == (8, 112, 112, 3)
        assert found.subjects == ("training/0000",) * 4 + ("training/0001",) * 4
        for index, clip in enumerate(clips):
            frames = render_clip(clip.plan, size=clip.size).frames
            recording = Recording(
                clip=Clip("one", frames, tuple(range(len(frames)))), subject="", label=""
            )
            assert np.array_equal(
                found.images[index], recording.image(weighting, size=(112, 112)).image
            )
            assert found.classes[found.labels[index]] == clip.label
            assert found.emotions[index] == clip.emotion


def test_drawing_goes_on_with_the_next_person_and_keeps_those_who_are_there(monkeypatch):
    drawn: list[int] = []
    draw = drawing.person_images

    def counted(settings, part, number, variant):
        drawn.append(number)
        return draw(settings, part, number, variant)

    monkeypatch.setattr(drawing, "person_images", counted)
    draw_cohort(replace(SMALL, training=1), "training", executor=SerialExecutor())
    assert drawn == [0]
    told: list[tuple[int, int]] = []
    draw_cohort(SMALL, "training", executor=SerialExecutor(), progress=lambda *at: told.append(at))
    assert drawn == [0, 1]
    assert told == [(1, 2), (2, 2)]


def test_a_person_who_cannot_be_drawn_is_named(monkeypatch):
    def broken(*_):
        raise OSError("no space left")

    monkeypatch.setattr(drawing, "person_images", broken)
    with pytest.raises(StoreError, match=r"inner/0000.*no space left"):
        draw_cohort(SMALL, "inner", executor=SerialExecutor())


def test_a_cohort_that_is_not_drawn_is_refused():
    with pytest.raises(StoreError, match=r"unseen/0000 is not drawn yet.*mer pretrain"):
        load_cohort(SMALL, "unseen", weighting="full")


def test_reversed_clips_are_the_same_frames_backwards_and_motionless_ones_lack_the_expression():
    for variant in ("plain", "reversed", "motionless"):
        draw_cohort(SMALL, "inner", executor=SerialExecutor(), variant=variant)
    (clip, *_) = cohort_clips(SMALL, "inner", 0)
    frames = render_clip(clip.plan, size=clip.size).frames
    backwards = load_cohort(SMALL, "inner", weighting="rank-pooling", variant="reversed")
    recording = Recording(
        clip=Clip("one", frames[::-1].copy(), tuple(range(len(frames)))), subject="", label=""
    )
    assert np.array_equal(
        backwards.images[0], recording.image("rank-pooling", size=(112, 112)).image
    )
    plain = load_cohort(SMALL, "inner", weighting="full")
    still = load_cohort(SMALL, "inner", weighting="full", variant="motionless")
    assert np.array_equal(still.labels, plain.labels)
    assert not np.array_equal(still.images, plain.images)
    plan = replace(clip.plan, action_units={}, asymmetry={})
    assert np.array_equal(
        still.images[0],
        Recording(
            clip=Clip("one", render_clip(plan, size=clip.size).frames, tuple(range(len(frames)))),
            subject="",
            label="",
        )
        .image("full", size=(112, 112))
        .image,
    )
