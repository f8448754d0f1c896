"""When a page was drawn last, for work that waits until nobody looks on."""

from __future__ import annotations

import time

_last = time.monotonic()


def note_page() -> None:
    """Note that a page is being drawn."""
    global _last
    _last = time.monotonic()


def quiet_seconds() -> float:
    """Return how long no page has been drawn."""
    return time.monotonic() - _last
