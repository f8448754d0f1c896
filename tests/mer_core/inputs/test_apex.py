"""The estimated apex against the truth of the cohort, and what is found where nothing moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mer_core.datasets.synthetic.cohort import CohortSettings, cohort_clips
from mer_core.flow.spotting import STILL
from mer_core.inputs.apex import estimated_apex
from mer_core.inputs.cohort import cohort_recording

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
