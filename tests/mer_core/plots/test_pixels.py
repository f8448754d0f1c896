"""Layers of a picture: what a browser puts back together is what was given."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mer_core.plots.colour import ColourScale, shared_scale
from mer_core.plots.pixels import coded, grey, polygons, rgba_png, veil
from mer_core.plots.raster import overlay

RNG = np.random.default_rng(0)
FACE = RNG.integers(0, 256, (12, 9, 3), np.uint8)
SIGNED = RNG.normal(size=(12, 9)).astype(np.float32)


def read_back(code):
    """The values, as the page's script computes them."""
    red, green = code.pixels[..., 0].astype(float), code.pixels[..., 1].astype(float)
    return code.low + (red * 256 + green) / 65535 * (code.high - code.low)


@given(arrays(np.float32, (5, 4), elements=st.floats(-1e6, 1e6, width=32)))
def test_few_values_are_read_back_to_16_bits(values):
    span = float(values.max()) - float(values.min())
    np.testing.assert_allclose(read_back(coded(values)), values, atol=span / 65535 + 1e-9)


def test_many_values_are_read_back_to_8_bits():
    values = RNG.normal(size=(80, 90)).astype(np.float32)
    span = float(np.ptp(values))
    np.testing.assert_allclose(read_back(coded(values)), values, atol=span / 255)


@pytest.mark.parametrize("signed", [True, False])
def test_a_veil_over_a_grey_face_is_the_overlay(signed):
    values = SIGNED if signed else np.abs(SIGNED)
    scale = shared_scale([values] if signed else [np.zeros(1), values], signed=signed)
    layer = veil(values, scale, opacity=0.6).astype(float)
    alpha = layer[..., 3:] / 255
    seen = grey(FACE) * (1 - alpha) + layer[..., :3] * alpha
    np.testing.assert_allclose(seen, overlay(FACE, values, scale, opacity=0.6), atol=1.6)


def test_a_veil_of_nothing_is_clear():
    nothing = np.zeros((3, 3), np.float32)
    assert not veil(nothing, ColourScale(low=0.0, high=0.0))[..., 3].any()


def test_a_veil_survives_its_file():
    layer = veil(SIGNED, shared_scale([SIGNED], signed=True))
    back = cv2.imdecode(np.frombuffer(rgba_png(layer), np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(cv2.cvtColor(back, cv2.COLOR_BGRA2RGBA), layer)


def test_an_outline_goes_round_its_mask():
    rows, columns = np.mgrid[0:40, 0:50]
    mask = (rows - 18) ** 2 + (columns - 25) ** 2 < 12**2
    (outline,) = polygons(mask)
    points = np.array(outline)
    radius = np.hypot(points[:, 0] - 25.5, points[:, 1] - 18.5)
    np.testing.assert_allclose(radius, 12, atol=0.8)


def test_two_regions_have_two_outlines_and_none_has_none():
    mask = np.zeros((20, 20), bool)
    assert polygons(mask) == ()
    mask[2:6, 2:6] = mask[12:18, 10:15] = True
    assert len(polygons(mask)) == 2
