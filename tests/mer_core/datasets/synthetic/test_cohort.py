"""The cohort's people meet nobody else, and every class and emotion of the scheme is there."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import numpy as np
import pytest

from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.synthetic import EMOTIONS
from mer_core.datasets.synthetic.action_units import facial_actions
from mer_core.datasets.synthetic.cohort import (
    CLASS_EMOTIONS,
    COHORT_CLASSES,
    COHORT_SCHEME,
    PARTS,
    CohortSettings,
    cohort_clips,
    identity_seed,
)
from mer_core.datasets.synthetic.face_model import build_face
from mer_core.datasets.synthetic.plan import FACE_HEIGHT_MM, MICRO_PIXELS
from mer_core.datasets.synthetic.twins.cached_twins import DEMOS, STUDY_TWINS
from mer_core.datasets.synthetic.twins.plan import plan_twin
from mer_core.errors import SettingsError

COHORT = CohortSettings()
LIVE_SUBJECTS = range(100_000)
"""More numbers than any page offers."""


def test_nobody_is_in_two_parts_nor_a_live_subject_nor_in_a_twin():
    seeds = {
        part: [identity_seed(COHORT, part, n) for n in range(COHORT.people(part))] for part in PARTS
    }
    everybody = list(chain.from_iterable(seeds.values()))
    assert len(set(everybody)) == len(everybody) == 700 + 60 + 80
    assert not set(everybody) & set(LIVE_SUBJECTS)
    for twin in (*DEMOS, *STUDY_TWINS):
        assert not set(everybody) & {spec.identity for spec in plan_twin(twin).specs}


def test_study_twins_are_large_enough_to_decide_something():
    for twin in STUDY_TWINS:
        specs = plan_twin(twin).specs
        assert len({spec.subject for spec in specs}) >= 16
        assert len(specs) >= (200 if twin.dataset == "casme2" else 150)


def test_classes_are_those_of_the_scheme_and_emotions_all_that_it_maps():
    scheme = label_scheme(COHORT_SCHEME)
    assert tuple(scheme.classes("folder")) == COHORT_CLASSES
    mapped = scheme.maps["folder"]
    generic = {"positive", "negative", "neutral"}
    for name, emotions in CLASS_EMOTIONS.items():
        assert (
            set(emotions)
            == {word for word, label in mapped.items() if label == name and word in EMOTIONS}
            - generic
        )


def test_a_person_shows_every_class_equally_often_in_micro_movements():
    for number in range(3):
        clips = cohort_clips(COHORT, "inner", number)
        assert Counter(clip.label for clip in clips) == dict.fromkeys(COHORT_CLASSES, 2)
        assert len({clip.subject for clip in clips}) == 1
        for clip in clips:
            plan = clip.plan
            assert clip.emotion in CLASS_EMOTIONS[clip.label]
            assert 10 <= plan.frames <= 32
            assert (plan.onset, plan.offset) == (0, plan.frames - 1)
            moved = build_face(plan.identity).displacement(
                facial_actions(plan.action_units, plan.asymmetry)
            )
            pixels = np.linalg.norm(moved[:, :2], axis=1).max() * 128 / FACE_HEIGHT_MM
            assert pixels <= MICRO_PIXELS[1] + 1e-3


def test_equal_settings_give_equal_clips_and_a_larger_cohort_begins_with_the_smaller():
    larger = CohortSettings(training=2000)
    assert cohort_clips(COHORT, "training", 5) == cohort_clips(larger, "training", 5)
    assert cohort_clips(COHORT, "training", 5) != cohort_clips(COHORT, "inner", 5)
    assert cohort_clips(CohortSettings(seed=1), "training", 5) != cohort_clips(
        COHORT, "training", 5
    )


@pytest.mark.parametrize(
    "wrong", [{"clips": 6}, {"training": -1}, {"frames": (2, 9)}, {"frames": (9, 8)}]
)
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(SettingsError):
        CohortSettings(**wrong)


def test_a_person_who_is_not_there_is_refused():
    with pytest.raises(SettingsError, match="80 people"):
        cohort_clips(COHORT, "unseen", 80)
