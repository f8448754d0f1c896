"""Pictures from arrays: same numbers, same bytes; nothing is drawn where nothing is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mer_core.plots.colour import ColourScale, shared_scale, typical_scale
from mer_core.plots.images import map_sheet, signed_strip
from mer_core.plots.raster import (
    DARK,
    LIGHT,
    enlarge,
    outline,
    overlay,
    png_bytes,
    text_strip,
    tile_sheet,
    webp_bytes,
)

GREY = np.full((32, 32, 3), 128, np.uint8)


def test_webp_keeps_the_order_of_channels_and_nearly_every_grey_level():
    image = np.zeros((16, 16, 3), np.uint8)
    image[...] = 200, 90, 40
    read = cv2.imdecode(np.frombuffer(webp_bytes(image), np.uint8), cv2.IMREAD_COLOR)
    assert np.abs(read[..., ::-1].astype(int) - image).max() <= 4
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    assert len(webp_bytes(noise, quality=50)) < len(webp_bytes(noise)) < len(png_bytes(noise))


def test_png_keeps_every_pixel_and_the_order_of_channels():
    image = np.random.default_rng(0).integers(0, 255, (9, 7, 3)).astype(np.uint8)
    read = cv2.imdecode(np.frombuffer(png_bytes(image), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(read[..., ::-1], image)
    assert png_bytes(image) == png_bytes(image.copy())


def test_enlarging_by_whole_steps_repeats_pixels():
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    np.testing.assert_array_equal(enlarge(image, (4, 4)), image.repeat(2, 0).repeat(2, 1))


def test_an_overlay_of_nothing_is_the_grey_face():
    scale = ColourScale(low=-1, high=1, name="balance")
    np.testing.assert_array_equal(overlay(GREY, np.zeros((32, 32)), scale), GREY)


def test_an_overlay_is_strongest_where_the_map_is():
    values = np.zeros((32, 32))
    values[8, 8], values[20, 20] = 1.0, 0.1
    shown = overlay(GREY, values, shared_scale([values], signed=True)).astype(int)
    change = np.abs(shown - 128).sum(axis=2)
    assert change[8, 8] > change[20, 20] > change[0, 0] == 0


def test_an_outline_touches_only_the_border_of_the_mask():
    mask = np.zeros((32, 32), bool)
    mask[10:20, 10:20] = True
    changed = (outline(GREY, mask) != GREY).any(axis=2)
    assert changed[10, 15]
    assert not changed[15, 15]
    assert not changed[5, 5]


def test_text_fits_the_strip_whatever_its_length():
    strip = text_strip("a caption that is far too long for so narrow a strip", 80)
    assert strip.shape == (18, 80, 3)
    assert (strip[:, 0] == 255).all()
    assert (strip < 128).any()


def test_a_sheet_has_room_for_each_tile_and_its_caption():
    tiles = [np.full((10, 12, 3), shade, np.uint8) for shade in (10, 20, 30, 40, 50)]
    sheet = tile_sheet(tiles, columns=3, captions=list("abcde"), gap=2)
    assert sheet.shape == (2 * (10 + 18 + 2) + 2, 3 * (12 + 2) + 2, 3)
    for i, shade in enumerate((10, 20, 30, 40, 50)):
        top, left = 2 + (i // 3) * 30, 2 + (i % 3) * 14
        assert (sheet[top : top + 10, left : left + 12] == shade).all()
    with pytest.raises(ValueError, match="at least one"):
        tile_sheet([], columns=2)


def test_a_sheet_lies_on_the_ground_it_is_given():
    tiles = [np.full((10, 40, 3), 90, np.uint8)] * 2
    for ground in (LIGHT, DARK):
        sheet = tile_sheet(tiles, columns=2, captions=["a", "b"], title="t", ground=ground)
        assert (sheet[:, 0] == ground.paper).all()
        words = sheet[:26].reshape(-1, 3).astype(int)
        nearest = np.abs(words - ground.ink).sum(1).min()
        assert nearest < 0.5 * np.abs(np.subtract(ground.paper, ground.ink)).sum()


def test_panels_of_a_sheet_share_one_scale():
    maps = np.stack([np.full((4, 4), 1.0), np.full((4, 4), 3.0)])
    _, scale = map_sheet(maps, ["a", "b"], columns=2)
    assert (scale.low, scale.high) == (1.0, 3.0)
    _, signed = signed_strip([maps[0] - 2, maps[1] - 2], ["a", "b"])
    assert signed.low == -signed.high


def test_one_strong_panel_does_not_pale_the_others():
    panels = [np.full((4, 4), value) for value in (-900.0, 4.0, 5.0, -6.0)]
    scale = typical_scale(panels)
    assert (scale.low, scale.high) == (-5.5, 5.5)
    strong, *others = (scale.apply(panel)[0, 0].astype(int) for panel in panels)
    np.testing.assert_array_equal(strong, scale.apply(np.array([[-5.5]]))[0, 0])
    assert all(np.abs(other - scale.apply(np.zeros((1, 1)))[0, 0]).max() > 60 for other in others)
    still = typical_scale([np.zeros((4, 4)), np.zeros((4, 4))])
    assert (still.low, still.high) == (0.0, 0.0)
