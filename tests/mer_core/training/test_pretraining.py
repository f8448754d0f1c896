"""Pre-training end to end on a handful of people: weights, card, resumption, control."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from mer_core.cluster import SerialExecutor
from mer_core.datasets.synthetic.cohort import PARTS, CohortSettings
from mer_core.errors import CheckpointError, SettingsError, StoreError
from mer_core.inputs.cohort import draw_cohort, load_cohort
from mer_core.models.card import ModelCard
from mer_core.models.catalog import model_entry
from mer_core.models.checkpoint import Compression, expand, load_checkpoint
from mer_core.models.loaded import build_seeded
from mer_core.models.shipped import FOLDER
from mer_core.protocols import score_intervals
from mer_core.protocols.calibration import fit_temperature
from mer_core.training import pretraining
from mer_core.training.cohort_scores import card_scores, cohort_logits, cohort_tensor, score_answers
from mer_core.training.pretraining import SHIPPED, Pretraining, plan_pretraining, pretrain
from mer_core.training.settings import TrainingSettings

COHORT = CohortSettings(training=4, inner=2, unseen=2, clips=4, frames=(4, 6), sizes=(48,))
RECIPE = TrainingSettings(epochs=2, batch=8, schedule="cosine")
JOB = Pretraining(
    model="learnet",
    weighting="rank-pooling",
    cohort=COHORT,
    recipe=RECIPE,
    compression=Compression.INT8,
)


@pytest.fixture(scope="module", autouse=True)
def drawn(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MER_CACHE", str(tmp_path_factory.mktemp("cohort")))
        for part in PARTS:
            draw_cohort(COHORT, part, executor=SerialExecutor())
        yield


@pytest.fixture(scope="module")
def made(drawn, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    return folder, pretrain(JOB, folder=folder)


def test_the_card_holds_what_the_weights_on_disk_score(made):
    folder, card = made
    path = folder / "learnet-rank-pooling.safetensors"
    assert ModelCard.load(path.with_suffix(".json")) == card
    assert card.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    header, written = load_checkpoint(path)
    entry = model_entry("learnet")
    module = build_seeded(entry, 4, 0)
    module.load_state_dict(expand(written))
    unseen = load_cohort(COHORT, "unseen", weighting="rank-pooling")
    scores = score_answers(unseen, cohort_logits(module, unseen, entry.input))
    assert card.uar.value == scores.uar
    assert (card.uar.low, card.uar.high) == (
        score_intervals([scores])["uar"].low,
        score_intervals([scores])["uar"].high,
    )
    assert np.array_equal(np.array(card.confusion), scores.confusion)
    assert (card.people, card.clips) == (2, 8)
    again = card_scores(card)
    assert np.array_equal(again.by_subject, scores.by_subject)
    assert score_intervals([again]) == score_intervals([scores])
    inner = load_cohort(COHORT, "inner", weighting="rank-pooling")
    assert card.calibration.temperature == fit_temperature(
        cohort_logits(module, inner, entry.input), inner.labels
    )
    assert len(card.history) == RECIPE.epochs
    assert header.lineage is not None
    assert header.lineage.subjects == tuple(f"cohort/training/{n:04d}" for n in range(4))


def test_nobody_who_is_scored_was_trained_on(made):
    folder, _ = made
    header, _ = load_checkpoint(folder / "learnet-rank-pooling.safetensors")
    assert header.lineage is not None
    for part in ("inner", "unseen"):
        people = {f"cohort/{name}" for name in load_cohort(COHORT, part, weighting="full").subjects}
        assert not people & set(header.lineage.subjects)


def test_an_interrupted_training_ends_with_the_same_weights(made, tmp_path, monkeypatch):
    folder, card = made

    def interrupt(_title: str, done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(JOB, folder=tmp_path, report=interrupt)
    assert [path.name for path in tmp_path.iterdir()] == [f".{JOB.name}.state.safetensors"]
    epochs: list[int] = []
    again = pretrain(JOB, folder=tmp_path, report=lambda _title, done, _total: epochs.append(done))
    assert epochs == [2]
    assert again.digest == card.digest
    assert [h["loss"] for h in again.history] == [h["loss"] for h in card.history]
    assert not list(tmp_path.glob(".*"))


def test_a_state_of_another_training_is_not_taken_up(tmp_path, made):
    def interrupt(_title: str, done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(replace(JOB, seed=7), folder=tmp_path, report=interrupt)
    epochs: list[int] = []
    card = pretrain(JOB, folder=tmp_path, report=lambda _title, done, _total: epochs.append(done))
    assert epochs == [1, 2]
    assert card.digest == made[1].digest


def test_shuffled_labels_are_those_of_each_person_in_another_order():
    training = load_cohort(COHORT, "training", weighting="full")
    shuffled = pretraining._shuffle_labels(training, 0)
    assert not np.array_equal(shuffled, training.labels)
    for person in set(training.subjects):
        own = np.array(training.subjects) == person
        assert sorted(shuffled[own]) == sorted(training.labels[own])


def test_what_the_network_takes_in_is_the_standardised_image():
    inner = load_cohort(COHORT, "inner", weighting="full")
    spec = model_entry("resnet50").input
    expected = (inner.images[3] / 255 - np.array(spec.mean)) / np.array(spec.std)
    found = cohort_tensor(inner, spec)[3].permute(1, 2, 0).numpy()
    assert np.allclose(found, expected, atol=1e-5)


def test_a_cohort_that_is_not_drawn_is_refused(tmp_path):
    with pytest.raises(StoreError, match="not drawn yet"):
        pretrain(replace(JOB, cohort=replace(COHORT, training=5)), folder=tmp_path)


def test_a_damaged_card_is_one_line(tmp_path):
    (tmp_path / "card.json").write_text('{"format": "mer-model-card/1"')
    with pytest.raises(CheckpointError, match="unreadable model card"):
        ModelCard.load(tmp_path / "card.json")


def test_one_recipe_serves_every_shipped_network():
    rate = pretraining.RECIPE.learning_rate
    assert {replace(job.recipe, learning_rate=rate) for job in SHIPPED} == {pretraining.RECIPE}
    assert {job.seed for job in SHIPPED} == {0}


@pytest.mark.parametrize("job", SHIPPED, ids=lambda job: job.name)
def test_a_shipped_card_states_the_recipe_of_its_job(job):
    card = ModelCard.load(FOLDER / f"{job.name}.json")
    assert TrainingSettings.from_dict(card.recipe) == job.recipe
    assert card.seed == job.seed
    assert card.compression == job.compression


@pytest.mark.parametrize("weighting", ["rank-pooling", "literal", "linear"])
def test_the_cards_of_controls_can_be_made_again(weighting):
    job = replace(plan_pretraining("learnet", weighting), shuffled=weighting == "rank-pooling")
    card = ModelCard.load(FOLDER / f"{job.name}.json")
    assert TrainingSettings.from_dict(card.recipe) == job.recipe
    assert card.compression == job.compression


@pytest.mark.parametrize("model", ["ststnet", "akmnet", "vgg16"])
def test_a_network_that_cannot_read_the_images_is_refused(model):
    with pytest.raises(SettingsError, match="cannot learn from affective-motion images"):
        plan_pretraining(model, "full")
