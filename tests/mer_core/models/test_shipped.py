"""Shipped networks are what their cards say they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mer_core.ami import WEIGHTINGS, build_ami
from mer_core.cluster import SerialExecutor
from mer_core.datasets.synthetic.cohort import COHORT_CLASSES, CohortSettings
from mer_core.errors import CheckpointError, UnknownNameError
from mer_core.inputs.cohort import draw_cohort, load_cohort
from mer_core.models.catalog import compared_models, model_entry
from mer_core.models.checkpoint import read_header
from mer_core.models.loaded import load_model
from mer_core.models.novelty import shipped_novelty
from mer_core.models.shipped import FOLDER, is_shipped, shipped_for, shipped_weights
from mer_core.training.cohort_scores import cohort_logits, score_answers
from mer_core.training.pretraining import SHIPPED

NAMES = [f"{s.card.model}-{s.card.weighting}" for s in shipped_weights()]
SAMPLE = CohortSettings(unseen=8)
"""A first few of the unseen people."""


@pytest.fixture(scope="module")
def unseen(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MER_CACHE", str(tmp_path_factory.mktemp("cohort")))
        draw_cohort(SAMPLE, "unseen", executor=SerialExecutor())
        yield {
            weighting: load_cohort(SAMPLE, "unseen", weighting=weighting)
            for weighting in {s.card.weighting for s in shipped_weights()}
        }


def test_every_network_of_the_list_is_shipped_and_nothing_else():
    assert sorted(NAMES) == sorted(job.name for job in SHIPPED)
    assert all(is_shipped(entry.name) for entry in compared_models())


def test_all_of_them_fit_into_45_megabytes():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 45e6


@pytest.mark.parametrize("shipped", shipped_weights(), ids=NAMES)
def test_files_are_those_of_their_cards(shipped):
    assert shipped.intact()
    card = shipped.card
    assert card.synthetic
    assert card.people >= 60
    assert card.classes == COHORT_CLASSES
    assert card.uar_uncompressed - card.uar.value <= 0.005
    assert card.uar.low > card.chance  # clearly above chance
    assert card.calibration.error_after <= max(card.calibration.error_before, 0.05)
    header = read_header(shipped.path)
    assert header.lineage is not None
    assert len(header.lineage.subjects) == card.cohort["training"] >= 500


@pytest.mark.parametrize("shipped", shipped_weights(), ids=NAMES)
def test_a_small_unseen_sample_scores_within_reach_of_the_card(shipped, unseen):
    images = unseen[shipped.card.weighting]
    model = load_model(shipped.card.model, weights="synthetic", weighting=shipped.card.weighting)
    found = score_answers(images, cohort_logits(model.module, images, model.entry.input))
    # An interval over fewer people is wider by the square root of their ratio.
    reach = (shipped.card.uar.value - shipped.card.uar.low) * (
        shipped.card.people / SAMPLE.unseen
    ) ** 0.5
    assert found.uar >= shipped.card.uar.value - reach


@pytest.mark.parametrize("shipped", shipped_weights(), ids=NAMES)
def test_about_as_many_unseen_images_are_strange_as_the_card_says(shipped, unseen):
    card, scale = shipped.card, shipped_novelty(shipped.card.weighting)
    assert card.novelty is not None
    assert scale is not None
    assert scale.limit == card.novelty.limit
    assert card.novelty.alarms <= 0.08
    images = unseen[card.weighting].images
    spread = (card.novelty.alarms * (1 - card.novelty.alarms) / len(images)) ** 0.5
    assert abs(scale.alarms(images) - card.novelty.alarms) <= 3 * spread


@pytest.mark.parametrize("weighting", ["rank-pooling", "full"])
def test_noise_and_shapes_are_strange(weighting):
    scale = shipped_novelty(weighting)
    assert scale is not None
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (12, 112, 112, 3), np.uint8)
    squares = np.full((12, 112, 112, 3), 120, np.uint8)
    for place, frame in enumerate(squares):
        frame[20:50, 10 + 4 * place : 40 + 4 * place] = 200
    for frames in (noise, squares):
        image = build_ami(frames, count=len(frames), weighting=weighting).image
        assert scale.novelty(image) > scale.limit


def test_a_shipped_network_says_what_it_is_and_reads_the_images_it_was_trained_on():
    model = load_model("affectivenet", weights="synthetic")
    assert model.weights.trained
    assert model.weights.synthetic
    assert load_model("affectivenet", weights=model.weights.source).digest == model.digest
    assert model.entry.input.weighting == shipped_for("affectivenet").card.weighting
    assert "generated people" in model.weights.label
    other = load_model("affectivenet", weights="synthetic", weighting="full")
    assert other.entry.input.weighting == "full"
    assert other.digest != model.digest
    assert model_entry("affectivenet").input.weighting == "full"  # the catalogue is as it was


def test_probabilities_are_taken_at_the_temperature_of_the_card():
    model = load_model("learnet", weights="synthetic")
    image = torch.rand(1, 3, 112, 112)
    expected = torch.softmax(model.logits(image) / model.temperature, dim=1)
    assert torch.equal(model.probabilities(image), expected)
    assert model.temperature == shipped_for("learnet").card.calibration.temperature
    assert load_model("learnet", classes=("a", "b")).temperature == 1.0


def test_weights_that_are_not_shipped_are_refused_with_what_is():
    with pytest.raises(UnknownNameError, match="affectivenet"):
        load_model("vgg16", weights="synthetic")
    with pytest.raises(UnknownNameError, match="rank-pooling"):
        load_model("resnet50", weights="synthetic", weighting="linear")
    with pytest.raises(CheckpointError, match="trained for the classes"):
        load_model("learnet", weights="synthetic", classes=("a", "b"))


def test_readme_gives_the_figures_of_the_cards():
    text = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    for shipped in shipped_weights():
        card = shipped.card
        line = (
            f"| {model_entry(card.model).title} | {WEIGHTINGS.get(card.weighting).title.lower()} | "
            f"{card.uar.value:.3f} | {card.uar.low:.3f} to {card.uar.high:.3f} |"
        )
        assert line in text


def test_the_readme_names_the_networks_whose_calibration_did_not_improve():
    worse = {}
    for shipped in shipped_weights():
        found = shipped.card.calibration
        if found.error_after > found.error_before:
            title = model_entry(shipped.card.model).title
            worse[title] = f"{title} ({found.error_before:.3f} to {found.error_after:.3f})"
            assert shipped.card.weighting == "rank-pooling"
    assert sorted(worse) == ["AffectiveNet", "LEARNet"]
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    assert all(text in readme for text in worse.values())
