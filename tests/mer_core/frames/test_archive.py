import zipfile

import numpy as np
import pytest

from mer_core.cluster import usable_cores
from mer_core.errors import FrameError
from mer_core.frames import archive, open_frames, open_upload, read_clip


@pytest.fixture
def images(clip, encode):
    return {f"img{n}.png": encode(f) for n, f in zip(clip.frame_numbers, clip.frames, strict=True)}


@pytest.mark.parametrize("inside", ["", "EP01_01/", "s1/EP01_01/"])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_is_read_from_disk_and_from_memory(make_zip, images, clip, inside, compression):
    path = make_zip(
        {inside + name: content for name, content in images.items()}, "c.zip", compression
    )
    for found in (open_frames(path), open_upload(path.read_bytes(), "c.zip")):
        assert found.numbers == clip.frame_numbers
        np.testing.assert_array_equal(read_clip(found).frames, clip.frames)


def test_an_upload_never_touches_the_disk(make_zip, images, monkeypatch):
    content = make_zip(images).read_bytes()
    usable_cores()  # the system is asked once, by reading files

    def forbidden(*arguments, **options):
        raise AssertionError("a file was opened")

    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr("io.open", forbidden)
    assert len(read_clip(open_upload(content, "clip.zip"))) == 6


def test_left_overs_of_file_systems_are_ignored(make_zip, images):
    extra = {"__MACOSX/._img1.png": b"x", ".thumb2.png": b"x", "notes.txt": b"x", "Thumbs.db": b"x"}
    assert len(read_clip(open_frames(make_zip(images | extra)))) == 6


@pytest.mark.parametrize("entry", ["../img7.png", "a/../../img7.png", "/img7.png", "..\\img7.png"])
def test_an_entry_that_leads_out_is_refused(make_zip, images, entry):
    with pytest.raises(FrameError, match=r"img7\.png: leads out of its archive"):
        open_frames(make_zip(images | {entry: images["img1.png"]}))


def test_a_zip_of_several_clips_is_refused(make_zip, images):
    two = {f"{place}/{name}": content for place in "ab" for name, content in images.items()}
    with pytest.raises(FrameError, match=r"clip\.zip: holds images in 2 folders \(a, b"):
        open_frames(make_zip(two))


def test_a_bomb_is_refused_unopened(make_zip):
    path = make_zip({"img1.png": bytes(50 * 2**20)}, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 100_000
    with pytest.raises(
        FrameError, match=r"clip\.zip/img1\.png: would inflate from \d+ to 52428800"
    ):
        open_frames(path)


def test_too_many_entries_are_refused(make_zip, images, monkeypatch):
    monkeypatch.setattr(archive, "MAX_ENTRIES", 5)
    with pytest.raises(FrameError, match="holds 6 entries, more than 5"):
        open_frames(make_zip(images))


def test_a_zip_without_images_is_refused(make_zip):
    with pytest.raises(FrameError, match=r"clip\.zip: is a zip without images"):
        open_frames(make_zip({"readme.txt": b"nothing"}))


def test_a_truncated_zip_is_refused(make_zip, images):
    content = make_zip(images).read_bytes()
    with pytest.raises(FrameError, match=r"^c\.zip: is a damaged zip"):
        open_upload(content[: len(content) // 2], "c.zip")


def test_an_entry_said_to_lie_before_the_beginning_is_refused(make_zip, images):
    content = bytearray(make_zip(images).read_bytes())
    end = content.rfind(b"PK\x05\x06")
    offset = int.from_bytes(content[end + 16 : end + 20], "little")  # of the directory
    content[end + 16 : end + 20] = (offset + 40).to_bytes(4, "little")
    with pytest.raises(FrameError, match=r"^c\.zip/img1\.png: is damaged in its zip"):
        read_clip(open_upload(bytes(content), "c.zip"))


def test_an_entry_without_a_name_is_no_image(make_zip, images):
    content = make_zip(images).read_bytes().replace(b"img1.png", b"\0mg1.png")
    assert len(read_clip(open_upload(content, "c.zip"))) == len(images) - 1


def test_a_damaged_entry_is_named(make_zip, images):
    path = make_zip(images)
    content = bytearray(path.read_bytes())
    content[content.find(b"IDAT") + 20] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(FrameError, match=r"clip\.zip/img1\.png: is damaged in its zip"):
        read_clip(open_frames(path))


def test_a_truncated_image_inside_is_named(make_zip, images):
    images["img2.png"] = images["img2.png"][:-20]
    with pytest.raises(FrameError, match=r"clip\.zip/img2\.png: is a truncated PNG"):
        read_clip(open_frames(make_zip(images)))
