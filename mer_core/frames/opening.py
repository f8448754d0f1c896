"""Anything that holds a clip becomes a `FrameSource`: what it is, is read from its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mer_core.errors import FrameError
from mer_core.frame_numbering import IMAGE_SUFFIXES, frame_number, is_image
from mer_core.frames.archive import is_archive, open_archive
from mer_core.frames.decoding import Frame, decode_image
from mer_core.frames.source import FrameSource
from mer_core.frames.video import SNIFFED, container, open_video
from mer_core.image_header import read_header

# Whoever writes generated frames puts this file into a folder above them.
SYNTHETIC_MARKER = "SYNTHETIC.txt"

_CLIP_CONTAINERS = "a folder of images, a video (AVI, MP4, MOV, MKV, WebM) or a zip of images"


def open_frames(
    path: Path,
    *,
    first: int | None = None,
    last: int | None = None,
    threads: int | None = None,
) -> FrameSource:
    """Open the clip in a folder of images, a video file, a zip of images, or one image.

    The source counts as synthetic if a folder from `path` upwards holds `SYNTHETIC.txt`.

    Args:
        path: Folder or file.
        first: Number of the first frame wanted.
        last: Number of the last frame wanted; it is included.
        threads: Decoding threads; one per core where not given.

    Returns:
        A source that decodes frames as they are asked for, in the order of their numbers.

    Raises:
        FrameError: Naming the file, where there is nothing to decode.

    Example:
        >>> frames = open_frames(folder, first=2, last=5)
        >>> len(frames), frames.numbers
        (4, (2, 3, 4, 5))
    """
    source = _open(Path(path), threads).between(first, last)
    return replace(source, synthetic=True) if _is_marked(Path(path)) else source


def open_upload(
    content: bytes,
    name: str,
    *,
    first: int | None = None,
    last: int | None = None,
    threads: int | None = None,
) -> FrameSource:
    """The clip in an uploaded file, read from memory only; `name` appears in messages."""
    if not content:
        raise FrameError("is empty", where=name)
    source = _open_content(content, content[:SNIFFED], name=name, threads=threads)
    return source.between(first, last)


def _is_marked(path: Path) -> bool:
    whole = path.absolute()
    return any((folder / SYNTHETIC_MARKER).is_file() for folder in (whole, *whole.parents))


def _open(path: Path, threads: int | None) -> FrameSource:
    if path.is_dir():
        return _open_folder(path, threads)
    try:
        with path.open("rb") as file:
            head = file.read(SNIFFED)
    except FileNotFoundError:
        raise FrameError("does not exist", where=path, remedy=f"give {_CLIP_CONTAINERS}") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FrameError(f"cannot be read ({reason})", where=path) from error
    if not head:
        raise FrameError("is empty", where=path)
    if path.suffix.lower() in IMAGE_SUFFIXES or read_header(head) is not None:
        return FrameSource.from_paths([path], name=str(path), threads=threads)
    return _open_content(path, head, name=str(path), threads=threads)


def _open_folder(folder: Path, threads: int | None) -> FrameSource:
    images = [path for path in folder.iterdir() if is_image(path.name) and not path.is_dir()]
    if not images:
        folders = any(path.is_dir() for path in folder.iterdir())
        raise FrameError(
            "holds no images" + (", only folders" if folders else ""),
            where=folder,
            remedy="give the folder of one clip, with JPEG, PNG, BMP, TIFF or WebP frames",
        )
    return FrameSource.from_paths(images, name=str(folder), threads=threads)


def _open_content(
    content: Path | bytes, head: bytes, *, name: str, threads: int | None
) -> FrameSource:
    if is_archive(head):
        return open_archive(content, name=name, threads=threads)
    if container(head) is not None:
        return open_video(content, name=name, threads=threads)
    if isinstance(content, bytes) and read_header(head) is not None:
        return _one_image(content, name)
    raise FrameError("holds no clip", where=name, remedy=f"give {_CLIP_CONTAINERS}")


def _one_image(content: bytes, name: str) -> FrameSource:
    def decode(part: slice) -> Iterator[Frame]:
        if range(1)[part]:
            yield decode_image(content, name=name)

    number = frame_number(name)
    return FrameSource(
        name=name, numbers=(1 if number is None else number,), labels=[name], decode=decode
    )
