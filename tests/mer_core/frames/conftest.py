import zipfile

import cv2
import numpy as np
import pytest

from mer_core.records import Clip


@pytest.fixture
def clip():
    """Six frames, each of another colour, so that no two can be confused even after JPEG."""
    rows, columns = np.mgrid[0:24, 0:32]
    frames = np.empty((6, 24, 32, 3), np.uint8)
    for position, frame in enumerate(frames):
        frame[..., 0] = 40 * position
        frame[..., 1] = columns * 4
        frame[..., 2] = rows * 5
    return Clip("clip", frames, (1, 2, 3, 4, 5, 6), fps=25.0)


def encoded(frame, suffix=".png"):
    done, buffer = cv2.imencode(suffix, cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    assert done
    return buffer.tobytes()


@pytest.fixture
def encode():
    return encoded


@pytest.fixture
def folder(tmp_path, clip):
    """The clip as img1.png ... img6.png."""
    place = tmp_path / "EP01_01"
    place.mkdir()
    for number, frame in zip(clip.frame_numbers, clip.frames, strict=True):
        (place / f"img{number}.png").write_bytes(encoded(frame))
    return place


@pytest.fixture
def make_video(tmp_path, clip):
    """Writes the clip, repeated, as a video and returns its path."""

    def make(name="clip.avi", codec="MJPG", repeats=1):
        path = tmp_path / name
        size = (clip.frames.shape[2], clip.frames.shape[1])
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), clip.fps, size)
        assert writer.isOpened()
        for _ in range(repeats):
            for frame in clip.frames:
                writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        writer.release()
        return path

    return make


@pytest.fixture
def make_zip(tmp_path):
    """Writes a zip of the given entries and returns its path."""

    def make(entries, name="clip.zip", compression=zipfile.ZIP_STORED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", compression) as archive:
            for entry, content in entries.items():
                archive.writestr(entry, content)
        return path

    return make
