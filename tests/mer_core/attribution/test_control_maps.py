"""Maps that no network made."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.ami import WEIGHTINGS, build_ami
from mer_core.attribution.control_maps import centre_map, energy_map, motion_weighting, random_map
from mer_core.errors import SettingsError

FRAMES = np.random.default_rng(0).integers(0, 256, (7, 10, 12, 3)).astype(np.uint8)


def test_one_seed_and_clip_give_one_random_map():
    assert np.array_equal(random_map((6, 7), seed=1, key="a"), random_map((6, 7), seed=1, key="a"))
    others = [random_map((6, 7), seed=2, key="a"), random_map((6, 7), seed=1, key="b")]
    assert not any(np.array_equal(random_map((6, 7), seed=1, key="a"), other) for other in others)


def test_the_centre_map_is_the_formula():
    found = centre_map((5, 8), spread=0.25)
    for row in range(5):
        for column in range(8):
            down, across = (row + 0.5) / 5 - 0.5, (column + 0.5) / 8 - 0.5
            assert found[row, column] == pytest.approx(np.exp(-(down**2 + across**2) / 0.125))
    with pytest.raises(SettingsError, match="wide"):
        centre_map((5, 8), spread=0)


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_energy_is_the_distance_from_the_image_of_zero_accumulation(weighting):
    image = build_ami(FRAMES, count=len(FRAMES), weighting=weighting)
    baseline = image.scale * np.zeros_like(image.total) + image.offset
    floating = image.scale * image.total + image.offset  # the image before rounding to 8 bits
    by_hand = np.abs(floating - baseline).sum(axis=2)
    np.testing.assert_allclose(energy_map(image), by_hand, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_motion_energy_sees_no_still_face(weighting):
    still = np.repeat(FRAMES[:1], 7, axis=0)
    chosen = motion_weighting(weighting)
    assert WEIGHTINGS.get(chosen).sums_to == "0"
    total = build_ami(still, count=7, weighting=chosen).total
    assert np.abs(total).max() < 1e-2


def test_motion_of_the_full_reading_is_the_image_less_its_appearance():
    full = build_ami(FRAMES, count=7, weighting="full").total
    moving = build_ami(FRAMES, count=7, weighting=motion_weighting("full")).total
    np.testing.assert_allclose(full - FRAMES.astype(float).sum(axis=0), moving, atol=1e-2)
