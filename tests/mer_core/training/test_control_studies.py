from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import SettingsError
from mer_core.seeding import generator
from mer_core.training.control_studies import RIDGE, identity_scores, leave_one_out
from tests.mer_core.training.blobs import BlobExperiment


def test_the_closed_form_is_fitting_again_without_each_row():
    draw = generator(3)
    features, codes = draw.normal(size=(14, 5)), np.arange(14) % 3
    centred = features - features.mean(axis=0)
    ridge = RIDGE * np.mean(np.sum(centred**2, axis=1))
    targets = np.eye(3)[codes] - 1 / 3
    slow = []
    for i in range(14):
        rest = np.arange(14) != i
        kernel = centred[rest] @ centred[rest].T + ridge * np.eye(13)
        slow.append(
            (centred[i] @ centred[rest].T @ np.linalg.solve(kernel, targets[rest])).argmax()
        )
    np.testing.assert_array_equal(leave_one_out(features, codes), slow)


def test_people_who_differ_are_told_apart_and_others_are_not():
    samples = BlobExperiment(subjects=4, clips=8).table().samples
    draw = generator(1)
    noise = draw.normal(size=(32, 6, 6))
    faces = np.repeat(draw.normal(size=(4, 6, 6)), 8, axis=0)
    known = identity_scores(faces + 0.3 * noise, samples)
    assert known.accuracy_pooled > 0.9
    assert known.majority_rate == 1 / 4
    assert identity_scores(noise, samples).accuracy_pooled < 0.55


def test_one_person_cannot_be_told_from_another():
    samples = BlobExperiment(subjects=1, clips=4).table().samples
    with pytest.raises(SettingsError, match="two people"):
        identity_scores(np.zeros((4, 2, 2)), samples)
