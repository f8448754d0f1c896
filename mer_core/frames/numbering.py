"""Frames in the order of the numbers in their names, and what is odd about those numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Generic, TypeVar

from mer_core.frame_names import frame_number

T = TypeVar("T")

_LISTED = 3


@dataclass(frozen=True, slots=True)
class NumberedFrames(Generic[T]):
    """Frames in the order of their numbers, with whatever was odd about those numbers."""

    items: tuple[T, ...]
    numbers: tuple[int, ...]
    warnings: tuple[str, ...] = ()


def in_order(items: Iterable[T], names: Iterable[str]) -> NumberedFrames[T]:
    """Orders `items` by the numbers in their `names`.

    Every file left out is reported in a warning: one without a number, and one whose number
    another file has already, in the order of names, because counting a frame twice would change
    the weight of every other. Gaps are reported too. Where no file has a number, all are kept in
    the order of their names and numbered from 1.
    """
    named = sorted(zip(names, items, strict=True), key=lambda pair: pair[0])
    numbered: dict[int, T] = {}
    nameless: list[str] = []
    repeats: list[str] = []
    for name, item in named:
        number = frame_number(name)
        if number is None:
            nameless.append(name)
        elif number in numbered:
            repeats.append(name)
        else:
            numbered[number] = item
    if not numbered:
        return _by_name(tuple(item for _, item in named))
    numbers = tuple(sorted(numbered))
    return NumberedFrames(
        items=tuple(numbered[number] for number in numbers),
        numbers=numbers,
        warnings=(
            *_left_out("it has no frame number", nameless),
            *_left_out("its frame number is taken", repeats),
            *irregularities(numbers),
        ),
    )


def irregularities(numbers: Sequence[int]) -> tuple[str, ...]:
    """What is odd about sorted frame numbers: those that repeat, those that are missing."""
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


def _left_out(reason: str, names: Sequence[str]) -> tuple[str, ...]:
    return (f"left out because {reason}: {_some(names)}",) if names else ()


def _several(values: Sequence[object]) -> str:
    return "s" if len(values) > 1 else ""


def _some(values: Sequence[object]) -> str:
    shown = ", ".join(map(str, values[:_LISTED]))
    rest = len(values) - _LISTED
    return f"{shown} and {rest} more" if rest > 0 else shown
