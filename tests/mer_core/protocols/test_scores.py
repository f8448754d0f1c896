from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from mer_core.errors import SettingsError
from mer_core.protocols import Absent, score
from tests.mer_core.protocols.tables import answers

CLASSES = ("negative", "others", "positive", "surprise")

rows = st.lists(
    st.tuples(
        st.sampled_from(["s1", "s2", "s3"]), st.sampled_from(CLASSES), st.sampled_from(CLASSES)
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(rows=rows)
def test_scores_are_scikit_learns(rows):
    ours = score(answers(rows), CLASSES)
    truth, predicted = [t for _, t, _ in rows], [p for _, _, p in rows]
    present = sorted(set(truth), key=CLASSES.index)
    np.testing.assert_array_equal(
        ours.confusion, metrics.confusion_matrix(truth, predicted, labels=CLASSES)
    )
    assert ours.accuracy_pooled == pytest.approx(metrics.accuracy_score(truth, predicted))
    options = {"labels": present, "average": "macro", "zero_division": 0}
    assert ours.uar == pytest.approx(metrics.recall_score(truth, predicted, **options))
    assert ours.uf1 == pytest.approx(metrics.f1_score(truth, predicted, **options))
    assert ours.absent_classes == tuple(name for name in CLASSES if name not in truth)


@settings(max_examples=40, deadline=None)
@given(rows=rows)
def test_the_subject_mean_is_the_mean_of_each_subjects_own_accuracy(rows):
    by_subject: dict[str, list[bool]] = {}
    for subject, truth, predicted in rows:
        by_subject.setdefault(subject, []).append(truth == predicted)
    slow = np.mean([sum(hits) / len(hits) for hits in by_subject.values()])
    ours = score(answers(rows), CLASSES)
    assert ours.accuracy_subject_mean == pytest.approx(slow)
    assert list(ours.by_subject.sum(axis=(1, 2))) == [len(hits) for hits in by_subject.values()]


def test_by_hand():
    ours = score(
        answers(
            [
                ("s1", "negative", "negative"),
                ("s1", "negative", "positive"),
                ("s1", "positive", "positive"),
                ("s2", "surprise", "negative"),
            ]
        ),
        ("negative", "positive", "surprise"),
    )
    assert ours.accuracy_pooled == 2 / 4
    assert ours.accuracy_subject_mean == pytest.approx((2 / 3 + 0) / 2)
    assert ours.uar == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert ours.uf1 == pytest.approx((2 / 4 + 2 / 3 + 0) / 3)
    assert ours.majority_rate == 2 / 4
    assert ours.majority_class == "negative"
    assert ours.shares.sum() == pytest.approx(1)
    np.testing.assert_array_equal(ours.confusion, [[1, 1, 0], [0, 1, 0], [1, 0, 0]])


def test_the_three_decisions_about_an_absent_class():
    rows = [("s1", "negative", "negative"), ("s2", "positive", "surprise")]
    classes = ("negative", "positive", "surprise")
    skipped = score(answers(rows), classes, absent="skip")
    zero = score(answers(rows), classes, absent=Absent.ZERO)
    assert skipped.uar == 1 / 2
    assert zero.uar == pytest.approx(1 / 3)
    assert skipped.uf1 == 1 / 2
    assert zero.uf1 == pytest.approx(1 / 3)
    assert skipped.absent_classes == ("surprise",)
    with pytest.raises(SettingsError, match="no true sample"):
        score(answers(rows), classes, absent="refuse")


def test_perfect_answers_score_one_and_a_constant_answer_the_majority_rate():
    truths = ["negative"] * 3 + ["positive"] * 2
    perfect = score(answers([("s1", t, t) for t in truths]), ("negative", "positive"))
    assert perfect.uf1 == perfect.uar == perfect.accuracy_pooled == 1
    constant = score(answers([("s1", t, "negative") for t in truths]), ("negative", "positive"))
    assert constant.accuracy_pooled == constant.majority_rate == 3 / 5
    assert constant.uar == 1 / 2


def test_equal_subject_codes_of_two_datasets_stay_apart():
    rows = [("sub01", "negative", "negative")]
    both = score([*answers(rows, "casme"), *answers(rows, "samm")], ("negative", "positive"))
    assert both.subjects == ("casme/sub01", "samm/sub01")


def test_an_unknown_class_and_no_answer_are_refused():
    with pytest.raises(SettingsError, match="'fear' is not one of"):
        score(answers([("s1", "fear", "negative")]), CLASSES)
    with pytest.raises(SettingsError, match="no answer"):
        score([], CLASSES)
