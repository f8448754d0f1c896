"""Uploaded clips: read from memory, cut to the face, and refused where they are too large."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import FaceNotFoundError, FrameError
from mer_core.faces import EYE_DISTANCE, EYE_HEIGHT, detect_faces
from mer_core.inputs import synthetic_recording
from mer_core.inputs import upload as upload_file
from mer_core.inputs.upload import uploaded_recording
from tests.workbench.uploads import HOSTILE, frames, good_zip, png, zipped


def test_the_frames_are_those_of_the_file():
    found = uploaded_recording(good_zip(5), "mine.zip")
    expected = np.stack([frame[..., ::-1] for frame in frames(5)])  # PNG holds what OpenCV wrote
    np.testing.assert_array_equal(found.clip.frames, expected)
    assert found.clip.frame_numbers == (1, 2, 3, 4, 5)
    assert not found.clip.synthetic


def test_a_range_is_the_expression():
    found = uploaded_recording(good_zip(6), "mine.zip", first=2, last=4)
    assert found.expression.frame_numbers == (2, 3, 4)
    assert len(found.clip) == 6


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_clip_is_refused_in_one_line(name):
    with pytest.raises(FrameError) as refusal:
        uploaded_recording(HOSTILE[name], "the upload")
    assert "\n" not in str(refusal.value)
    assert "the upload" in str(refusal.value)


def test_too_many_frames_or_pixels_are_refused_before_they_are_decoded(monkeypatch):
    decoded = []
    monkeypatch.setattr(upload_file, "read_clip", decoded.append)
    monkeypatch.setattr(upload_file, "MAX_FRAMES", 3)
    with pytest.raises(FrameError, match="more than 3"):
        uploaded_recording(good_zip(4), "mine.zip")
    monkeypatch.setattr(upload_file, "MAX_PIXELS", 64 * 64 * 2)
    with pytest.raises(FrameError, match="held in memory"):
        uploaded_recording(good_zip(3), "mine.zip")
    monkeypatch.setattr(upload_file, "MAX_SIDE", 32)
    with pytest.raises(FrameError, match="held in memory"):
        uploaded_recording(good_zip(1), "mine.zip")
    assert not decoded


def test_the_face_is_cut_out_of_all_frames_alike():
    whole = synthetic_recording(subject=3, emotion="surprise", seed=1, size=240)
    wide = [np.pad(f, ((20, 20), (80, 80), (0, 0)), mode="edge") for f in whole.clip.frames[:4]]
    content = zipped({f"{i}.png": png(f[..., ::-1]) for i, f in enumerate(wide)})
    found = uploaded_recording(content, "mine.zip", crop=True)
    assert found.clip.frames.shape[1] == found.clip.frames.shape[2] < 280
    assert found.doubts == ()
    for frame, cut in zip(wide, found.clip.frames, strict=True):
        np.testing.assert_array_equal(found.alignment.apply(frame), cut)
    (face,) = detect_faces(found.clip.frames[0])
    side = found.clip.frames.shape[1]
    assert face.eye_distance == pytest.approx(EYE_DISTANCE * side, rel=0.06)
    assert face.centre == pytest.approx((side / 2, EYE_HEIGHT * side), abs=0.02 * side)


def test_no_face_to_cut_out_is_an_error_of_its_own():
    with pytest.raises(FaceNotFoundError):
        uploaded_recording(good_zip(), "mine.zip", crop=True)
