"""Intervals of means, drawing subjects."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import SettingsError
from mer_core.protocols.means import mean_interval
from mer_core.seeding import generator

SUBJECTS = ["b", "a", "a", "c", "b", "a"]
VALUES = np.array([1.0, 4.0, 2.0, 8.0, 3.0, 0.0])


def test_draws_equal_the_mean_over_the_clips_of_the_drawn_subjects():
    found = mean_interval(VALUES, SUBJECTS, draws=50, seed=3)
    picks = generator(3, "bootstrap").multinomial(3, [1 / 3] * 3, size=50)
    slow = []
    for pick in picks:
        clips = [
            value
            for subject, times in zip("abc", pick, strict=True)
            for _ in range(times)
            for value, owner in zip(VALUES, SUBJECTS, strict=True)
            if owner == subject
        ]
        slow.append(np.mean(clips))
    assert found is not None
    assert found.value == pytest.approx(3)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(slow, [0.025, 0.975])))


def test_it_covers_the_true_mean_about_as_often_as_it_says():
    hits = 0
    for trial in range(200):
        rng = generator(trial, "trial")
        person = rng.normal(0, 1, 20)
        values = np.repeat(person, 5) + rng.normal(0, 1, 100)
        found = mean_interval(values, [str(i // 5) for i in range(100)], draws=300, seed=trial)
        assert found is not None
        hits += 0.0 in found
    assert 0.86 < hits / 200 < 0.99


def test_clips_of_one_person_do_not_narrow_it():
    once = mean_interval(VALUES[:4], ["a", "b", "c", "d"])
    often = mean_interval(np.repeat(VALUES[:4], 50), np.repeat(list("abcd"), 50).tolist())
    assert once is not None
    assert often is not None
    assert (often.low, often.high) == pytest.approx((once.low, once.high))


def test_one_subject_has_no_interval_and_nan_is_refused():
    assert mean_interval(VALUES[:2], ["a", "a"]) is None
    with pytest.raises(SettingsError, match="finite"):
        mean_interval(np.array([1.0, np.nan]), ["a", "b"])
