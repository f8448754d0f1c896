"""Colour scales: shared, symmetric where signed, and never inventing contrast."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.plots.colour import (
    ColourScale,
    asinh_scale,
    lookup,
    plotly_scale,
    shared_scale,
)


def luminance(colours):
    """CIE L* of sRGB, the perceived lightness."""
    unit = colours / 255
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    y = linear @ np.array([0.2126, 0.7152, 0.0722])
    return 116 * np.cbrt(np.maximum(y, 0.008856)) - 16


def test_the_unsigned_scale_grows_lighter_throughout():
    assert np.all(np.diff(luminance(lookup("viridis").astype(float))) > -0.2)


def test_the_signed_scale_is_lightest_at_zero_and_falls_to_both_sides():
    lightness = luminance(lookup("balance").astype(float))
    assert abs(int(np.argmax(lightness)) - 127.5) < 6
    assert np.all(np.diff(lightness[:120]) > -0.3)
    assert np.all(np.diff(lightness[136:]) < 0.3)


def test_a_shared_signed_scale_is_symmetric_about_zero():
    scale = shared_scale([np.array([-3.0, 1.0]), np.array([2.0])], signed=True)
    assert (scale.low, scale.high) == (-3.0, 3.0)


def test_equal_values_get_equal_colours_in_every_panel():
    panels = [np.array([[0.0, 5.0]]), np.array([[5.0, 10.0]])]
    scale = shared_scale(panels, signed=False)
    np.testing.assert_array_equal(scale.apply(panels[0])[0, 1], scale.apply(panels[1])[0, 0])


@pytest.mark.parametrize("signed", [False, True])
def test_a_constant_panel_has_one_colour_and_values_out_of_range_saturate(signed):
    flat = shared_scale([np.full((3, 3), 0.0)], signed=signed)
    assert len(np.unique(flat.apply(np.zeros((3, 3))).reshape(-1, 3), axis=0)) == 1
    scale = ColourScale(low=0, high=1)
    np.testing.assert_array_equal(scale.apply(np.array([9.0])), scale.apply(np.array([1.0])))


def test_page_and_picture_agree_on_the_ends():
    first, last = plotly_scale("viridis")[0], plotly_scale("viridis")[-1]
    assert first == [0.0, "rgb({},{},{})".format(*lookup("viridis")[0])]
    assert last[0] == 1.0


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-10563, 10563, "viridis, -10,600 to 10,600"),
        (0, 4.1499, "viridis, 0 to 4.15"),
        (0, 999.96, "viridis, 0 to 1,000"),
        (-0.00001234, 0.5, "viridis, -1.23e-05 to 0.5"),
    ],
)
def test_a_scale_says_its_ends_as_a_person_writes_them(low, high, words):
    assert ColourScale(low=low, high=high).describe() == words


def test_an_asinh_scale_fits_the_strongest_and_shows_the_weakest():
    panels = [np.array([[-9000.0, 0.0]]), np.array([[40.0, 250.0]])]
    scale = asinh_scale(panels)
    assert (scale.low, scale.high) == (-9000.0, 9000.0)
    at = scale.position(np.array([-9000.0, 0.0, 250.0, 9000.0]))
    assert at[[0, 1, 3]].tolist() == [0.0, 0.5, 1.0]
    assert at[2] - 0.5 > 0.15  # on a linear scale it would be 0.014
    expected = np.arcsinh(250 / scale.linear_width) / np.arcsinh(9000 / scale.linear_width)
    assert at[2] == pytest.approx(0.5 + expected / 2)
    assert {"-9,000", "-1,000", "0", "1,000", "9,000"} <= set(scale.ticks)
    assert scale.ticks["0"] == 0.5
