from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.synthetic import EMOTIONS
from mer_core.datasets.synthetic.twins import DEMOS, LAYOUTS, TwinSettings
from mer_core.datasets.synthetic.twins.plan import plan_twin
from mer_core.datasets.synthetic.twins.sampling import apportion, sample_clips
from mer_core.errors import SettingsError

REAL_NUMBERS = {
    "casme": range(1, 20),
    "casme2": range(1, 27),
    "casme-squared": range(1, 23),
    "samm": range(6, 38),
    "smic": range(1, 21),
}
PUBLISHED = {"casme": 189, "casme2": 255, "casme-squared": 357, "samm": 159, "smic": 164}


def settings(dataset, **options):
    amount = {} if options.get("full") else {"subjects": 4, "clips_per_subject": 10}
    return TwinSettings(**{"dataset": dataset, "seed": 3, **amount, **options})


def sampled(dataset, **options):
    return sample_clips(LAYOUTS.get(dataset), settings(dataset, **options))


@given(st.lists(st.integers(1, 200), min_size=1, max_size=9), st.integers(1, 300))
def test_apportioned_counts_sum_up_and_stay_near_their_quota(weights, total):
    counts = apportion(weights, total)
    assert sum(counts) == total
    if total >= len(weights):
        assert min(counts) >= 1
    quotas = [weight * total / sum(weights) for weight in weights]
    lifted = sum(quota < 1 for quota in quotas)  # those pay for the classes lifted to one clip
    assert all(q - 1 - lifted < c < q + 2 for q, c in zip(quotas, counts, strict=True))


def test_apportionment_of_the_published_classes_to_their_own_number_changes_nothing():
    counts = [share.count for share in LAYOUTS.get("casme2").shares]
    assert apportion(counts, sum(counts)) == counts


@pytest.mark.parametrize("dataset", PUBLISHED)
def test_a_full_cast_has_the_published_classes(dataset):
    layout = LAYOUTS.get(dataset)
    specs = sampled(dataset, full=True)
    assert len(specs) == PUBLISHED[dataset]
    assert len({spec.subject for spec in specs}) == layout.subjects
    counts = Counter(spec.label for spec in specs)
    assert counts == {share.label: share.count for share in layout.shares}


@pytest.mark.parametrize("dataset", LAYOUTS.names())
def test_names_are_unique_and_numbers_are_nobodys(dataset):
    specs = sampled(dataset, full=True)
    assert len({spec.key for spec in specs}) == len(specs)
    assert not {spec.number for spec in specs} & set(REAL_NUMBERS.get(dataset, ()))


@pytest.mark.parametrize("dataset", LAYOUTS.names())
def test_classes_are_spread_over_subjects(dataset):
    specs = sampled(dataset)
    for label, count in Counter(spec.label for spec in specs).items():
        per_subject = Counter(spec.subject for spec in specs if spec.label == label)
        assert max(per_subject.values()) <= count // 4 + 2


@pytest.mark.parametrize("dataset", LAYOUTS.names())
def test_every_emotion_is_one_the_face_can_play(dataset):
    shares = LAYOUTS.get(dataset).shares
    assert {emotion for share in shares for emotion in share.emotions} <= set(EMOTIONS)


@pytest.mark.parametrize("dataset", LAYOUTS.names())
def test_durations_are_those_of_micro_expressions(dataset):
    for spec in sampled(dataset, full=True):
        assert spec.onset < spec.apex < spec.offset
        seconds = len(spec.frame_numbers) / spec.fps
        assert 0.19 <= seconds <= (0.51 if spec.expression == "micro" else 2.05)


def test_one_subject_has_one_face_and_two_have_two():
    specs = sampled("casme2")
    faces = {(spec.subject, spec.identity) for spec in specs}
    assert len(faces) == len({spec.identity for spec in specs}) == 4


def test_the_seed_decides_everything():
    assert sampled("samm") == sampled("samm")
    assert sampled("samm") != sampled("samm", seed=4)


def test_balance_zero_makes_classes_equal():
    counts = Counter(spec.label for spec in sampled("smic", balance=0.0, clips_per_subject=12))
    assert set(counts.values()) == {16}


def test_the_demo_has_enough_of_each_of_the_four_classes():
    scheme = label_scheme("natural4")
    demo = DEMOS.get("casme2")
    assert demo.subjects >= 8
    assert demo.subjects * demo.clips_per_subject >= 96
    plan = plan_twin(demo)
    words = {"happiness": "positive", "surprise": "surprise"}
    negative = ("disgust", "sadness", "fear")
    classes = Counter(
        words.get(spec.label, "negative" if spec.label in negative else "others")
        for spec in plan.specs
    )
    assert set(classes) == set(scheme.classes("casme2"))
    assert min(classes.values()) >= 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"subjects": 0},
        {"clips_per_subject": -1},
        {"variant": "thermal"},
        {"size": 3},
        {"frames": (2, 5)},
        {"frames": (9, 5)},
        {"balance": 1.5},
        {"full": True},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(SettingsError):
        dataclasses.replace(settings("samm"), **wrong)
