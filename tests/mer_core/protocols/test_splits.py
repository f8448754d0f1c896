from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import LeaveOneGroupOut

from mer_core.errors import LeakageError, SettingsError, UnknownNameError
from mer_core.protocols import (
    CROSS_PAIRS,
    PROTOCOLS,
    Composite,
    CrossDataset,
    LeaveOneSubjectOut,
    LeaveOneVideoOut,
    SubjectFolds,
    find_protocol,
    inner_split,
    subject_of,
)
from tests.mer_core.protocols.tables import table

TABLE = table({"casme2": {"sub01": 3, "sub02": 1, "sub03": 4}, "samm": {"006": 2, "sub01": 2}})

tables = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(1, 4)),
    min_size=3,
    max_size=6,
    unique_by=lambda t: t[0],
).map(lambda rows: table({"casme": dict(rows)}))


def test_loso_is_scikit_learns_leave_one_group_out():
    groups = [subject_of(sample) for sample in TABLE]
    theirs = {
        tuple(test): tuple(train)
        for train, test in LeaveOneGroupOut().split(np.zeros(len(TABLE)), groups=groups)
    }
    ours = {tuple(test): tuple(train) for train, test in LeaveOneSubjectOut().split(TABLE)}
    assert ours == theirs


def test_equal_codes_of_two_datasets_are_two_people():
    names = [fold.name for fold in LeaveOneSubjectOut().folds(TABLE)]
    assert names == ["casme2/sub01", "casme2/sub02", "casme2/sub03", "samm/006", "samm/sub01"]


def test_composite_refuses_a_single_dataset():
    assert len(Composite().folds(TABLE)) == 5
    with pytest.raises(SettingsError, match="at least two datasets"):
        Composite().folds(TABLE[:8])


@pytest.mark.parametrize("protocol", [LeaveOneSubjectOut(), SubjectFolds(3), LeaveOneVideoOut()])
@settings(max_examples=25, deadline=None)
@given(samples=tables)
def test_every_clip_is_tested_once_and_every_fold_covers_the_table(protocol, samples):
    folds = protocol.folds(samples)
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested) == list(range(len(samples)))
    for fold in folds:
        assert sorted([*fold.train, *fold.test]) == list(range(len(samples)))
        if protocol.subjects_disjoint:
            people = [{subject_of(samples[i]) for i in side} for side in (fold.train, fold.test)]
            assert not people[0] & people[1]


def test_leave_one_video_out_keeps_the_person_in_training():
    train, test = next(LeaveOneVideoOut().split(TABLE))
    assert len(test) == 1
    assert subject_of(TABLE[test[0]]) in {subject_of(TABLE[i]) for i in train}


def test_subject_folds_are_of_similar_size_and_repeat():
    samples = table({"casme": {f"sub{i:02}": 1 + i % 3 for i in range(12)}})
    sizes = [len(fold.test) for fold in SubjectFolds(4).folds(samples)]
    assert max(sizes) - min(sizes) <= 3
    again = SubjectFolds(4).folds(samples)
    for one, two in zip(SubjectFolds(4).folds(samples), again, strict=True):
        np.testing.assert_array_equal(one.test, two.test)
    with pytest.raises(SettingsError, match="cannot make"):
        SubjectFolds(13).folds(samples)


def test_cross_dataset_is_one_fold_of_two_whole_datasets():
    (fold,) = CrossDataset("samm", "casme2").folds(TABLE)
    assert {TABLE[i].dataset for i in fold.train} == {"samm"}
    assert {TABLE[i].dataset for i in fold.test} == {"casme2"}
    assert len(fold.train) + len(fold.test) == len(TABLE)
    with pytest.raises(SettingsError, match="no sample of smic"):
        CrossDataset("casme2", "smic").folds(TABLE)
    with pytest.raises(SettingsError, match="both trained on and tested"):
        CrossDataset("samm", "samm")


def test_the_papers_nine_pairs():
    assert set(CROSS_PAIRS) == {
        "CI2CII", "CI2C2", "CI2S", "CII2CI", "CII2C2", "CII2S", "S2CI", "S2CII", "S2C2",
    }  # fmt: skip
    assert all(train != "casme-squared" for train, _ in CROSS_PAIRS.values())


def test_protocols_are_found_by_name():
    for name in PROTOCOLS.names():
        assert find_protocol(name).title
    assert find_protocol("CII2S") == CrossDataset("casme2", "samm")
    assert find_protocol("smic:samm") == CrossDataset("smic", "samm")
    with pytest.raises(UnknownNameError, match="loso"):
        find_protocol("losso")


def test_frames_listed_under_two_clips_are_a_leak_when_the_clips_part():
    copy = replace(TABLE[0], clip="EP99")
    assert LeaveOneSubjectOut().folds([*TABLE, copy])
    with pytest.raises(LeakageError, match="3 frames on both sides"):
        LeaveOneVideoOut().folds([*TABLE, copy])


@settings(max_examples=25, deadline=None)
@given(samples=tables, share=st.floats(0.05, 0.95), seed=st.integers(0, 99))
def test_the_inner_split_parts_whole_subjects_of_the_training_side(samples, share, seed):
    train, _ = next(LeaveOneSubjectOut().split(samples))
    fit, check = inner_split(samples, train, share=share, seed=seed)
    assert sorted([*fit, *check]) == sorted(train)
    assert len(fit) and len(check)
    assert not {samples[i].subject for i in fit} & {samples[i].subject for i in check}
    again = inner_split(samples, train, share=share, seed=seed)
    np.testing.assert_array_equal(check, again[1])


def test_the_inner_split_holds_at_least_its_share_and_needs_two_people():
    samples = table({"casme": {f"sub{i:02}": 2 for i in range(10)}})
    _, check = inner_split(samples, np.arange(20), share=0.2, seed=1)
    assert len(check) == 4
    with pytest.raises(SettingsError, match="one training subject"):
        inner_split(samples, np.arange(2), share=0.2, seed=1)
    with pytest.raises(SettingsError, match="between 0 and 1"):
        inner_split(samples, np.arange(20), share=1.0, seed=1)


def test_a_table_of_one_person_is_refused():
    with pytest.raises(SettingsError, match="at least two subjects"):
        LeaveOneSubjectOut().folds(table({"casme": {"sub01": 5}}))
