"""A and B: what is subtracted, and what is not."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.plots.colour import shared_scale
from workbench import cached, comparison
from workbench.comparison import Side, difference_tile, frame_pair, image_pair, trained_alike
from workbench.selection import ClipChoice, clip_titles

CLIP = ClipChoice("live", "5", "happiness-0")
OTHER = ClipChoice("live", "5", "surprise-0")


@pytest.fixture(scope="module")
def network():
    return cached.network("ststnet")


def test_images_of_two_weightings_differ_by_their_raw_sums(network):
    sides = [Side(CLIP, weighting, network, weighting) for weighting in ("full", "linear")]
    pair = image_pair(*sides)
    totals = [cached.image(CLIP, side.weighting).total.mean(axis=2) for side in sides]
    assert pair.difference is not None
    np.testing.assert_allclose(pair.difference, totals[0] - totals[1])
    assert [tile.title for tile in pair.tiles] == ["full", "linear"]


def test_apex_frames_of_two_clips_differ_by_grey_levels(network):
    pair = frame_pair(Side(CLIP, "full", network, "A"), Side(OTHER, "full", network, "B"))
    assert pair.difference is not None
    assert np.abs(pair.difference).max() <= 255
    assert np.abs(pair.difference).max() > 10


def test_titles_of_two_clips_say_in_what_they_differ():
    performance = ClipChoice("live", "5", "happiness-3")
    person = ClipChoice("live", "7", "happiness-0")
    assert clip_titles((CLIP, OTHER)) == ["happiness", "surprise"]
    assert clip_titles((CLIP, performance)) == [
        "happiness, performance 0",
        "happiness, performance 3",
    ]
    assert clip_titles((CLIP, person)) == ["happiness, subject 5", "happiness, subject 7"]


def test_a_difference_lies_on_a_scale_that_is_symmetric_about_zero():
    values = np.array([[-1.0, 3.0]])
    scale = difference_tile(values).scale
    assert scale == shared_scale([values], signed=True)
    assert scale is not None
    assert (scale.low, scale.high) == (-3.0, 3.0)


def test_an_untrained_network_is_not_trained_like_a_trained_one(network):
    untrained = cached.untrained_network("ststnet", network.classes)
    assert trained_alike(untrained, untrained)
    assert trained_alike(network, untrained) == (not network.weights.trained)
    assert comparison.KINDS.keys() == {"clips", "weightings", "networks", "checkpoints"}
