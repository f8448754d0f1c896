"""The detector on photographs and generated faces: found, turned, dark, small, and not there."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mer_core.datasets.synthetic import eye_positions, render_neutral, sample_identity
from mer_core.faces import detect_faces, detection
from mer_core.faces.detection import _suppress_overlaps

REAL = Path(__file__).parents[4] / "shared" / "data" / "faces"


@pytest.fixture(scope="module")
def astronaut():
    """A photograph in the public domain, with the pupils at (203, 101) and (246, 103)."""
    data = pytest.importorskip("skimage.data")
    return data.astronaut()


def turned(frame, degrees):
    """`frame` turned clockwise around its middle, whole."""
    height, width = frame.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    return cv2.warpAffine(frame, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), turn


def test_a_photograph(astronaut):
    (face,) = detect_faces(astronaut)
    np.testing.assert_allclose(face.landmarks[:2], [(203, 101), (246, 103)], atol=3)
    assert face.score > 0.95


@pytest.mark.parametrize("degrees", [-45, -30, -15, 15, 30, 45])
def test_the_landmarks_turn_with_the_head(astronaut, degrees):
    portrait = astronaut[:320, 60:380]
    (upright,) = detect_faces(portrait)
    frame, turn = turned(portrait, degrees)
    (face,) = detect_faces(frame)
    expected = upright.landmarks @ turn[:, :2].T + turn[:, 2]
    away = np.hypot(*(face.landmarks - expected).T)[:2]
    assert away.max() < 0.08 * upright.eye_distance
    assert face.tilt == pytest.approx(upright.tilt + degrees, abs=3)


def test_dark_and_small_faces(astronaut):
    portrait = astronaut[:320, 60:380]
    (face,) = detect_faces(portrait)
    (dark,) = detect_faces((portrait * 0.15).astype(np.uint8))
    np.testing.assert_allclose(dark.landmarks, face.landmarks, atol=0.15 * face.eye_distance)
    scale = 40 / face.box[2]
    size = (round(320 * scale), round(320 * scale))
    (small,) = detect_faces(cv2.resize(portrait, size, interpolation=cv2.INTER_AREA))
    assert 30 < small.box[2] < 50
    np.testing.assert_allclose(
        small.landmarks / scale, face.landmarks, atol=0.2 * face.eye_distance
    )


def test_a_larger_frame_gives_the_same_face(astronaut):
    (face,) = detect_faces(astronaut)
    large = cv2.resize(astronaut, (2048, 2048), interpolation=cv2.INTER_CUBIC)
    (found,) = detect_faces(large)
    np.testing.assert_allclose((found.landmarks + 0.5) / 4 - 0.5, face.landmarks, atol=4)


@pytest.mark.parametrize("framing", ["crop", "camera"])
def test_eyes_of_generated_faces_are_where_they_were_drawn(framing):
    away = []
    for seed in range(6):
        shown = {"size": 256, "framing": framing}
        (face,) = detect_faces(render_neutral(sample_identity(seed), **shown))
        eyes = eye_positions(sample_identity(seed), **shown)
        away.append(np.hypot(*(face.landmarks[:2] - eyes).T).max() / np.hypot(*(eyes[1] - eyes[0])))
    assert max(away) < 0.12
    assert np.median(away) < 0.06


@pytest.mark.parametrize("shape", [(8, 8, 3), (12, 500, 3), (120, 160, 3)])
def test_where_there_is_no_face_none_is_found(shape):
    noise = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    for frame in (noise, np.zeros(shape, np.uint8), cv2.GaussianBlur(noise, (0, 0), 3)):
        assert detect_faces(frame) == ()


def test_several_people_come_largest_first(astronaut):
    head = astronaut[:256, 96:352]
    pair = np.full((300, 560, 3), 128, np.uint8)
    pair[20:276, 280:536] = head
    pair[60:188, 60:188] = cv2.resize(head, (128, 128), interpolation=cv2.INTER_AREA)
    large, small = detect_faces(pair)
    assert large.box[2] > 1.5 * small.box[2]
    assert small.centre[0] < 200 < large.centre[0]


def test_no_padding_is_left_to_the_version_of_opencv():
    files = list((Path(detection.__file__).parent / "mtcnn").glob("*.onnx"))
    assert len(files) == 3
    assert not [file.name for file in files if b"SAME_" in file.read_bytes()]


def test_of_overlapping_boxes_the_best_is_kept():
    boxes = np.array([(0, 0, 10, 10, 0.7), (1, 0, 11, 10, 0.9), (40, 40, 50, 50, 0.6)], float)
    assert _suppress_overlaps(boxes, 0.5) == [1, 2]
    inner = np.array([(0, 0, 10, 10, 0.9), (2, 2, 6, 6, 0.8)], float)
    assert _suppress_overlaps(inner, 0.7) == [0, 1]
    assert _suppress_overlaps(inner, 0.7, of_smaller=True) == [0]


@pytest.mark.skipif(not REAL.is_dir(), reason="the recordings of real faces are not here")
def test_five_people_in_a_real_picture():
    picture = cv2.imread(str(REAL / "multi_face.jpg"))[..., ::-1]
    assert len(detect_faces(np.ascontiguousarray(picture))) == 5
