"""Localisation metrics against values worked out by hand and against slow definitions."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mer_core.attribution.localisation import METRICS, TOP_SHARE, Reduction, localise, localise_all
from mer_core.errors import SettingsError

# Four rows of five: twenty pixels, so the largest 5 % are one pixel.
HAND = np.array(
    [
        [9.0, 1.0, 0.0, 0.0, 0.0],
        [8.0, 6.0, 0.0, 0.0, 0.0],
        [7.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
    ]
)
CORNER = np.zeros((4, 5), bool)
CORNER[:2, :2] = True  # holds 9, 1, 8, 6; the 7 lies outside


def values_of(found):
    return {name: score.value for name, score in found.scores.items()}


def test_every_metric_on_a_map_small_enough_to_score_by_hand():
    found = localise(HAND, CORNER)
    assert found.area == pytest.approx(4 / 20)
    # Of the 4 x 16 pairs, the pixel 6 and the pixel 1 each lose to the 7 and no other.
    expected = {
        "pointing": 1,
        "mass": 24 / 31,
        "rank": 3 / 4,  # 9, 8 and 6 of 9, 8, 7, 6
        "topk": 1,
        "auc": 62 / 64,
        "iou": 3 / 5,
    }
    assert values_of(found) == pytest.approx(expected)
    normal = {name: score.normalised for name, score in found.scores.items()}
    assert normal == pytest.approx(
        {
            "pointing": 5,
            "mass": 5 * 24 / 31,
            "rank": 3.75,
            "topk": 5,
            "auc": 2 * 62 / 64,
            "iou": 0.6 / (0.2 / 1.8),
        }
    )


def test_ties_score_their_expectation():
    values = np.array([[1.0, 1.0, 1.0, 0.0]])
    mask = np.array([[True, False, False, True]])
    found = values_of(localise(values, mask))
    assert found["pointing"] == pytest.approx(1 / 3)
    # Two of three equal pixels come first: the one inside is among them two times in three.
    assert found["rank"] == pytest.approx(1 / 3)
    # Pairs (inside, outside): the 1 ties with two, the 0 loses to two.
    assert found["auc"] == pytest.approx((0.5 + 0.5 + 0 + 0) / 4)


@pytest.mark.parametrize("level", [0.0, 3.5])
def test_a_constant_map_scores_chance_everywhere(level):
    found = localise(np.full((4, 5), level), CORNER)
    assert found.constant
    assert all(score.normalised == pytest.approx(1) for score in found.scores.values())


@pytest.mark.parametrize(("fill", "reason"), [(False, "empty"), (True, "covers the whole")])
def test_regions_that_leave_nothing_to_score_say_so(fill, reason):
    found = localise(HAND, np.full((4, 5), fill))
    assert reason in found.undefined
    assert all(np.isnan(score.value) for score in found.scores.values())


def test_signs_are_reduced_as_asked_and_recorded():
    values = HAND.copy()
    values[3, 4] = -20
    positive = localise(values, CORNER)
    assert values_of(positive) == values_of(localise(HAND, CORNER))
    assert positive.reduction is Reduction.POSITIVE
    absolute = localise(values, CORNER, reduction="absolute")
    assert absolute.reduction is Reduction.ABSOLUTE
    assert values_of(absolute)["pointing"] == 0
    assert values_of(absolute)["mass"] == pytest.approx(24 / 51)
    assert localise(HAND, CORNER).reduction is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_maps_with_holes_are_refused(bad):
    values = HAND.copy()
    values[0, 0] = bad
    with pytest.raises(SettingsError, match="1 of 20 pixels"):
        localise(values, CORNER)


def test_a_region_on_another_grid_is_refused():
    with pytest.raises(SettingsError, match="input size"):
        localise(HAND, np.ones((5, 4), bool))


few_levels = hnp.arrays(np.float64, (3, 4), elements=st.integers(0, 4).map(float))
masks = hnp.arrays(np.bool_, (3, 4))


@settings(max_examples=60, deadline=None)
@given(values=few_levels, mask=masks)
def test_the_slow_definitions_agree(values, mask):
    if not mask.any() or mask.all():
        return
    found = values_of(localise(values, mask))
    inside, outside = values[mask], values[~mask]
    pairs = [(a > b) + Fraction(1, 2) * bool(a == b) for a, b in itertools.product(inside, outside)]
    assert found["auc"] == pytest.approx(float(sum(pairs) / len(pairs)))
    assert found["pointing"] == pytest.approx(mask[values == values.max()].mean())
    if values.max() > values.min():
        assert found["mass"] == pytest.approx(inside.sum() / values.sum())
    draws = [_shuffled_hits(values, mask, np.random.default_rng(i)) for i in range(400)]
    assert found["rank"] == pytest.approx(np.mean(draws), abs=4 * np.std(draws) / 20 + 1e-9)


def _shuffled_hits(values, mask, rng):
    """Share of the |mask| largest pixels inside, ties broken by lot."""
    order = np.lexsort((rng.random(values.size), -values.ravel()))
    return mask.ravel()[order[: mask.sum()]].mean()


@settings(max_examples=30, deadline=None)
@given(values=few_levels, mask=masks, factor=st.sampled_from([1e-6, 0.3, 2.0, 1e6]))
def test_scores_do_not_depend_on_the_unit_of_a_map(values, mask, factor):
    one, two = values_of(localise(values, mask)), values_of(localise(values * factor, mask))
    assert two == pytest.approx(one, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(values=few_levels, mask=masks, seed=st.integers(0, 99))
def test_scores_do_not_depend_on_where_pixels_lie(values, mask, seed):
    order = np.random.default_rng(seed).permutation(values.size)
    moved = localise(values.ravel()[order].reshape(3, 4), mask.ravel()[order].reshape(3, 4))
    assert values_of(moved) == pytest.approx(values_of(localise(values, mask)), nan_ok=True)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.8])
def test_a_random_map_scores_one_in_expectation_whatever_the_area(share):
    rng = np.random.default_rng(int(share * 100))
    mask = np.zeros((40, 40), bool)
    mask.ravel()[: int(share * mask.size)] = True
    draws = [localise(rng.random((40, 40)), mask) for _ in range(300)]
    for metric in METRICS:
        normal = np.array([found.scores[metric.name].normalised for found in draws])
        error = 4 * normal.std() / np.sqrt(len(normal)) + 1e-3
        assert normal.mean() == pytest.approx(1, abs=error), metric.name


def test_the_map_that_is_the_region_scores_the_most_possible():
    found = localise(CORNER.astype(float), CORNER)
    assert values_of(found) == pytest.approx(dict.fromkeys(METRICS.names(), 1.0))


def test_many_regions_score_as_each_alone():
    other = np.zeros((4, 5), bool)
    other[2:, 3:] = True
    both = localise_all(HAND, {"a": CORNER, "b": other})
    assert values_of(both["a"]) == values_of(localise(HAND, CORNER))
    assert values_of(both["b"]) == values_of(localise(HAND, other))


def test_quantus_agrees_where_it_defines_the_same():
    quantus = pytest.importorskip("quantus")
    rng = np.random.default_rng(5)
    values, mask = rng.random((16, 16)), np.zeros((16, 16), bool)
    mask[3:9, 5:14] = True
    found = values_of(localise(values, mask))
    count = max(1, round(TOP_SHARE * values.size))
    metrics = {
        "pointing": quantus.PointingGame(abs=False, normalise=False, disable_warnings=True),
        "mass": quantus.RelevanceMassAccuracy(abs=False, normalise=False, disable_warnings=True),
        "rank": quantus.RelevanceRankAccuracy(abs=False, normalise=False, disable_warnings=True),
        "topk": quantus.TopKIntersection(
            k=count, abs=False, normalise=False, disable_warnings=True
        ),
        "auc": quantus.AUC(abs=False, normalise=False, disable_warnings=True),
    }
    for name, metric in metrics.items():
        theirs = metric(
            model=None,
            x_batch=np.zeros((1, 1, 16, 16)),
            y_batch=np.zeros(1, int),
            a_batch=values[None, None],
            s_batch=mask[None, None],
        )
        assert found[name] == pytest.approx(float(np.ravel(theirs)[0]), abs=1e-6), name
