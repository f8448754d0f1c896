"""From the bytes of one image file to 8-bit RGB, or one line that names the file.

Grey images become three equal channels. Alpha is dropped, and the colours under it are kept.
Sixteen-bit images are divided by 257, which maps 0..65535 onto 0..255: the scale is fixed, never
fitted to a frame, because frames of one clip must stay comparable. A camera that stores 10 or 12
bits in 16 without shifting them up therefore yields dark frames; a motion image, which is
normalised anyway, shows the same picture with coarser steps.

Frames are decoded ahead of their use, in threads, in order, and never far ahead.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.cluster import usable_cores
from mer_core.errors import FrameError
from mer_core.image_header import ImageHeader, read_header

Frame = npt.NDArray[np.uint8]

MAX_PIXELS = 40_000_000
MAX_BYTES = 512 * 2**20


def decode_file(path: Path) -> Frame:
    """The image in a file, H x W x 3, RGB."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FrameError(f"larger than {MAX_BYTES >> 20} MiB", where=path)
        # Reading by Python rather than by OpenCV: any path that can be opened will do.
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FrameError(f"cannot be read ({reason})", where=path) from error
    return decode_image(content, name=str(path))


def decode_image(content: bytes, *, name: str) -> Frame:
    """The image in `content`, H x W x 3, RGB; `name` is the file, for error messages."""
    header = _sound_header(content, name)
    # Only JPEG is asked for as RGB: OpenCV then returns 16-bit TIFF still as BGR.
    as_rgb = header.format == "JPEG"
    colours = cv2.IMREAD_COLOR_RGB if as_rgb else cv2.IMREAD_COLOR
    packed = np.frombuffer(content, np.uint8)
    try:
        frame = cv2.imdecode(packed, colours | cv2.IMREAD_ANYDEPTH)
    except cv2.error as error:
        raise FrameError(f"cannot be decoded ({error.err})", where=name) from error
    if frame is None:
        raise FrameError("is damaged: it cannot be decoded", where=name)
    if frame.dtype != np.uint8:
        frame = _eight_bit(frame, name)
    if as_rgb:
        return np.asarray(frame, np.uint8)
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB, dst=frame), np.uint8)


def check_pixels(width: int, height: int, *, name: str) -> None:
    """Refuse a declared size before memory is asked for."""
    if width * height > MAX_PIXELS:
        raise FrameError(
            f"declares {width} x {height} pixels, more than the {MAX_PIXELS // 10**6} million"
            " that are read",
            where=name,
            remedy="check that the file is what it says, or scale it down",
        )


def _sound_header(content: bytes, name: str) -> ImageHeader:
    if not content:
        raise FrameError("is empty", where=name)
    header = read_header(content)
    if header is None:
        raise FrameError(
            "is not an image, whatever its name says",
            where=name,
            remedy="use JPEG, PNG, BMP, TIFF or WebP",
        )
    check_pixels(header.width, header.height, name=name)
    if not header.complete:
        raise FrameError(f"is a truncated {header.format}: its end is missing", where=name)
    if not header.pixels:
        raise FrameError(f"is a {header.format} without pixels", where=name)
    return header


def _eight_bit(frame: npt.NDArray[Any], name: str) -> Frame:
    if frame.dtype != np.uint16:
        raise FrameError(
            f"holds {frame.dtype} values", where=name, remedy="use 8 or 16 bits per channel"
        )
    return np.asarray(cv2.convertScaleAbs(frame, alpha=1 / 257), np.uint8)


In = TypeVar("In")


Out = TypeVar("Out")


def default_threads() -> int:
    """One per core this process may use, at most 8: disks gain nothing from more."""
    return min(8, usable_cores())


def ahead(
    work: Callable[[In], Out], items: Iterable[In], *, threads: int, depth: int | None = None
) -> Generator[Out, None, None]:
    """Yield `work(item)` for each item in order, keeping up to `depth` results ready.

    Decoders release the interpreter lock, so threads run side by side. An exception is raised
    where its item would have been yielded; what was still to be done is then cancelled, as it
    is when the consumer stops early.
    """
    waiting: deque[Future[Out]] = deque()
    remaining = iter(items)
    pool = ThreadPoolExecutor(max(1, threads), thread_name_prefix="frames")
    try:
        for item in islice(remaining, depth or 2 * max(1, threads)):
            waiting.append(pool.submit(work, item))
        while waiting:
            done = waiting.popleft().result()
            for item in islice(remaining, 1):
                waiting.append(pool.submit(work, item))
            yield done
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
