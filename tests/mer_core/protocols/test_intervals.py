"""Intervals of means, drawing subjects."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import SettingsError
from mer_core.protocols import paired_difference, score, score_intervals
from mer_core.protocols.intervals import SCORE_NAMES, mean_interval
from mer_core.seeding import generator
from tests.mer_core.protocols.tables import answers

CLASSES = ("negative", "positive", "surprise")


def _random(subjects: int, clips: int, right: float, seed: int) -> list[tuple[str, str, str]]:
    draw = generator(seed)
    rows = []
    for s in range(subjects):
        for i in range(clips):
            truth = CLASSES[i % 3]
            hit = draw.random() < right
            rows.append((f"s{s}", truth, truth if hit else CLASSES[draw.integers(3)]))
    return rows


def test_draws_equal_scoring_the_drawn_subjects_from_scratch():
    rows = _random(4, 5, 0.5, seed=3)
    scores = score(answers(rows), CLASSES)
    intervals = score_intervals([scores], draws=40, seed=7)
    picks = generator(7, "bootstrap").multinomial(4, [0.25] * 4, size=40)
    slow: dict[str, list[float]] = {name: [] for name in SCORE_NAMES}
    for pick in picks:
        drawn = [
            (f"{subject}-{copy}", truth, predicted)
            for s, times in enumerate(pick)
            for copy in range(times)
            for subject, truth, predicted in rows
            if subject == f"s{s}"
        ]
        one = score(answers(drawn), CLASSES)
        for name in SCORE_NAMES:
            slow[name].append(getattr(one, name))
    for name in SCORE_NAMES:
        assert intervals[name].value == pytest.approx(getattr(scores, name))
        expected = np.quantile(slow[name], [0.025, 0.975])
        assert [intervals[name].low, intervals[name].high] == pytest.approx(list(expected))


def test_subjects_that_agree_leave_no_width_and_more_subjects_narrow_it():
    same = [(f"s{s}", c, CLASSES[0]) for s in range(6) for c in CLASSES]
    interval = score_intervals([score(answers(same), CLASSES)], draws=200)["accuracy_pooled"]
    assert interval.low == pytest.approx(interval.high) == pytest.approx(1 / 3)
    few, many = (
        score_intervals([score(answers(_random(n, 6, 0.5, seed=1)), CLASSES)])["accuracy_pooled"]
        for n in (5, 80)
    )
    assert many.high - many.low < few.high - few.low


def test_the_interval_covers_the_true_rate_about_as_often_as_it_says():
    true = 0.4 + 0.6 / 3
    hits = [
        true
        in score_intervals(
            [score(answers(_random(25, 6, 0.4, seed=s)), CLASSES)], draws=300, seed=s
        )["accuracy_pooled"]
        for s in range(80)
    ]
    assert 0.84 <= np.mean(hits) <= 1.0


def test_repeats_are_averaged():
    one, two = (score(answers(_random(8, 6, 0.5, seed=s)), CLASSES) for s in (1, 2))
    both = score_intervals([one, two])
    for name in SCORE_NAMES:
        assert both[name].value == pytest.approx((getattr(one, name) + getattr(two, name)) / 2)


def test_a_study_differs_from_itself_by_nothing_and_from_a_better_one_by_less_than_nothing():
    poor = score(answers(_random(20, 6, 0.1, seed=1)), CLASSES)
    good = score(answers(_random(20, 6, 0.9, seed=1)), CLASSES)
    same = paired_difference([poor], [poor])
    assert (same.value, same.low, same.high) == (0, 0, 0)
    less = paired_difference([poor], [good], name="accuracy_pooled")
    assert less.high < 0
    assert less.value == pytest.approx(poor.accuracy_pooled - good.accuracy_pooled)


def test_the_order_of_subjects_does_not_matter_to_a_comparison():
    rows = _random(6, 4, 0.5, seed=2)
    forward, backward = score(answers(rows), CLASSES), score(answers(rows[::-1]), CLASSES)
    difference = paired_difference([forward], [backward])
    assert (difference.low, difference.high) == (0, 0)


def test_what_cannot_be_compared_is_refused():
    one = score(answers(_random(3, 3, 0.5, seed=1)), CLASSES)
    other = score(answers(_random(4, 3, 0.5, seed=1)), CLASSES)
    with pytest.raises(SettingsError, match="different subjects"):
        paired_difference([one], [other])
    with pytest.raises(SettingsError, match="different subjects"):
        score_intervals([one, other])
    with pytest.raises(SettingsError, match="at least two"):
        score_intervals([score(answers([("s", "negative", "negative")]), CLASSES)])


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
