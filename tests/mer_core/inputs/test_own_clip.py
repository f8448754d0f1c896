"""Clips of one's own: found, aligned, timed, answered or refused; bad input is one line."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mer_core.errors import FaceNotFoundError, FrameError
from mer_core.faces import EYE_DISTANCE, EYE_HEIGHT, detect_faces
from mer_core.frames import FrameSource
from mer_core.inputs import own_clip as own_clip_module
from mer_core.inputs import synthetic_recording
from mer_core.inputs.own_clip import open_recording, own_upload, rate_warnings
from mer_core.inputs.recording import KEY_FRAMES
from mer_core.inputs.refusals import clip_refusals
from tests.workbench.uploads import HOSTILE, frames, good_zip, png, zipped


@pytest.fixture(scope="module")
def acted():
    """A synthetic surprise, and its frames before a wide wall."""
    whole = synthetic_recording(subject=3, emotion="surprise", seed=1, size=160)
    wide = [np.pad(f, ((20, 20), (60, 60), (0, 0)), mode="edge") for f in whole.clip.frames]
    return whole, wide


def as_zip(pictures, first=1):
    return zipped({f"{first + i:04}.png": png(f[..., ::-1]) for i, f in enumerate(pictures)})


def checks(recording):
    return {refusal.check for refusal in clip_refusals(recording)}


def test_frames_are_those_of_the_file():
    found = own_upload(good_zip(5), "mine.zip", crop=False).recording()
    expected = np.stack([frame[..., ::-1] for frame in frames(5)])  # PNG holds what OpenCV wrote
    np.testing.assert_array_equal(found.clip.frames, expected)
    assert found.clip.frame_numbers == (1, 2, 3, 4, 5)
    assert not found.clip.synthetic


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_clip_is_refused_in_one_line(name):
    with pytest.raises(FrameError) as refusal:
        own_upload(HOSTILE[name], "the upload", crop=False).recording()
    assert "\n" not in str(refusal.value)
    assert "the upload" in str(refusal.value)


def test_the_face_is_aligned_alike_in_all_frames_and_the_apex_is_near_the_truth(acted):
    whole, wide = acted
    found = own_upload(as_zip(wide, first=0), "mine.zip").recording()
    for frame, cut in zip(wide, found.clip.frames, strict=True):
        np.testing.assert_array_equal(found.alignment.apply(frame), cut)
    (face,) = detect_faces(found.clip.frames[0])
    side = found.clip.frames.shape[1]
    assert face.eye_distance == pytest.approx(EYE_DISTANCE * side, rel=0.06)
    assert face.centre == pytest.approx((side / 2, EYE_HEIGHT * side), abs=0.03 * side)
    assert found.estimated == ("apex",)
    assert abs(found.apex - whole.apex) <= 3
    assert checks(found) == set()


def test_of_a_longer_recording_the_moving_part_is_proposed(acted):
    whole, wide = acted
    rest = [wide[0]] * 60
    content = as_zip([*rest, *wide, *rest])
    found = own_upload(content, "long.zip").recording()
    assert found.estimated == KEY_FRAMES
    assert 55 < found.onset < 61 + whole.apex < found.offset < 65 + len(wide)
    assert len(found.expression) < len(found.clip)
    assert checks(found) == set()


def test_a_chosen_range_is_the_expression(acted, tmp_path):
    _, wide = acted
    for i, frame in enumerate(wide):
        cv2.imwrite(str(tmp_path / f"{i:03}.png"), frame[..., ::-1])
    found = open_recording(tmp_path, first=4, last=20)
    assert found.expression.frame_numbers == tuple(range(4, 21))
    assert 4 < found.apex <= 20
    assert found.estimated == ("apex",)


def test_a_still_face_is_refused_with_the_numbers(acted):
    found = own_upload(as_zip([acted[1][0]] * 12), "still.zip").recording()
    (refusal,) = clip_refusals(found)
    assert refusal.check == "motion"
    assert "%" in refusal.reason


def test_one_picture_cannot_move(acted):
    found = own_upload(png(acted[1][0][..., ::-1]), "one.png").recording()
    assert checks(found) == {"motion"}


def test_a_head_that_moves_is_not_an_expression(acted):
    still = acted[1][0]
    shifts = np.round(np.linspace(0, 14, 12)).astype(int)
    moved = [np.roll(still, shift, axis=1) for shift in shifts]
    assert "head" in checks(own_upload(as_zip(moved), "head.zip").recording())


def test_no_face_and_black_frames_are_one_line_each():
    for shade in (0, 128):
        with pytest.raises(FaceNotFoundError, match=r"^dark\.zip: no face") as refusal:
            own_upload(as_zip([np.full((90, 120, 3), shade, np.uint8)] * 4), "dark.zip").recording()
        assert "\n" not in str(refusal.value)


def test_a_face_that_leaves_is_said(acted):
    wall = np.full_like(acted[1][0], 128)
    found = own_upload(as_zip([*acted[1][:10], *[wall] * 14]), "leaves.zip").recording()
    assert any("from frame 1 to 10" in doubt for doubt in found.doubts)
    assert found.clip.frame_numbers == tuple(range(1, 11))
    assert checks(found) == set()


def test_of_many_faces_one_can_be_chosen(acted):
    # The second face is a smaller copy of the first.
    half = [cv2.resize(f, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA) for f in acted[1]]
    pairs = []
    for one, two in zip(acted[1], half, strict=True):
        pad = np.pad(two, ((one.shape[0] - two.shape[0], 0), (0, 0), (0, 0)), mode="edge")
        pairs.append(np.hstack([one, pad]))
    clip = own_upload(as_zip(pairs), "two.zip")
    assert len(clip.people.people) == 2
    first, second = clip.recording(), clip.recording(person=1)
    assert first.alignment.width > 1.2 * second.alignment.width
    assert any("2 faces" in doubt for doubt in first.doubts)
    with pytest.raises(FaceNotFoundError, match="none numbered 3"):
        clip.recording(person=2)


def test_a_portrait_and_a_large_frame_keep_only_the_face(acted):
    tall = [np.pad(f, ((200, 200), (0, 0), (0, 0)), mode="edge") for f in acted[1][:4]]
    assert own_upload(as_zip(tall), "tall.zip").recording().clip.frames.shape[1] < 200
    large = [cv2.resize(f, (3840, 2160), interpolation=cv2.INTER_LINEAR) for f in acted[1][:2]]
    kept = own_upload(as_zip(large), "4k.zip").recording().clip.frames
    assert kept.shape[1:] == (320, 320, 3)


def test_two_clips_in_one_zip_are_one_line():
    one = png(np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(FrameError, match=r"^two\.zip: holds images in 2 folders"):
        own_upload(zipped({"a/1.png": one, "b/1.png": one}), "two.zip")


def test_what_is_too_long_is_refused_before_it_is_searched(monkeypatch):
    monkeypatch.setattr(own_clip_module, "MAX_SOUGHT", 3)
    with pytest.raises(FrameError, match="at most 3 are searched"):
        own_upload(good_zip(4), "mine.zip")


def test_a_very_long_recording_keeps_the_frames_around_its_expression(acted, monkeypatch):
    monkeypatch.setattr(own_clip_module, "MAX_FRAMES", 80)
    rest = [acted[1][0]] * 70
    told = []
    found = own_upload(as_zip([*rest, *acted[1], *rest]), "long.zip").recording(
        progress=lambda *counts: told.append(counts)
    )
    total = 2 * len(rest) + len(acted[1])
    assert told == [(done, total) for done in range(1, total + 1)]
    assert len(found.clip) <= 80
    assert len(found.curve.numbers) == 140 + len(acted[1])
    assert 60 < found.onset < found.offset < 80 + len(acted[1])


def test_a_recording_takes_the_memory_of_its_faces_and_not_of_its_frames(acted, monkeypatch):
    monkeypatch.setattr(own_clip_module, "MAX_FRAMES", 40)
    _, wide = acted
    large = [cv2.resize(f, (1280, 720), interpolation=cv2.INTER_AREA) for f in wide[:1]]
    count = 300

    def decode(part):
        for _ in range(count)[part]:
            yield large[0].copy()

    source = FrameSource(
        name="long.mp4",
        numbers=tuple(range(1, count + 1)),
        labels=[""] * count,
        decode=decode,
        fps=30.0,
    )
    tracemalloc.start()
    found = own_clip_module.own_clip(source).recording()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.clip) <= 40
    assert len(found.curve.numbers) == count
    # All frames take 830 MB, the faces of 40 some 12, a frame on its way a few of its size.
    assert peak < 80e6


@pytest.fixture
def film(tmp_path):
    """Writes frames as a video and returns its path."""

    def write(frames, name="mine.mp4", fps=100.0, codec="mp4v"):
        path = tmp_path / name
        size = (frames[0].shape[1], frames[0].shape[0])
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, size)
        for frame in frames:
            writer.write(np.ascontiguousarray(frame[..., ::-1]))
        writer.release()
        return path

    return write


def test_a_damaged_video_is_used_as_far_as_it_goes_and_says_what_is_missing(acted, film):
    path = film(acted[1] * 2, "mine.avi", codec="MJPG")
    content = path.read_bytes()
    path.write_bytes(content[: int(0.6 * len(content))])
    found = open_recording(path)
    (warning,) = [doubt for doubt in found.doubts if "damaged" in doubt]
    assert f"{len(found.clip)} of {2 * len(acted[1])} frames" in warning
    assert 0 < len(found.clip) < 2 * len(acted[1])


def test_one_second_is_an_expression_and_five_are_searched(acted, film):
    rest = [acted[1][0]]
    short = open_recording(film([*acted[1], *rest * (100 - len(acted[1]))]))
    assert len(short.expression) == 100
    assert short.estimated == ("apex",)
    long = open_recording(film([*rest * 200, *acted[1], *rest * 200], "long.mp4"))
    assert long.estimated == KEY_FRAMES
    assert 180 < long.onset < long.apex < long.offset < 230 + len(acted[1])


def test_a_still_video_is_refused_with_its_reason(acted, film):
    assert checks(open_recording(film([acted[1][0]] * 30))) == {"motion"}


def test_whole_frames_are_kept_only_where_they_fit(monkeypatch):
    monkeypatch.setattr(own_clip_module, "MAX_WHOLE_PIXELS", 64 * 64 * 2)
    with pytest.raises(FrameError, match="kept whole"):
        own_upload(good_zip(3), "mine.zip", crop=False)


def test_a_frame_rate_is_warned_of():
    assert "6 to 15 frames" in rate_warnings(30)[0]
    assert "no frame rate" in rate_warnings(None)[0]
    assert rate_warnings(200) == ()


def test_a_long_interval_and_a_large_movement_are_no_micro_expression(acted):
    found = own_upload(as_zip(acted[1]), "mine.zip").recording()
    slow = replace(found, clip=replace(found.clip, fps=10.0))
    assert "duration" in checks(slow)
    large = replace(found.curve, regions=found.curve.regions * 20)
    assert "size" in checks(replace(found, motion=large))
