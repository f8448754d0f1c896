"""What a page asks of an attribution method, and answers kept for whoever asks the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from mer_core.provenance import canonical_json

if TYPE_CHECKING:
    from mer_core.attribution.base import Value

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question to one method; see `mer_core.attribution.explain`."""

    method: str
    target: str | None = None
    layer: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """One string for caches."""
        return canonical_json([self.method, self.target, self.layer, dict(self.parameters)])


class Kept(Generic[T]):
    """The answers asked for last, by key; for work that reports while it runs.

    Streamlit's own caches cannot hold these: what is drawn inside a cached function is recorded.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> T | None:
        """The answer, or None if nobody has asked yet, or too long ago."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: str, value: T) -> T:
        """Keeps an answer and lets go of the one unused for longest."""
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return value
