"""Stability of maps whose change under noise is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mer_core.attribution.stability import stability
from mer_core.errors import SettingsError

INPUTS = torch.rand(1, 1, 10, 12, generator=torch.Generator().manual_seed(0))


def test_a_map_that_ignores_the_input_never_moves():
    fixed = np.random.default_rng(0).random((10, 12))
    found = stability(lambda _: fixed, INPUTS)
    assert found.correlations == pytest.approx((1.0,) * 4)
    assert found.sensitivity == 0


def test_sensitivity_is_the_largest_relative_change():
    noises = []

    def explain(inputs):
        noises.append((inputs - INPUTS)[0, 0].numpy())
        return inputs[0, 0].numpy()

    found = stability(explain, INPUTS, original=INPUTS[0, 0].numpy(), noise=0.1, draws=3)
    largest = max(np.linalg.norm(noise) for noise in noises)
    assert found.sensitivity == pytest.approx(largest / np.linalg.norm(INPUTS), rel=1e-5)
    spread = 0.1 * float(INPUTS.max() - INPUTS.min())
    assert np.std(noises) == pytest.approx(spread, rel=0.15)


def test_more_noise_moves_more():
    def explain(inputs):
        return inputs[0, 0].numpy() ** 2

    means = [stability(explain, INPUTS, noise=noise, draws=6).mean for noise in (0.01, 0.1, 0.5)]
    assert means[0] > means[1] > means[2]


def test_a_chaotic_map_has_no_correlation():
    rng = np.random.default_rng(0)
    found = stability(lambda _: rng.random((10, 12)), INPUTS, draws=12)
    assert abs(found.mean) < 0.15


def test_a_constant_map_cannot_be_correlated():
    found = stability(lambda _: np.zeros((10, 12)), INPUTS)
    assert np.isnan(found.mean)
    assert found.sensitivity == 0


def test_a_map_that_noise_alone_wakes_is_infinitely_sensitive():
    found = stability(lambda inputs: inputs[0, 0].numpy(), INPUTS, original=np.zeros((10, 12)))
    assert found.sensitivity == np.inf


def test_no_noise_is_refused():
    with pytest.raises(SettingsError, match="test nothing"):
        stability(lambda inputs: inputs[0, 0].numpy(), INPUTS, noise=0)
