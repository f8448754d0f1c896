"""Attribution panels: declared scales, outlines where the regions end, honest bars."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.plots.attributions import SATURATED, attribution_panel, map_scale, region_colours
from mer_core.plots.bars import score_bars


def test_a_signed_scale_is_symmetric_and_an_unsigned_one_begins_at_zero():
    values = np.linspace(-2, 1, 10_000).reshape(100, 100)
    signed, unsigned = map_scale(values, signed=True), map_scale(np.abs(values), signed=False)
    assert signed.low == -signed.high
    assert unsigned.low == 0
    for scale in (signed, unsigned):
        beyond = np.mean(np.abs(values) > scale.high)
        assert beyond == pytest.approx(SATURATED, abs=2e-4)


def test_extreme_pixels_do_not_take_all_the_colours_and_the_bar_says_so():
    """Integrated gradients: few pixels ten times stronger than all others."""
    noise = np.random.default_rng(0)
    values = noise.normal(0, 1, (112, 112))
    values[noise.integers(0, 112, 60), noise.integers(0, 112, 60)] = 100  # 0.5 % of them
    scale = map_scale(values, signed=True)
    assert scale.high < 5
    assert scale.beyond == SATURATED
    coloured = np.mean(np.abs(values) > scale.high / 4)
    assert coloured > 0.4  # on a scale that fits the extremes, none but those
    assert list(scale.ticks) == [f"≤ -{scale.high:.3g}", "0", f"≥ {scale.high:.3g}"]
    assert "1 % beyond" in scale.describe()


def test_a_map_with_one_spike_still_has_a_scale():
    values = np.zeros((50, 50))
    values[3, 4] = 7
    assert map_scale(values, signed=False).high == 7
    assert map_scale(values, signed=False).beyond == 0
    assert map_scale(np.zeros((4, 4)), signed=True).high == 0


def test_a_map_of_zeros_leaves_the_face_as_it_is():
    base = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)
    zeros = np.zeros((40, 40))
    panel = attribution_panel(base, zeros, map_scale(zeros, signed=True), side=40)
    np.testing.assert_allclose(panel[..., 0], base.mean(axis=2), atol=1)


def test_an_outline_touches_its_region_and_nothing_far_from_it():
    base, zeros = np.full((60, 60, 3), 100, np.uint8), np.zeros((60, 60))
    mask = np.zeros((60, 60), bool)
    mask[20:40, 20:40] = True
    scale = map_scale(zeros, signed=True)
    plain = attribution_panel(base, zeros, scale, side=120)
    drawn = attribution_panel(base, zeros, scale, regions={"AU1": mask}, side=120)
    changed = (plain != drawn).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert rows.min() >= 34
    assert columns.max() <= 86
    assert not changed[50:70, 50:70].any()


def test_every_region_has_its_own_colour():
    colours = region_colours(["AU1", "AU2", "AU4"])
    assert len(set(colours.values())) == 3


def test_bars_stand_out_only_where_every_rival_is_beaten():
    scores = {"good": 2.0, "fair": 1.2, "bad": 0.9}
    drawn = score_bars(scores, {"motion": 1.5, "random": 1.0}, title="score")
    (bars,) = drawn.data
    assert len(set(bars.marker.color)) == 3
    assert list(bars.y) == ["good  2.00", "fair  1.20", "bad  0.90"]
    lines = {shape.name: shape.x0 for shape in drawn.layout.shapes}
    assert lines == {"motion 1.50": 1.5, "random 1.00": 1.0}
    assert drawn.layout.xaxis.range[1] > 2
