"""Clips in zip files: images decoded straight from the archive, never written to disk.

Nothing in an archive is trusted: not the size it declares for an entry, nor the path. Entries
are inflated one at a time up to a limit and only their names are used, as labels.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from mer_core.errors import FrameError
from mer_core.frame_numbering import in_order, is_image
from mer_core.frames.decoding import MAX_BYTES, Frame, decode_image
from mer_core.frames.source import FrameSource, image_decoder

MAX_ENTRIES = 20_000
# Images barely compress: a zip that shrinks its entries beyond this is made to exhaust memory.
MAX_RATIO = 200
_RATIO_MATTERS = 2**20

# What Python's reader raises on damaged bytes: it seeks to whatever offset they name (ValueError),
# and takes their word for lengths and encodings.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
)


def is_archive(head: bytes) -> bool:
    """Whether a file that begins with `head` is a zip."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def open_archive(content: Path | bytes, *, name: str, threads: int | None = None) -> FrameSource:
    """A clip of the images in a zip file, or in the bytes of one."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content) if isinstance(content, bytes) else content)
    except _UNREADABLE as error:
        raise FrameError(f"is a damaged zip ({error})", where=name) from error
    images = _images(archive, name)
    ordered = in_order(images, [_place(entry).name for entry in images])

    def decode(entry: zipfile.ZipInfo) -> Frame:
        label = f"{name}/{entry.filename}"
        return decode_image(_inflate(archive, entry, label), name=label)

    return FrameSource(
        name=name,
        numbers=ordered.numbers,
        labels=[f"{name}/{entry.filename}" for entry in ordered.items],
        decode=image_decoder(decode, ordered.items, threads=threads),
        warnings=ordered.warnings,
    )


def _images(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise FrameError(f"holds {len(entries)} entries, more than {MAX_ENTRIES}", where=name)
    images = [entry for entry in entries if _is_image(entry)]
    if not images:
        raise FrameError("is a zip without images", where=name, remedy="zip one clip's frames")
    for entry in images:
        _check(entry, f"{name}/{entry.filename}")
    folders = sorted({str(_place(entry).parent) for entry in images})
    if len(folders) > 1:
        raise FrameError(
            f"holds images in {len(folders)} folders ({folders[0]}, {folders[1]}, ...)",
            where=name,
            remedy="zip one clip's frames",
        )
    return images


def _is_image(entry: zipfile.ZipInfo) -> bool:
    path = _place(entry)
    if not entry.filename:  # a damaged directory; asked whether it is a folder, it raises
        return False
    return not entry.is_dir() and "__MACOSX" not in path.parts and is_image(path.name)


def _check(entry: zipfile.ZipInfo, label: str) -> None:
    path = _place(entry)
    if path.is_absolute() or ".." in path.parts:
        raise FrameError("leads out of its archive", where=label, remedy="zip a plain folder")
    if entry.flag_bits & 1:
        raise FrameError("is encrypted", where=label, remedy="zip it without a password")
    bomb = entry.file_size > _RATIO_MATTERS and entry.file_size > MAX_RATIO * entry.compress_size
    if entry.file_size > MAX_BYTES or bomb:
        raise FrameError(
            f"would inflate from {entry.compress_size} to {entry.file_size} bytes", where=label
        )


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, label: str) -> bytes:
    try:
        with archive.open(entry) as packed:
            # Never more than was declared, and that was checked.
            return packed.read(entry.file_size)
    except _UNREADABLE as error:
        raise FrameError(f"is damaged in its zip ({error})", where=label) from error


def _place(entry: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(entry.filename.replace("\\", "/"))
