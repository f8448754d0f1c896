"""Calibration against its definitions, written slowly."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.protocols.calibration import (
    calibration_error,
    fit_temperature,
    log_loss,
    probabilities,
)

RANDOM = np.random.default_rng(3)


def _answers(count: int, sharpness: float) -> tuple[np.ndarray, np.ndarray]:
    """Logits of a network that is `sharpness` times too sure, and labels drawn as it should be."""
    honest = RANDOM.normal(0, 1.5, (count, 4))
    shares = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    labels = np.array([RANDOM.choice(4, p=row) for row in shares])
    return honest * sharpness, labels


@pytest.mark.parametrize("sharpness", [0.4, 1.0, 3.0])
def test_the_temperature_undoes_too_much_or_too_little_confidence(sharpness):
    logits, labels = _answers(20_000, sharpness)
    assert fit_temperature(logits, labels) == pytest.approx(sharpness, rel=0.05)


def test_the_temperature_has_least_log_loss_among_all_on_a_grid():
    logits, labels = _answers(500, 2.0)
    best = log_loss(logits, labels, fit_temperature(logits, labels))
    assert all(best <= log_loss(logits, labels, t) + 1e-9 for t in np.geomspace(0.06, 18, 200))


def test_no_answer_changes_and_probabilities_sum_to_one():
    logits, _ = _answers(50, 1.0)
    for temperature in (0.2, 1.0, 7.0):
        given = probabilities(logits, temperature)
        assert np.array_equal(given.argmax(axis=1), logits.argmax(axis=1))
        assert np.allclose(given.sum(axis=1), 1)


def test_the_error_is_its_definition_bin_by_bin():
    logits, labels = _answers(400, 2.5)
    given = probabilities(logits)
    sure, right = given.max(axis=1), given.argmax(axis=1) == labels
    total = 0.0
    for low in np.arange(15) / 15:
        inside = (sure >= low) & ((sure < low + 1 / 15) | ((low > 0.93) & (sure == 1)))
        if inside.any():
            total += inside.mean() * abs(sure[inside].mean() - right[inside].mean())
    assert calibration_error(logits, labels) == pytest.approx(total, abs=1e-12)


def test_calibration_lowers_the_error_of_a_network_that_is_too_sure():
    logits, labels = _answers(5000, 3.0)
    after = calibration_error(logits, labels, fit_temperature(logits, labels))
    assert after < 0.03 < calibration_error(logits, labels)
