"""Work and its use in the same thread, along lanes that run side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

from mer_core.frames.decoding import ahead

In = TypeVar("In")
Out = TypeVar("Out")


def ordered_parallel(
    work: Callable[[In], Out],
    take: Callable[[int, Out], None],
    items: Sequence[In],
    *,
    threads: int,
    lanes: int,
    admit: Callable[[int, Out], None] = lambda number, out: None,
) -> None:
    """Calls `admit(number, out)`, then `take(number, out)` for `out = work(item)` of each item.

    Item `number` belongs to lane `number % lanes`. A lane is worked through in order, by one
    thread, so that what is made is used while it is in that core's cache and nothing is handed
    over; the calls of different lanes may come at the same time, but the first item is admitted
    before all else. The caller's thread walks the first lane. With more threads than lanes, the
    others work ahead. Of the items that fail, the first one's exception is raised.
    """
    reach = _Reach(len(items))
    helpers = threads // lanes

    def made(lane: int) -> Generator[Out, None, None]:
        own = items[lane::lanes]
        if helpers > 1:
            return ahead(work, own, threads=helpers, depth=helpers)
        return (work(item) for item in own)

    def walk(lane: int) -> None:
        number = lane
        try:
            with closing(made(lane)) as outs:
                while number < reach.end:
                    out = next(outs)
                    if number != 0:
                        reach.begun.wait()
                    if number >= reach.end:
                        return
                    admit(number, out)
                    reach.begun.set()
                    take(number, out)
                    number += lanes
        except Exception as error:
            reach.stop(before=number, failure=error)

    pool = ThreadPoolExecutor(max(1, min(threads, lanes) - 1), thread_name_prefix="frames")
    try:
        beside = [pool.submit(walk, lane) for lane in range(1, lanes) if threads > 1]
        for lane in (0,) if beside else range(lanes):
            walk(lane)
        for walked in beside:
            walked.result()
    finally:
        reach.stop(before=0)
        pool.shutdown(wait=True)
    if reach.failure is not None:
        raise reach.failure


class _Reach:
    """How far the lanes of one call may go, and what stopped them."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.failure: Exception | None = None
        self.begun = threading.Event()
        self._lock = threading.Lock()

    def stop(self, *, before: int, failure: Exception | None = None) -> None:
        """Lets no lane go on to `before` or beyond."""
        with self._lock:
            if before < self.end:
                self.end, self.failure = before, failure or self.failure
        if before == 0:
            self.begun.set()
