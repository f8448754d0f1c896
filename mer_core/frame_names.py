"""Frame numbers, read from file names and never formatted into them.

Recordings number their frames, and annotations speak in those numbers; a frame's position in a
folder listing means nothing. The number of a file is the last run of digits in its name once
image suffixes are taken off, however many there are: `img7.jpg`, `reg_img0007.jpg`,
`006_00234.JPG` and `EP02_01f-7.jpg.png` are frames 7, 7, 234 and 7.
"""

from __future__ import annotations

import re
from pathlib import PurePath

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})

_DIGITS = re.compile(r"\d+", re.ASCII)


def frame_number(name: str) -> int | None:
    """The number in a frame's file name, or None where it has none."""
    runs = _DIGITS.findall(bare_name(name))
    return int(runs[-1]) if runs else None


def bare_name(name: str) -> str:
    """The last part of `name` without its image suffixes; other dots stay."""
    path = PurePath(name)
    while path.suffix.lower() in IMAGE_SUFFIXES:
        path = path.with_suffix("")
    return path.name


def is_image(name: str) -> bool:
    """Whether a file name ends like an image's and is no hidden left-over of a file system."""
    path = PurePath(name)
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
