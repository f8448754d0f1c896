"""Frame numbers: read from file names, never formatted into them, and what is odd about them.

Recordings number their frames, and annotations speak in those numbers; a frame's position in a
folder listing means nothing. The number of a file is the last run of digits in its name once
image suffixes are taken off, however many there are: `img7.jpg`, `reg_img0007.jpg`,
`006_00234.JPG` and `EP02_01f-7.jpg.png` are frames 7, 7, 234 and 7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import PurePath
from typing import Generic, TypeVar

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


T = TypeVar("T")


_LISTED = 3


@dataclass(frozen=True, slots=True)
class NumberedNames:
    """File names by frame number, ascending; those without one; those whose number is taken."""

    by_number: Mapping[int, str]
    nameless: tuple[str, ...]
    repeats: tuple[str, ...]


def number_names(names: Iterable[str]) -> NumberedNames:
    """Return which file stands for which frame: of several with one number, the first by name."""
    first: dict[int, str] = {}
    nameless, repeats = [], []
    for name in sorted(names):
        number = frame_number(name)
        if number is None:
            nameless.append(name)
        elif first.setdefault(number, name) != name:
            repeats.append(name)
    return NumberedNames(dict(sorted(first.items())), tuple(nameless), tuple(repeats))


@dataclass(frozen=True, slots=True)
class NumberedFrames(Generic[T]):
    """Frames in the order of their numbers, with whatever was odd about those numbers."""

    items: tuple[T, ...]
    numbers: tuple[int, ...]
    warnings: tuple[str, ...] = ()


def in_order(items: Iterable[T], names: Iterable[str]) -> NumberedFrames[T]:
    """Order `items` by the numbers in their `names`.

    Every file left out is reported in a warning: one without a number, and one whose number
    another file has already, in the order of names, because counting a frame twice would change
    the weight of every other. Gaps are reported too. Where no file has a number, all are kept in
    the order of their names and numbered from 1.
    """
    item_of = dict(sorted(zip(names, items, strict=True), key=lambda pair: pair[0]))
    names_of = number_names(item_of)
    if not names_of.by_number:
        return _by_name(tuple(item_of.values()))
    numbers = tuple(names_of.by_number)
    return NumberedFrames(
        items=tuple(item_of[name] for name in names_of.by_number.values()),
        numbers=numbers,
        warnings=(
            *_exclusion_warning("it has no frame number", names_of.nameless),
            *_exclusion_warning("its frame number is taken", names_of.repeats),
            *irregularities(numbers),
        ),
    )


def positions_between(numbers: Sequence[int], first: int | None, last: int | None) -> list[int]:
    """Positions of the frames numbered `first` to `last`, both included; None: no end there."""
    return [
        position
        for position, number in enumerate(numbers)
        if (first is None or number >= first) and (last is None or number <= last)
    ]


def irregularities(numbers: Sequence[int]) -> tuple[str, ...]:
    """List the irregularities of sorted frame numbers: repeated and missing ones."""
    found = []
    repeated = [number for number, group in groupby(numbers) if len(list(group)) > 1]
    if repeated:
        found.append(f"frame number{_several(repeated)} {_some(repeated)} occurs more than once")
    gaps = [(low + 1, high - 1) for low, high in pairwise(numbers) if high - low > 1]
    if gaps:
        missing = sum(last - first + 1 for first, last in gaps)
        spans = [str(first) if first == last else f"{first}-{last}" for first, last in gaps]
        verb = "is" if missing == 1 else "are"
        found.append(
            f"{missing} frame number{_several(range(missing))} {verb} missing: {_some(spans)}"
        )
    return tuple(found)


def _by_name(items: tuple[T, ...]) -> NumberedFrames[T]:
    numbers = tuple(range(1, len(items) + 1))
    if len(items) < 2:
        return NumberedFrames(items, numbers)
    warning = "no file name holds a frame number; frames are taken in the order of their names"
    return NumberedFrames(items, numbers, (warning,))


def _exclusion_warning(reason: str, names: Sequence[str]) -> tuple[str, ...]:
    return (f"left out because {reason}: {_some(names)}",) if names else ()


def _several(values: Sequence[object]) -> str:
    return "s" if len(values) > 1 else ""


def _some(values: Sequence[object]) -> str:
    shown = ", ".join(map(str, values[:_LISTED]))
    rest = len(values) - _LISTED
    return f"{shown} and {rest} more" if rest > 0 else shown
