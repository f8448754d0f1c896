"""Choosing among guesses: the maximum of binomial draws, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import SettingsError
from mer_core.protocols.selection_bias import simulate_selection_bias


def expected_best(clips: int, chance: float, epochs: int) -> float:
    """E of the maximum of `epochs` binomial draws, from the definition."""
    from math import comb

    mass = [comb(clips, k) * chance**k * (1 - chance) ** (clips - k) for k in range(clips + 1)]
    below = np.cumsum(mass) ** epochs
    return float(sum(k * p for k, p in enumerate(np.diff(below, prepend=0.0)))) / clips


@pytest.mark.parametrize(("clips", "classes", "epochs"), [(9, 4, 60), (3, 3, 5), (1, 2, 10)])
def test_the_leak_is_the_expected_maximum_of_guesses(clips, classes, epochs):
    found = simulate_selection_bias(subjects=4000, clips=clips, classes=classes, epochs=epochs)
    assert found.leaked == pytest.approx(expected_best(clips, 1 / classes, epochs), abs=0.015)
    assert found.honest == pytest.approx(1 / classes, abs=0.03)


def test_what_is_reported_never_falls_and_ends_at_the_leak():
    found = simulate_selection_bias(subjects=20, clips=6, classes=4, epochs=30)
    assert (np.diff(found.running) >= 0).all()
    assert found.running[-1] == found.leaked
    assert found.running[0] == found.accuracies[:, 0].mean()


def test_one_look_is_no_leak():
    found = simulate_selection_bias(subjects=50, clips=4, classes=4, epochs=1)
    assert found.leaked == found.honest


@pytest.mark.parametrize("field", ["subjects", "clips", "epochs"])
def test_nothing_to_draw_is_refused(field):
    with pytest.raises(SettingsError, match=field):
        simulate_selection_bias(**{"subjects": 2, "clips": 2, "classes": 2, "epochs": 2, field: 0})
    with pytest.raises(SettingsError, match="classes"):
        simulate_selection_bias(subjects=2, clips=2, classes=1, epochs=2)
