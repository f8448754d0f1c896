"""Controls of shipped networks: what ships separates expression from its absence."""

from __future__ import annotations

import pytest

from mer_core.ami import WEIGHTINGS
from mer_core.models.card import ModelCard
from mer_core.models.shipped import FOLDER
from mer_core.protocols import paired_difference, score_intervals
from mer_core.training.cohort_controls import PROBED
from mer_core.training.cohort_scores import card_scores
from mer_core.training.pretraining import Pretraining

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
