"""Likeness of maps, against definitions and known cases."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import SettingsError
from mer_core.map_similarity import rank_correlation, structural_similarity

RNG = np.random.default_rng(0)


def test_rank_correlation_with_ties_by_its_definition():
    one = np.array([[1.0, 2.0, 2.0], [5.0, 0.0, 7.0]])
    two = np.array([[0.0, 0.0, 3.0], [9.0, 1.0, 1.0]])
    ranks = [2, 3.5, 3.5, 5, 1, 6], [1.5, 1.5, 5, 6, 3.5, 3.5]  # counted by hand
    assert rank_correlation(one, two) == pytest.approx(np.corrcoef(*ranks)[0, 1])


def test_rank_correlation_sees_order_alone():
    values = RNG.random((8, 9))
    assert rank_correlation(values, np.exp(5 * values)) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)
    assert np.isnan(rank_correlation(values, np.ones((8, 9))))


def slow_ssim(one, two):
    """Window by window, from the paper's formula, on maps already in 0..1."""
    offsets = np.arange(-5, 6)
    line = np.exp(-(offsets**2) / (2 * 1.5**2))
    window = np.outer(line, line) / line.sum() ** 2
    scores = []
    for row in range(5, one.shape[0] - 5):
        for column in range(5, one.shape[1] - 5):
            a = one[row - 5 : row + 6, column - 5 : column + 6]
            b = two[row - 5 : row + 6, column - 5 : column + 6]
            ma, mb = (window * a).sum(), (window * b).sum()
            va, vb = (window * (a - ma) ** 2).sum(), (window * (b - mb) ** 2).sum()
            cov = (window * (a - ma) * (b - mb)).sum()
            c1, c2 = 0.01**2, 0.03**2
            scores.append(
                (2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
            )
    return np.mean(scores)


def test_ssim_by_its_definition():
    one, two = RNG.random((15, 18)), RNG.random((15, 18))
    one[0, 0] = two[3, 3] = 1.0  # so that scaling by the maximum leaves them as they are
    assert structural_similarity(one, two) == pytest.approx(slow_ssim(one, two), abs=1e-9)


def test_ssim_ignores_the_unit_and_knows_its_own():
    values = RNG.normal(size=(20, 20))
    assert structural_similarity(values, 30 * values) == pytest.approx(1)
    assert abs(structural_similarity(values, RNG.normal(size=(20, 20)))) < 0.3
    assert structural_similarity(np.zeros((20, 20)), np.zeros((20, 20))) == pytest.approx(1)


def test_maps_that_cannot_be_compared_are_refused():
    with pytest.raises(SettingsError, match="cannot be compared"):
        rank_correlation(np.zeros((2, 3)), np.zeros((3, 2)))
    with pytest.raises(SettingsError, match="not numbers"):
        structural_similarity(np.full((2, 2), np.nan), np.zeros((2, 2)))
