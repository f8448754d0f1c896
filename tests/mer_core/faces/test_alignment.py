"""The aligned square: eyes level, as far apart and as high as is stated, and nothing distorted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.errors import SettingsError
from mer_core.faces import EYE_DISTANCE, EYE_HEIGHT, Alignment
from mer_core.faces.alignment import MAX_SIDE

places = st.floats(-500, 1500)
lengths = st.floats(8, 900)
angles = st.floats(-80, 80)


def eyes_at(x, y, apart, degrees):
    half = apart / 2 * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    return np.array([(x, y) - half, (x, y) + half])


@given(places, places, lengths, angles)
def test_the_eyes_come_to_lie_level_at_their_stated_places(x, y, apart, degrees):
    square = Alignment.of_eyes(eyes_at(x, y, apart, degrees))
    right, left = (square.place(eyes_at(x, y, apart, degrees)) + 0.5) / square.side
    assert right[1] == pytest.approx(EYE_HEIGHT, abs=1e-6)
    assert left[1] == pytest.approx(EYE_HEIGHT, abs=1e-6)
    assert left[0] - right[0] == pytest.approx(EYE_DISTANCE, abs=1e-6)
    assert (left[0] + right[0]) / 2 == pytest.approx(0.5, abs=1e-6)
    assert square.side == max(1, min(MAX_SIDE, round(square.width)))


@given(places, places, lengths, angles)
def test_it_is_a_similarity(x, y, apart, degrees):
    turn = Alignment.of_eyes(eyes_at(x, y, apart, degrees)).matrix[:, :2]
    scale = np.sqrt(np.linalg.det(turn))
    np.testing.assert_allclose(turn @ turn.T, scale**2 * np.eye(2), atol=1e-9)


@given(places, places, lengths, angles)
def test_its_corners_become_those_of_the_square(x, y, apart, degrees):
    square = Alignment.of_eyes(eyes_at(x, y, apart, degrees))
    end = square.side - 0.5
    np.testing.assert_allclose(
        square.place(square.corners),
        [(-0.5, -0.5), (end, -0.5), (end, end), (-0.5, end)],
        atol=1e-6,
    )


def test_an_upright_square_at_natural_size_is_a_plain_cut():
    frame = np.random.default_rng(2).integers(0, 256, (60, 80, 3)).astype(np.uint8)
    square = Alignment(centre=(39.5, 29.5), width=20, side=20)
    np.testing.assert_array_equal(square.apply(frame), frame[20:40, 30:50])
    assert (square.box.x, square.box.y, square.box.width) == (30, 20, 20)


def test_a_large_square_is_averaged_down():
    frame = np.random.default_rng(3).integers(0, 256, (640, 640, 3)).astype(np.uint8)
    square = Alignment(centre=(319.5, 319.5), width=640, side=320)
    expected = cv2.resize(frame, (320, 320), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(square.apply(frame).astype(int), expected, atol=1)


def test_beyond_the_frame_the_border_is_repeated_and_counted():
    frame = np.full((40, 40, 3), 9, np.uint8)
    square = Alignment(centre=(0, 20), width=20, side=20)
    assert (square.apply(frame) == 9).all()
    assert square.outside(frame.shape) == pytest.approx(9.5 / 20, abs=1e-5)
    assert Alignment(centre=(20, 20), width=20, side=20).outside(frame.shape) == 0


def test_a_square_is_adjusted_in_its_own_directions():
    square = Alignment(centre=(100, 100), width=50, degrees=90, side=50)
    moved = square.adjusted(zoom=2, right=0.1, down=0.2, degrees=-10)
    # Its right is the frame's down.
    assert moved.centre == pytest.approx((100 - 10, 100 + 5))
    assert (moved.width, moved.degrees, moved.side) == (25, 80, 25)


@pytest.mark.parametrize("width", [0, -3, float("nan")])
def test_no_square_without_a_size(width):
    with pytest.raises(SettingsError, match="cannot be cut out"):
        Alignment(centre=(0, 0), width=width)
