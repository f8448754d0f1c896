"""Pictures from arrays: same numbers, same bytes; nothing is drawn where nothing is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mer_core.plots.colour import ColourScale, asinh_scale, shared_scale
from mer_core.plots.raster import animation_bytes, enlarge, overlay, png_bytes, webp_bytes

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


def test_one_strong_panel_neither_pales_the_others_nor_saturates():
    ends = (-900.0, 4.0, 5.0, -6.0)
    scale = asinh_scale([np.full((4, 4), value) for value in ends])
    assert (scale.low, scale.high) == (-900.0, 900.0)
    strong, *others = (scale.apply(np.array([[value]]))[0, 0].astype(int) for value in ends)
    less = scale.apply(np.array([[-600.0]]))[0, 0]
    assert np.abs(strong - less).max() > 10
    assert all(np.abs(other - scale.apply(np.zeros((1, 1)))[0, 0]).max() > 60 for other in others)
    still = asinh_scale([np.zeros((4, 4)), np.zeros((4, 4))])
    assert (still.low, still.high) == (0.0, 0.0)


SHADES = (0, 80, 160, 240)


def played(content: bytes) -> cv2.Animation:
    done, found = cv2.imdecodeanimation(np.frombuffer(content, np.uint8)[None])
    assert done
    return found


@pytest.mark.parametrize(("side", "width"), [(20, 20), (64, 64), (100, 64)])
def test_it_has_every_frame_plays_at_its_speed_and_is_not_enlarged(side, width):
    frames = [np.full((side, side, 3), shade, np.uint8) for shade in SHADES]
    found = played(
        animation_bytes(frames, fps=10, frame_numbers=[4, 5, 6, 7], key_frames={"apex": 6}, size=64)
    )
    assert [frame.shape[1] for frame in found.frames] == [width] * 4
    assert list(found.durations) == [100] * 4
    shades = [int(frame[width // 2, width // 2, 0]) for frame in found.frames]
    assert np.abs(np.array(shades) - SHADES).max() <= 6
