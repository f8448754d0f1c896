"""Which weights answer a clip, and what is told of their calibration."""

from __future__ import annotations

import pytest

from mer_core.inputs import synthetic_recording
from mer_core.inputs.prediction import calibrated_on, predict
from mer_core.models.loaded import SYNTHETIC, load_model


@pytest.fixture(scope="module")
def recording():
    return synthetic_recording(subject=2, emotion="surprise", seed=1, size=48)


@pytest.mark.parametrize(
    ("model", "weighting", "answering"),
    [
        ("affectivenet", None, "rank-pooling"),
        ("affectivenet", "rank-pooling", "rank-pooling"),
        ("affectivenet", "full", "full"),
        ("resnet50", "full", "rank-pooling"),  # ships for one weighting alone
    ],
)
def test_a_network_given_by_name_answers_with_the_weights_of_the_weighting(
    recording, model, weighting, answering
):
    found = predict(recording, model, weighting=weighting)
    loaded = load_model(model, weights=SYNTHETIC, weighting=answering)
    expected = predict(recording, loaded, weighting=weighting)
    assert found.weights == loaded.weights.label
    assert found.probabilities == expected.probabilities


@pytest.mark.parametrize(
    ("model", "before", "after"), [("affectivenet", "3.3%", "3.5%"), ("learnet", "3.7%", "4.3%")]
)
def test_the_error_is_told_with_calibration_and_without(model, before, after):
    told = calibrated_on(load_model(model, weights=SYNTHETIC, weighting="rank-pooling"))
    assert f"wrong by {after}" in told
    assert f"without calibration by {before}" in told
