from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.ami import WEIGHTINGS
from mer_core.errors import SettingsError, UnknownNameError
from mer_core.models.card import ModelCard
from mer_core.models.shipped import FOLDER
from mer_core.protocols import paired_difference, score_intervals
from mer_core.seeding import generator
from mer_core.training.cohort_controls import PROBED
from mer_core.training.cohort_scores import card_scores
from mer_core.training.control_studies import RIDGE, identity_scores, leave_one_out
from mer_core.training.controls import (
    CONTROLS,
    find_control,
    refuse_test_selection,
    shuffle_within_subjects,
    still_clip,
)
from mer_core.training.fold import train_fold
from mer_core.training.leak import train_with_leak
from mer_core.training.prediction import predict_probabilities
from mer_core.training.pretraining import Pretraining
from mer_core.training.settings import Selection
from tests.mer_core.training.blobs import (
    TINY,
    BlobExperiment,
    blob_sample,
    build_tiny,
    training_data,
)


def test_a_still_clip_holds_neutral_frames_only_and_keeps_its_length():
    sample = blob_sample(1, 0)
    still = still_clip(sample)
    expression = set(sample.expression_frames())
    assert not expression & set(still.frames)
    assert len(still.frames) == len(expression)
    assert still.frame_numbers == tuple(range(4, 9))
    # Frames 1, 2, 3 lie before the onset: there and back again.
    assert [path.stem for path in still.frames] == ["1", "2", "3", "2", "1"]
    assert (still.key, still.label, still.onset) == (sample.key, sample.label, sample.onset)


def test_a_still_clip_without_neutral_frames_repeats_its_first():
    sample = replace(blob_sample(1, 0), onset=1, offset=9)
    assert set(still_clip(sample).frames) == {sample.frames[0]}
    unknown = replace(blob_sample(1, 0), onset=None, offset=None)
    assert set(still_clip(unknown).frames) == {unknown.frames[0]}


def test_the_longer_neutral_stretch_is_taken():
    sample = replace(blob_sample(1, 0), onset=2, offset=4)
    assert [path.stem for path in still_clip(sample).frames] == ["5", "6", "7"]


def test_shuffling_keeps_each_subjects_classes_and_breaks_the_link():
    data = training_data(6, 9)
    shuffled = shuffle_within_subjects(data.labels, data.samples, seed=1)
    for subject in {sample.subject for sample in data.samples}:
        own = [i for i, sample in enumerate(data.samples) if sample.subject == subject]
        assert Counter(shuffled[own].tolist()) == Counter(data.labels[own].tolist())
    assert 0.15 < float((shuffled == data.labels).float().mean()) < 0.55
    assert torch.equal(shuffled, shuffle_within_subjects(data.labels, data.samples, seed=1))
    assert not torch.equal(shuffled, shuffle_within_subjects(data.labels, data.samples, seed=2))


def test_the_leak_is_the_honest_training_with_the_best_epoch_picked_afterwards():
    data, unseen = training_data(3), training_data(2, seed=8)
    settings = replace(TINY, epochs=5, learning_rate=0.01, selection="test")
    truth = unseen.labels.numpy()
    fitted, leaked = train_with_leak(data, build_tiny, settings, unseen.images, truth, seed=1)

    by_epoch: list[np.ndarray] = []
    honest = train_fold(
        data,
        build_tiny,
        replace(settings, selection="last"),
        seed=1,
        observe=lambda _, net: by_epoch.append(predict_probabilities(net, unseen.images, TINY)),
    )
    right = [int((answer.argmax(axis=1) == truth).sum()) for answer in by_epoch]
    assert fitted.epoch == 1 + int(np.argmax(right))
    np.testing.assert_array_equal(leaked, by_epoch[fitted.epoch - 1])
    for one, two in zip(fitted.module.parameters(), honest.module.parameters(), strict=True):
        assert torch.equal(one, two)


def test_choosing_on_the_test_subject_is_refused_outside_its_control():
    with pytest.raises(SettingsError, match="not an evaluation"):
        refuse_test_selection(Selection.TEST, find_control("none"))
    refuse_test_selection(Selection.TEST, find_control("leak"))
    refuse_test_selection(Selection.INNER, find_control("none"))


def test_controls_are_found_by_name_and_say_what_to_expect():
    assert CONTROLS.names()[0] == "none"
    assert all(control.expectation for control in CONTROLS)
    with pytest.raises(UnknownNameError, match="motionless"):
        find_control("motionles")


MODEL, WEIGHTING = PROBED, "rank-pooling"


def card(**changes) -> ModelCard:
    job = Pretraining(model=MODEL, weighting=WEIGHTING)
    name = Pretraining(**{"model": job.model, "weighting": job.weighting, **changes}).name
    return ModelCard.load(FOLDER / f"{name}.json")


def test_shuffled_labels_are_at_chance_and_far_below_the_unchanged_network():
    plain, shuffled = card_scores(card()), card_scores(card(shuffled=True))
    assert plain.n >= 200
    assert len(plain.subjects) >= 20
    assert 0.25 in score_intervals([shuffled])["uar"]
    assert paired_difference([shuffled], [plain]).high < -0.2


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_every_weighting_has_a_card_of_the_same_people_and_recipe(weighting):
    first, found = card(), card(weighting=weighting)
    assert found.weighting == weighting
    for shared in ("recipe", "cohort", "seed", "people", "clips", "classes"):
        assert getattr(found, shared) == getattr(first, shared)


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
