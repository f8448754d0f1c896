import numpy as np
import pytest

from mer_core.errors import FrameError
from mer_core.frames import open_frames, open_upload, read_clip


def test_a_folder_of_images_is_a_clip(folder, clip):
    found = open_frames(folder)
    assert (found.numbers, found.warnings, found.fps) == (clip.frame_numbers, (), None)
    np.testing.assert_array_equal(read_clip(found).frames, clip.frames)


def test_other_files_in_the_folder_are_no_frames(folder):
    (folder / "notes.txt").write_text("x")
    (folder / ".hidden9.png").write_text("x")
    (folder / "img8.png").mkdir()
    assert len(open_frames(folder)) == 6


def test_numbers_that_are_unordered_and_gappy_are_put_right_and_reported(folder, clip):
    (folder / "img2.png").rename(folder / "img0010.png")
    found = open_frames(folder)
    assert found.numbers == (1, 3, 4, 5, 6, 10)
    assert found.warnings == ("4 frame numbers are missing: 2, 7-9",)
    np.testing.assert_array_equal(read_clip(found).frames, clip.frames[[0, 2, 3, 4, 5, 1]])


def test_one_image_is_a_clip_of_one_frame(folder, clip):
    path = folder / "img4.png"
    for found in (open_frames(path), open_upload(path.read_bytes(), "img4.png")):
        assert found.numbers == (4,)
        np.testing.assert_array_equal(read_clip(found).frames, clip.frames[3:4])


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(FrameError, match="EP09: does not exist; give a folder"):
        open_frames(tmp_path / "EP09")


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(FrameError, match="holds no images; give the folder of one clip"):
        open_frames(tmp_path)


def test_a_folder_of_folders_is_not_one_clip(folder):
    with pytest.raises(FrameError, match="holds no images, only folders"):
        open_frames(folder.parent)


@pytest.mark.parametrize("name", ["notes.txt", "clip.mp4", "clip.zip", "clip"])
def test_a_file_that_is_no_clip_is_named(tmp_path, name):
    path = tmp_path / name
    path.write_text("onset 3")
    with pytest.raises(FrameError, match=f"{name}: holds no clip; give a folder of images"):
        open_frames(path)
    with pytest.raises(FrameError, match=f"^{name}: holds no clip"):
        open_upload(b"onset 3", name)


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "clip.avi").touch()
    with pytest.raises(FrameError, match=r"clip\.avi: is empty"):
        open_frames(tmp_path / "clip.avi")
    with pytest.raises(FrameError, match=r"^clip\.avi: is empty"):
        open_upload(b"", "clip.avi")


def test_text_renamed_to_an_image_is_named_when_it_is_read(folder):
    (folder / "img2.png").write_text("not an image")
    with pytest.raises(FrameError, match=r"img2\.png: is not an image"):
        read_clip(open_frames(folder))


def test_a_range_is_of_frame_numbers(folder, clip, make_zip, encode):
    assert open_frames(folder, first=2, last=3).numbers == (2, 3)
    entries = {f"img{n}.png": encode(clip.frames[n - 1]) for n in (1, 2, 3)}
    upload = open_upload(make_zip(entries).read_bytes(), "c.zip", first=2)
    assert upload.numbers == (2, 3)


def test_frames_below_a_marker_are_synthetic(folder):
    assert open_frames(folder).synthetic is None
    (folder.parent / "SYNTHETIC.txt").write_text("generated")
    assert open_frames(folder).synthetic is True
    assert open_frames(folder / "img1.png").synthetic is True
    assert read_clip(open_frames(folder)).synthetic
