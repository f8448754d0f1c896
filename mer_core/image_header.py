"""What an image says about itself in its first bytes, read before anything is decoded.

A decoder believes the header: a file of a hundred bytes may ask it for a hundred megapixels, a
text file renamed .jpg may be handed to it, and OpenCV fills the missing part of a truncated
JPEG with grey and says nothing. So format, size and completeness are checked here first, from
the bytes alone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

_JPEG_BARE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF0-15 without DHT, JPG, DAC
_JPEG_SCAN, _JPEG_END = 0xDA, b"\xff\xd9"
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Format, declared size in pixels, and whether the file reaches its own end."""

    format: str
    width: int
    height: int
    complete: bool = True

    @property
    def pixels(self) -> int:
        """Declared number of pixels."""
        return self.width * self.height


def read_header(content: bytes) -> ImageHeader | None:
    """The header of a JPEG, PNG, BMP, TIFF or WebP file; None where it is none of these.

    A file that begins like an image but ends inside its header counts as incomplete, of size 0
    unless its size came before. A file's first bytes alone will do for its size.
    """
    for magic, name, parse in _FORMATS:
        if magic(content):
            try:
                return parse(content)
            except (struct.error, IndexError):
                return ImageHeader(name, 0, 0, complete=False)
    return None


def _jpeg(content: bytes) -> ImageHeader:
    width = height = 0
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return ImageHeader("JPEG", width, height, complete=False)
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in _JPEG_BARE:
            at += 2
            continue
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
        (length,) = struct.unpack_from(">H", content, at + 2)
        at += 2 + length
        if marker == _JPEG_SCAN:
            # Within a scan every 0xFF is followed by 0 or a restart marker, so an end marker
            # from here on is the real one and not that of an embedded thumbnail. It is sought
            # from the end, where it nearly always is.
            return ImageHeader("JPEG", width, height, complete=content.rfind(_JPEG_END, at) >= 0)
    return ImageHeader("JPEG", width, height, complete=False)


def _png(content: bytes) -> ImageHeader:
    width, height = struct.unpack_from(">II", content, 16)
    # From chunk to chunk: OpenCV asks for as much memory as a chunk says it is long.
    at, kind = 8, b""
    while kind != b"IEND" and at + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        at += 12 + length
    complete = kind == b"IEND" and at <= len(content)
    return ImageHeader("PNG", width, height, complete=complete)


def _bmp(content: bytes) -> ImageHeader:
    start, header = struct.unpack_from("<II", content, 10)
    if header == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", content, 18)
        packing = 0
    else:
        width, height, _, bits, packing = struct.unpack_from("<iiHHI", content, 18)
    width, height = abs(width), abs(height)
    row = (width * bits + 31) // 32 * 4
    plain = packing in (0, 3)
    return ImageHeader(
        "BMP", width, height, complete=not plain or len(content) >= start + row * height
    )


def _tiff(content: bytes) -> ImageHeader:
    order = "<" if content[:2] == b"II" else ">"
    (directory,) = struct.unpack_from(order + "I", content, 4)
    (entries,) = struct.unpack_from(order + "H", content, directory)
    size = {_TIFF_WIDTH: 0, _TIFF_HEIGHT: 0}
    for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
        tag, kind = struct.unpack_from(order + "HH", content, entry)
        if tag in size:
            (size[tag],) = struct.unpack_from(
                order + ("H" if kind == 3 else "I"), content, entry + 8
            )
    return ImageHeader("TIFF", size[_TIFF_WIDTH], size[_TIFF_HEIGHT])


def _webp(content: bytes) -> ImageHeader:
    (length,) = struct.unpack_from("<I", content, 4)
    complete = len(content) >= length + 8
    match content[12:16]:
        case b"VP8 ":
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case _:
            width = int.from_bytes(_exactly(content, 24, 3), "little") + 1
            height = int.from_bytes(_exactly(content, 27, 3), "little") + 1
    return ImageHeader("WebP", width, height, complete=complete)


def _exactly(content: bytes, start: int, length: int) -> bytes:
    part = content[start : start + length]
    if len(part) < length:
        raise IndexError(start)
    return part


_FORMATS: tuple[tuple[Callable[[bytes], bool], str, Callable[[bytes], ImageHeader]], ...] = (
    (lambda content: content.startswith(b"\xff\xd8\xff"), "JPEG", _jpeg),
    (lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"), "PNG", _png),
    (lambda content: content.startswith(b"BM") and content[6:10] == bytes(4), "BMP", _bmp),
    (lambda content: content.startswith((b"II*\0", b"MM\0*")), "TIFF", _tiff),
    (lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP", "WebP", _webp),
)
