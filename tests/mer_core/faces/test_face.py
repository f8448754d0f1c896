"""Boxes and landmarks: what is cut out, and what cannot be a face."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mer_core.errors import SettingsError
from mer_core.faces import Face, FaceBox

SHAPE = np.array([(-0.5, 0), (0.5, 0), (0, 0.6), (-0.4, 1.1), (0.4, 1.1)])


def test_a_crop_is_the_part_of_the_frame_inside_the_box():
    frame = np.arange(10 * 12 * 3).reshape(10, 12, 3).astype(np.uint8)
    np.testing.assert_array_equal(FaceBox(2, 3, 4, 5).crop(frame), frame[3:8, 2:6])
    np.testing.assert_array_equal(FaceBox(-2, 8, 5, 9).crop(frame), frame[8:, :3])
    with pytest.raises(SettingsError, match="outside"):
        FaceBox(12, 0, 3, 3).crop(frame)


def plausible(degrees=0.0):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return Face(box=(50, 50, 100, 120), landmarks=SHAPE @ turn.T * 40 + 100, score=0.9)


@pytest.mark.parametrize("degrees", [-60, 0, 30])
def test_a_tilted_face_is_still_one(degrees):
    assert plausible(degrees).implausible() is None
    assert plausible(degrees).tilt == pytest.approx(degrees)
    assert plausible(degrees).eye_distance == pytest.approx(40)


@pytest.mark.parametrize(
    ("row", "to", "why"),
    [
        (1, (80, 100), "coincide"),
        (2, (100, 160), "follow each other"),
        (2, (150, 124), "profile"),
        (4, (200, 144), "corners"),
        (0, (20, 100), "size of the face"),
    ],
)
def test_landmarks_out_of_order_are_no_face(row, to, why):
    landmarks = plausible().landmarks.copy()
    landmarks[row] = to
    if why == "coincide":
        landmarks[0] = to
    assert why in replace(plausible(), landmarks=landmarks).implausible()


def test_a_mouth_too_near_or_too_far_is_no_face():
    for stretch in (0.4, 2.5):
        landmarks = plausible().landmarks * (1, stretch) + (0, 100 - 100 * stretch)
        assert plausible().implausible() is None
        assert "mouth" in replace(plausible(), landmarks=landmarks).implausible()
