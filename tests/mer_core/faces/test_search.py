"""Who is on a clip: agreement over frames, doubts that are said, and refusals in one line."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import FaceNotFoundError
from mer_core.faces import Face, sample_positions, search_faces
from mer_core.faces import search as search_module

FRAME = np.zeros((240, 320, 3), np.uint8)


def face(x, y=100.0, apart=40.0):
    """A plausible face whose eyes lie around (x, y)."""
    shape = np.array([(-0.5, 0), (0.5, 0), (0, 0.6), (-0.4, 1.1), (0.4, 1.1)])
    corner = (x - 1.2 * apart, y - 1.2 * apart)
    return Face(box=(*corner, 2.4 * apart, 3 * apart), landmarks=shape * apart + (x, y), score=0.99)


@pytest.fixture
def found(monkeypatch):
    """Searches a clip whose frames show what is said for each."""

    def search(*shown):
        answers = iter(shown)
        monkeypatch.setattr(search_module, "detect_faces", lambda frame: tuple(next(answers)))
        return search_faces([(10 * i, FRAME) for i in range(len(shown))], name="mine.mp4")

    return search


def test_a_steady_face_is_believed_without_doubt(found):
    search = found(*[[face(160 + shift)] for shift in (0, 1, -1, 0)])
    assert search.doubts() == ()
    assert search.person().alignment.centre[0] == pytest.approx(160, abs=1)
    assert search.person().numbers == (0, 10, 20, 30)


def test_one_wild_landmark_does_not_move_the_square(found):
    calm = found(*[[face(160)]] * 5).person().alignment
    wild = face(160)
    wild.landmarks[0] += (9, -12)
    assert found([face(160)], [wild], *[[face(160)]] * 3).person().alignment == calm


def test_a_face_on_one_frame_of_many_is_not_believed(found):
    search = found([], [], [face(160)], [], [], [], [])
    with pytest.raises(FaceNotFoundError, match=r"^mine\.mp4: .* frame 20 only, of 7 frames"):
        search.person()


def test_no_face_names_the_clip_the_frames_and_the_remedy(found):
    with pytest.raises(FaceNotFoundError, match=r"^mine.mp4: no face .* 3 frames .*320 x 240"):
        found([], [], []).person()


def test_a_single_picture_with_a_face_is_enough(found):
    assert found([face(160)]).person().numbers == (0,)


def test_a_face_that_leaves_is_used_and_said(found):
    search = found(*[[face(160)]] * 4, [], [], [])
    (doubt,) = search.doubts()
    assert "4 of 7 frames" in doubt
    assert "--frames 0:30" in doubt


def test_the_largest_and_most_often_seen_comes_first_and_others_can_be_chosen(found):
    small, large = face(60, apart=25), face(220)
    search = found(*[[large, small]] * 5)
    assert search.person(0).eye_distance == pytest.approx(40)
    assert search.person(1).eye_distance == pytest.approx(25)
    assert "2 faces" in search.doubts()[0]
    with pytest.raises(FaceNotFoundError, match="none numbered 3"):
        search.person(2)


def test_two_people_are_never_one(found):
    search = found(*[[face(100), face(140)], [face(140), face(100)]])
    assert len(search.people) == 2
    assert all(person.movement < 0.01 for person in search.people)


def test_a_moving_head_and_a_small_face_are_doubts(found):
    assert "moves by" in found(*[[face(100 + 12 * i)] for i in range(5)]).doubts()[0]
    assert "is small" in found(*[[face(160, apart=15)]] * 3).doubts()[0]


def test_the_crop_beyond_the_frame_is_a_doubt(found):
    assert "beyond the border" in found(*[[face(10)]] * 3).doubts()[0]


@pytest.mark.parametrize("count", [1, 2, 8, 9, 10, 5000])
def test_looks_are_spread_from_the_first_to_the_last(count):
    positions = sample_positions(count)
    assert positions[0] == 0
    assert positions[-1] == count - 1
    assert len(positions) == min(count, 9)
    assert list(positions) == sorted(set(positions))
