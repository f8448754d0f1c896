"""Work and its use in the same thread, along lanes that run side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Generic, TypeVar

from mer_core.frames.lookahead import ahead

In = TypeVar("In")
Out = TypeVar("Out")


def dealt(
    work: Callable[[In], Out],
    take: Callable[[int, Out], None],
    items: Sequence[In],
    *,
    threads: int,
    lanes: int,
) -> None:
    """Calls `take(number, work(item))` for each item, the first call before all others.

    Item `number` belongs to lane `number % lanes`. A lane is worked through in order, by one
    thread, so that what is made is used while it is in that core's cache and nothing is handed
    over; the calls of different lanes may come at the same time. With more threads than lanes,
    the others work ahead. Of the items that fail, the first one's exception is raised.
    """
    deal = _Deal(work, take, items, ahead=threads // lanes, lanes=lanes)
    pool = ThreadPoolExecutor(max(1, min(threads, lanes)), thread_name_prefix="frames")
    try:
        for walk in [pool.submit(deal.walk, lane) for lane in range(lanes)]:
            walk.result()
    finally:
        deal.stop(before=0)
        pool.shutdown(wait=True)
    if deal.failure is not None:
        raise deal.failure


class _Deal(Generic[In, Out]):
    """What the lanes of one call share: how far they may go, and what stopped them."""

    def __init__(
        self,
        work: Callable[[In], Out],
        take: Callable[[int, Out], None],
        items: Sequence[In],
        *,
        ahead: int,
        lanes: int,
    ) -> None:
        self.failure: Exception | None = None
        self._work, self._take, self._items = work, take, items
        self._ahead, self._lanes = ahead, lanes
        self._end = len(items)
        self._begun = threading.Event()
        self._lock = threading.Lock()

    def walk(self, lane: int) -> None:
        """Works through one lane, until its end or that of the deal."""
        number = lane
        try:
            with closing(self._made(lane)) as made:
                while number < self._end:
                    out = next(made)
                    if number != 0:
                        self._begun.wait()
                    if number >= self._end:
                        return
                    self._take(number, out)
                    self._begun.set()
                    number += self._lanes
        except Exception as error:
            self.stop(before=number, failure=error)

    def stop(self, *, before: int, failure: Exception | None = None) -> None:
        """Lets no lane go on to `before` or beyond."""
        with self._lock:
            if before < self._end:
                self._end = before
                self.failure = failure or self.failure
        if before == 0:
            self._begun.set()

    def _made(self, lane: int) -> Generator[Out, None, None]:
        items = self._items[lane :: self._lanes]
        if self._ahead > 1:
            return ahead(self._work, items, threads=self._ahead)
        return (self._work(item) for item in items)
