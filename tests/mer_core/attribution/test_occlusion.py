"""Occlusion and ablation by brute force."""

import numpy as np
import pytest
import torch

from mer_core.attribution import METHODS, explain
from mer_core.attribution.baseline_inputs import baseline_input
from mer_core.attribution.occlusion import window
from mer_core.errors import SettingsError

from .fitted import example, quadrants, shared

TARGET = 1


@pytest.mark.parametrize(
    ("network", "patches", "overlap", "baseline"),
    [
        ("affective", 5, 2, "black"),
        ("affective", 4, 1, "blur"),
        ("ststnet", 4, 2, "zero"),
        ("akmnet", 2, 1, "still"),
    ],
)
def test_a_pixel_has_the_mean_fall_of_the_squares_over_it(network, patches, overlap, baseline):
    model = shared(network)
    inputs = example(model)
    compared = baseline_input(baseline, inputs, model.entry.input)
    side = model.entry.input.size[0]
    square, step = window(side, {"patches": patches, "overlap": overlap})
    total, times = np.zeros((side, side)), np.zeros((side, side))
    answer = model.logits(inputs)[0, TARGET]
    starts = range(0, side - square + step, step)
    for top in starts:
        for left in starts:
            covered = inputs.clone()
            here = (..., slice(top, top + square), slice(left, left + square))
            covered[here] = compared[here]
            fall = float(answer - model.logits(covered)[0, TARGET])
            total[here] += fall
            times[here] += 1
    settings = {"patches": patches, "overlap": overlap, "baseline": baseline}
    found = explain(model, inputs, method="occlusion", target="positive", parameters=settings)
    expected = total / times
    np.testing.assert_allclose(found.values, expected, atol=1e-5 * np.abs(expected).max())
    cost = METHODS.get("occlusion").cost(
        METHODS.get("occlusion").resolve(settings, model.entry), model.entry
    )
    assert cost <= 1 + len(starts) ** 2


def test_a_region_has_its_fall_and_an_overlap_the_mean():
    model = shared("affective")
    inputs = example(model)
    masks = quadrants((32, 32))
    falls = {}
    for name, mask in masks.items():
        covered = torch.where(torch.from_numpy(mask), torch.zeros_like(inputs), inputs)
        falls[name] = float((model.logits(inputs) - model.logits(covered))[0, TARGET])
    found = explain(
        model,
        inputs,
        method="region-ablation",
        target="positive",
        parameters={"baseline": "black"},
        regions=masks,
    ).values
    assert found[0, 12] == pytest.approx(falls["upper"], rel=1e-4)
    assert found[31, 0] == pytest.approx(falls["left"], rel=1e-4)
    assert found[0, 0] == pytest.approx((falls["upper"] + falls["left"]) / 2, rel=1e-4)
    assert found[31, 31] == 0


def test_regions_are_needed_and_must_fit():
    model = shared("affective")
    with pytest.raises(SettingsError, match="give regions"):
        explain(model, example(model), method="region-ablation")
    for mask in (np.ones((4, 4), bool), np.zeros((32, 32), bool), np.ones((32, 32), np.uint8)):
        with pytest.raises(SettingsError, match="region brow"):
            explain(model, example(model), method="region-ablation", regions={"brow": mask})
