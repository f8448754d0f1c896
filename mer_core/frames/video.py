"""Clips in video files, decoded by the FFmpeg that OpenCV carries.

Frames are numbered from 1. Their number must be known before the first is decoded, because frame
weights depend on it. What a header states of it is a promise, so frames are counted first, without
being converted to pictures; of a damaged video those that can be decoded are used, and a warning
says how many are missing. Phones' rotation flags are obeyed by FFmpeg.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import pairwise, repeat
from pathlib import Path
from typing import IO, Any

import cv2
import numpy as np

from mer_core.errors import FrameError, MissingToolError
from mer_core.frames.decoding import Frame, ahead, check_pixels, default_threads
from mer_core.frames.source import FrameSource

# First bytes of each container, at an offset. Only these reach FFmpeg: a playlist renamed .mp4
# could otherwise make it open other files and addresses.
_CONTAINERS = (
    ("AVI", 8, (b"AVI ",)),
    ("MP4", 4, (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),
    ("Matroska", 0, (b"\x1aE\xdf\xa3",)),
    ("MPEG", 0, (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3")),
    ("ASF", 0, (b"0&\xb2u\x8ef\xcf\x11",)),
)
# Beyond what cameras of faces record; a damaged header states billions, and windows in seconds
# would become as many frames.
MAX_FPS = 10_000
_STATE_THEIR_COUNT = {"AVI", "MP4"}
SNIFFED = 16
_RIFF_HEADER = 12  # four letters, a length, and for lists four letters more
_DEPTH = 8
_UNEVEN = 1.5  # times the usual pause between frames
_HEIF = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
_FFMPEG_QUIET = "-8"


def container(head: bytes) -> str | None:
    """The video container that a file beginning with `head` is, or None."""
    for name, offset, marks in _CONTAINERS:
        if any(head[offset:].startswith(mark) for mark in marks):
            return name
    return None


def open_video(content: Path | bytes, *, name: str, threads: int | None = None) -> FrameSource:
    """A clip in a video file, or in the bytes of one, which then stay in memory."""
    head = _head(content)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        raise FrameError(
            "is a HEIC or AVIF picture, which is not read here",
            where=name,
            remedy="save it as JPEG, or film a video",
        )
    kind = container(head)
    if kind is None:
        raise FrameError(
            "is not a video, whatever its name says",
            where=name,
            remedy="use AVI, MP4, MOV, MKV or WebM",
        )
    if kind == "AVI":
        _refuse_overlong_header(content, name)
    workers = threads or default_threads()
    with _capture(content, name, workers) as capture:
        width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        check_pixels(width, height, name=name)
        stated = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        fps = float(capture.get(cv2.CAP_PROP_FPS))
        times = _frame_times(capture)
        count = len(times)
        if _varies(times, stated, fps):
            # A camera's own pace, as browsers record it: no rate, and so no number of frames.
            stated, fps = 0, 1000 * (count - 1) / (times[-1] - times[0])
        coding = _coding(capture)
    if count < 1:
        raise FrameError(
            f"is a video of which no frame can be decoded (coded as {coding})",
            where=name,
            remedy="copy it again, or convert it to H.264 in MP4",
        )
    if kind not in _STATE_THEIR_COUNT and count == stated - 1:
        stated = count  # an estimate from the duration may be one off
    return FrameSource(
        name=name,
        numbers=tuple(range(1, count + 1)),
        labels=[f"{name} frame {number}" for number in range(1, count + 1)],
        decode=partial(_decode, content, name, workers, count),
        fps=fps if 0 < fps <= MAX_FPS else None,
        warnings=(*_miscount_warning(count, stated), *_uneven_warning(times)),
    )


def _decode(
    content: Path | bytes, name: str, threads: int, count: int, part: slice
) -> Iterator[Frame]:
    start, stop, _ = part.indices(count)
    with _capture(content, name, threads) as capture:
        # Skipping by decoding: seeking lands on the wrong frame in many containers.
        for skipped in range(start):
            if not capture.grab():
                raise _truncation_error(name, skipped, count)
        # FFmpeg decodes one stream in its own threads; ours only keeps it ahead of the consumer,
        # and must have stopped before the capture is released.
        reads = ahead(_read_frame, repeat(capture, stop - start), threads=1, depth=_DEPTH)
        with closing(reads) as frames:
            for position, frame in enumerate(frames, start):
                if frame is None:
                    raise _truncation_error(name, position, count)
                yield frame


def _read_frame(capture: cv2.VideoCapture) -> Frame | None:
    there, frame = capture.read()
    if not there:
        return None
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB, dst=frame), np.uint8)


def _frame_times(capture: cv2.VideoCapture) -> list[float]:
    """The time of every frame, in milliseconds."""
    times = []
    while capture.grab():
        times.append(capture.get(cv2.CAP_PROP_POS_MSEC))
    return times


def _varies(times: list[float], stated: int, fps: float) -> bool:
    """Whether frames are fewer than their rate promises and yet reach the end of the recording.

    What is missing at the end of a complete one is no longer than its longest pause.
    """
    if len(times) < 2 or len(times) >= stated - 1 or not fps > 0 or times[-1] <= times[0]:
        return False
    pause = max(after - before for before, after in pairwise(times))
    return 1000 * stated / fps - times[-1] <= 2 * pause


@contextmanager
def _capture(content: Path | bytes, name: str, threads: int) -> Iterator[cv2.VideoCapture]:
    options = [cv2.CAP_PROP_N_THREADS, threads]
    with _readable(content) as source:
        with _quiet():
            capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, options)
        try:
            if not capture.isOpened():
                raise FrameError("is a damaged or truncated video: it cannot be opened", where=name)
            yield capture
        finally:
            capture.release()


@contextmanager
def _readable(content: Path | bytes) -> Iterator[Any]:
    """Yield a file for OpenCV to open; it must outlive the capture.

    Bytes become a file that lies in memory only. OpenCV reads Python's streams too, but some
    damaged ones end the process (4.14; found by `tests/faults`).
    """
    if isinstance(content, Path):
        # Absolute, so that no path can be read as an address such as "concat:...".
        yield str(content.absolute())
    elif hasattr(os, "memfd_create"):
        number = os.memfd_create("clip")
        try:
            with os.fdopen(number, "wb", closefd=False) as file:
                file.write(content)
            yield f"/proc/self/fd/{number}"
        finally:
            os.close(number)
    else:
        _require_streams()
        yield io.BytesIO(content)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence OpenCV and FFmpeg: a damaged file is reported once, by the error raised here."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", _FFMPEG_QUIET)
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)


def _require_streams() -> None:
    backends = getattr(cv2.videoio_registry, "getStreamBufferedBackends", list)()
    if cv2.CAP_FFMPEG not in backends:
        raise MissingToolError(
            "this OpenCV reads videos only from disk",
            remedy='install "opencv-python>=4.13,<6", or upload a zip of images',
        )


def _miscount_warning(count: int, stated: int) -> tuple[str, ...]:
    if stated < 1 or count == stated:
        return ()
    if count < stated:
        share = (stated - count) / stated
        return (
            f"the video is damaged: {count} of {stated} frames can be decoded, the other"
            f" {stated - count} ({share:.0%}) are missing",
        )
    return (f"the video announces {stated} frames and holds {count}",)


def _uneven_warning(times: list[float]) -> tuple[str, ...]:
    """A warning where frames do not follow each other at one pace."""
    pauses = np.diff(times)
    if len(pauses) < 2 or pauses.min() <= 0 or pauses.max() < _UNEVEN * np.median(pauses):
        return ()
    return (
        f"the frame rate varies: {pauses.min():.0f} to {pauses.max():.0f} ms lie between frames",
    )


def _coding(capture: cv2.VideoCapture) -> str:
    code = int(capture.get(cv2.CAP_PROP_FOURCC))
    letters = code.to_bytes(4, "little", signed=False) if code > 0 else b""
    return letters.decode("ascii", "replace").strip("\0 ") or "unknown"


def _truncation_error(name: str, found: int, stated: int) -> FrameError:
    return FrameError(
        f"is a truncated video: {found} of {stated} frames can be decoded",
        where=name,
        remedy="copy it again from its source",
    )


def _refuse_overlong_header(content: Path | bytes, name: str) -> None:
    """Refuse an AVI in whose header a part claims to be longer than the file.

    FFmpeg takes the memory that such a part asks for, up to 2 GiB for a file of 9 kB (found by
    `tests/faults`). Frames, which follow the header, may end early: those of a recording that
    was cut off do.
    """
    with _open_bytes(content) as file:
        size, place = file.seek(0, os.SEEK_END), _RIFF_HEADER
        while place + 8 <= size:
            file.seek(place)
            part = file.read(_RIFF_HEADER)
            length = int.from_bytes(part[4:8], "little")
            place += 8 + length + length % 2
            if part[8:] == b"movi":
                return
            if place > size + 1:
                raise FrameError(
                    "is a damaged video: a part of its header is longer than the file",
                    where=name,
                    remedy="copy it again from its source",
                )


def _open_bytes(content: Path | bytes) -> IO[bytes]:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _head(content: Path | bytes) -> bytes:
    with _open_bytes(content) as file:
        return file.read(SNIFFED)
