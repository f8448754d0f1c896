"""A cache bounded by the size of what it holds, which makes each value once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

_CHART, _NUMBER = 2**17, 2**5  # bytes, roughly


def size_of(value: object) -> int:
    """Bytes that a picture, an array or numbers take, or several; of anything else, a chart's.

    A record takes what its fields take. Numbers and functions are counted as such: outlines,
    thousands of corners, would push out all else.
    """
    if isinstance(value, tuple | list):
        return sum(map(size_of, value))
    if isinstance(value, Mapping):
        return sum(map(size_of, value.values()))
    if value is None or isinstance(value, int | float):
        return _NUMBER
    if isinstance(value, np.ndarray):
        return value.nbytes
    if is_dataclass(value) and not isinstance(value, type):
        return sum(size_of(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, bytes | str):
        return len(value)
    return _NUMBER if callable(value) else _CHART


class BoundedCache(Generic[T]):
    """The values asked for last, by key, up to a total size.

    For what Streamlit's own caches cannot bound, because they count entries and a value of one
    network takes ten times the memory of another's; and for work that reports while it runs,
    because what is drawn inside a cached function is recorded.

    Args:
        most: Bound of the sum of all sizes; the latest value is kept whatever its size.
        size: Size of one value; by default values are counted.
    """

    def __init__(self, most: int, size: Callable[[T], int] = lambda _: 1) -> None:
        self._most, self._size = most, size
        self._held: OrderedDict[str, T] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()
        self._making: dict[str, _Turn] = {}

    def get(self, key: str) -> T | None:
        """Return the value, or None if nobody has asked yet, or too long ago."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: str, value: T) -> T:
        """Hold a value and let go of those unused for longest."""
        with self._lock:
            if key in self._held:
                self._total -= self._size(self._held.pop(key))
            self._held[key] = value
            self._total += self._size(value)
            while self._total > self._most and len(self._held) > 1:
                self._total -= self._size(self._held.popitem(last=False)[1])
        return value

    def fetch(self, key: str, make: Callable[[], T]) -> T:
        """Return the value, made once however many ask for it at the same time.

        `make` may fetch other keys.
        """
        with self._turn(key):
            found = self.get(key)
            return self.put(key, make()) if found is None else found

    @contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        """One at a time for each key; two keys never wait for each other."""
        with self._lock:
            turn = self._making.setdefault(key, _Turn())
            turn.waiting += 1
        try:
            with turn.lock:
                yield
        finally:
            with self._lock:
                turn.waiting -= 1
                if not turn.waiting:
                    del self._making[key]


class _Turn:
    """The lock of one key, and how many hold it or wait for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting = 0
