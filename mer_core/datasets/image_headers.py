"""Width and height of an image from its header, without decoding a pixel.

A dataset check looks at tens of thousands of frames; the header says enough to see a frame of
another size, or a file cut short at its start.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mer_core.datasets.table import Oddity

_HEAD = 64 * 1024
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def image_size(path: Path) -> tuple[int, int] | None:
    """(width, height) of a JPEG, PNG or BMP; None where the header is not one of theirs."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        return struct.unpack(">II", head[16:24])
    if head.startswith(b"BM") and len(head) >= 26:
        width, height = struct.unpack("<ii", head[18:26])
        return width, abs(height)
    return _jpeg_size(head) if head.startswith(b"\xff\xd8") else None


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    """Walks the segments up to the frame header, which holds height, then width."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    return None


def image_oddities(paths: Sequence[Path]) -> list[tuple[Oddity, str]]:
    """Frames of a clip whose size differs from the most common one, or cannot be read."""
    sizes = {
        path: image_size(path) for path in paths if path.suffix.lower() not in (".tif", ".tiff")
    }
    found = []
    broken = [path.name for path, size in sizes.items() if size is None]
    if broken:
        found.append((Oddity.IMAGE_UNREADABLE, f"{len(broken)}, first {broken[0]}"))
    known = Counter(size for size in sizes.values() if size is not None)
    if len(known) > 1:
        text = ", ".join(f"{count} of {w}x{h}" for (w, h), count in known.most_common())
        found.append((Oddity.IMAGE_SIZE, text))
    return found
