import struct

import numpy as np
import pytest

from mer_core.errors import FrameError
from mer_core.frames import open_frames, open_upload, read_clip
from mer_core.frames.video import _uneven_warning, _varies, container

KINDS = [("clip.avi", "MJPG"), ("clip.mp4", "mp4v"), ("clip.mkv", "mp4v")]


def resembles(frames, others):
    """Whether frames correspond one by one, up to lossy compression."""
    assert frames.shape == others.shape
    return np.abs(frames.astype(int) - others).mean(axis=(1, 2, 3)).max() < 12


@pytest.mark.parametrize(("name", "codec"), KINDS)
def test_a_video_is_read_from_disk_and_from_memory(make_video, clip, name, codec):
    path = make_video(name, codec)
    for found in (open_frames(path), open_upload(path.read_bytes(), name)):
        held = read_clip(found)
        assert held.frame_numbers == (1, 2, 3, 4, 5, 6)
        assert held.fps == pytest.approx(25)
        assert resembles(held.frames, clip.frames)
        assert found.warnings == ()


def test_the_container_is_known_by_its_content(make_video, clip):
    path = make_video()
    renamed = path.rename(path.with_suffix(".dat"))
    assert resembles(read_clip(open_frames(renamed)).frames, clip.frames)


@pytest.mark.parametrize(("name", "codec"), KINDS)
def test_a_range_skips_to_its_first_frame(make_video, clip, name, codec):
    held = read_clip(open_frames(make_video(name, codec), first=3, last=5))
    assert held.frame_numbers == (3, 4, 5)
    assert resembles(held.frames, clip.frames[2:5])


def test_the_path_need_not_be_ascii(make_video, clip):
    assert resembles(read_clip(open_frames(make_video("vidéo 微.avi"))).frames, clip.frames)


@pytest.mark.parametrize("part", [b"LIST", b"JUNK"])
def test_a_header_that_is_longer_than_its_file_is_refused_before_it_is_believed(make_video, part):
    path = make_video()
    content = bytearray(path.read_bytes())
    place = content.index(b"movi")
    place = content.rindex(part, 0, place - 8)  # the last one of the header
    content[place + 4 : place + 8] = struct.pack("<I", 0xFE00001A)
    for open_it in (open_upload, lambda content, _: open_frames(path)):
        path.write_bytes(content)
        with pytest.raises(FrameError, match="longer than the file"):
            open_it(bytes(content), "clip.avi")


def test_a_recording_whose_camera_was_switched_off_is_read(make_video, clip):
    path = make_video(repeats=3)
    content = bytearray(path.read_bytes())
    place = content.index(b"movi")
    content[place - 4 : place] = struct.pack("<I", 0)  # a length that nobody came to write
    path.write_bytes(content[: content.index(b"idx1") - 100])
    assert len(open_frames(path)) >= 2 * len(clip.frames)


@pytest.mark.parametrize(("name", "codec"), KINDS)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.85])
def test_of_a_truncated_video_what_can_be_decoded_is_used(make_video, name, codec, share):
    path = make_video(name, codec, repeats=5)
    whole = read_clip(open_frames(path)).frames
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    for open_it in (
        lambda: open_frames(path),
        lambda: open_upload(path.read_bytes(), name),
    ):
        try:
            found = open_it()
        except FrameError as refusal:
            # MP4 keeps what is needed to read it at its end; of others too little may be left.
            assert name in str(refusal)
            assert name == "clip.mp4" or share == 0.05
            continue
        held = read_clip(found)
        assert 0 < len(held) < len(whole)
        assert resembles(held.frames[:-1], whole[: len(held) - 1])  # the last one may be cut
        (warning,) = [line for line in found.warnings if "damaged" in line]
        assert f"{len(held)} of " in warning
        assert "missing" in warning


def test_a_phone_held_upright_is_shown_upright(make_video, clip):
    content = bytearray(make_video("clip.mp4", "mp4v").read_bytes())
    at = content.index(b"tkhd") + 4 + 40  # the matrix of a version 0 track header
    quarter = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    content[at : at + 36] = struct.pack(">9i", *quarter)
    frames = read_clip(open_upload(bytes(content), "phone.mp4")).frames
    assert frames.shape == (6, 32, 24, 3)
    turned = np.rot90(clip.frames, -1, axes=(1, 2))
    assert np.abs(frames.astype(int) - turned).mean() < 12


def test_a_coding_that_cannot_be_decoded_is_named_with_what_to_do(make_video):
    content = make_video("clip.mp4", "mp4v").read_bytes()
    hevc = content.replace(b"mp4v", b"hvc1").replace(b"esds", b"none")
    with pytest.raises(FrameError, match=r"^phone\.mov: .* \(coded as hevc\); .*H\.264") as refusal:
        open_upload(hevc, "phone.mov")
    assert "\n" not in str(refusal.value)


def test_a_picture_of_a_phone_is_named_for_what_it_is():
    with pytest.raises(FrameError, match=r"^photo: is a HEIC or AVIF picture"):
        open_upload(b"\0\0\0\x18ftypheic" + bytes(200), "photo")


@pytest.mark.parametrize(
    ("times", "says"), [([0, 40, 80, 121], 0), ([0, 33, 66, 200], 1), ([0], 0), ([], 0)]
)
def test_an_uneven_pace_is_said(times, says):
    assert len(_uneven_warning(times)) == says


def test_a_playlist_is_not_a_video(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_text("#EXTM3U\nfile:///etc/hostname\n")
    with pytest.raises(FrameError, match=r"clip\.mp4: holds no clip"):
        open_frames(path)


def test_a_huge_declared_size_is_refused(make_video, monkeypatch):
    monkeypatch.setattr("mer_core.frames.decoding.MAX_PIXELS", 100)
    with pytest.raises(FrameError, match=r"clip\.avi: declares 32 x 24 pixels"):
        open_frames(make_video())


def test_a_rate_that_no_camera_has_is_not_believed(make_video):
    path = make_video()
    content = bytearray(path.read_bytes())
    at = content.find(b"strh") + 8 + 20  # the stream header's scale, then its rate
    content[at : at + 8] = (1).to_bytes(4, "little") + (2**31 - 1).to_bytes(4, "little")
    path.write_bytes(content)
    assert open_frames(path).fps is None


def test_reading_can_stop_early_and_start_again(make_video):
    found = open_frames(make_video(repeats=5))
    first = next(iter(found))
    np.testing.assert_array_equal(first, next(iter(found)))


@pytest.mark.parametrize("head", [b"", b"RIFF\0\0\0\0WAVE", b"\xff\xd8\xff\xe0", b"PK\x03\x04"])
def test_other_content_is_no_container(head):
    assert container(head) is None


@pytest.mark.parametrize(
    ("times", "stated", "fps", "varies"),
    [
        ([0, 40, 80, 120], 4, 25, False),  # as promised
        ([0, 40, 80, 120], 40, 25, False),  # the rest is missing
        ([0, 60, 240, 300, 2380, 2500], 2560, 1000, True),
        ([0, 60, 240, 300], 2560, 1000, False),
        ([], 10, 25, False),
        ([5, 5, 5], 10, 2000, False),  # damaged times: no pace at all
    ],
)
def test_a_camera_of_varying_pace_is_told_from_a_truncated_video(times, stated, fps, varies):
    assert _varies(times, stated, fps) is varies
