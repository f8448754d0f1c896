"""Answers that are kept for whoever asks the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

T = TypeVar("T")

_STRIPES = 16
_CHART = 2**17  # bytes, roughly


def size_of(value: object) -> int:
    """Bytes that a picture, an array or several of them take; of anything else, a chart's."""
    if isinstance(value, tuple):
        return sum(map(size_of, value))
    if isinstance(value, np.ndarray):
        return value.nbytes
    return len(value) if isinstance(value, bytes) else _CHART


class Kept(Generic[T]):
    """The answers asked for last, by key, up to a total size.

    For what Streamlit's own caches cannot bound, because they count entries and an answer of one
    network takes ten times the memory of another's; and for work that reports while it runs,
    because what is drawn inside a cached function is recorded.

    Args:
        most: Bound of the sum of all sizes; the latest answer is kept whatever its size.
        size: Of one answer; by default answers are counted.
    """

    def __init__(self, most: int, size: Callable[[T], int] = lambda _: 1) -> None:
        self._most, self._size = most, size
        self._held: OrderedDict[str, T] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()
        self._making = [threading.Lock() for _ in range(_STRIPES)]

    def get(self, key: str) -> T | None:
        """The answer, or None if nobody has asked yet, or too long ago."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: str, value: T) -> T:
        """Keeps an answer and lets go of those unused for longest."""
        with self._lock:
            if key in self._held:
                self._total -= self._size(self._held.pop(key))
            self._held[key] = value
            self._total += self._size(value)
            while self._total > self._most and len(self._held) > 1:
                self._total -= self._size(self._held.popitem(last=False)[1])
        return value

    def fetch(self, key: str, make: Callable[[], T]) -> T:
        """The answer, made once however many ask for it at the same time."""
        with self._making[hash(key) % _STRIPES]:
            found = self.get(key)
            return self.put(key, make()) if found is None else found
