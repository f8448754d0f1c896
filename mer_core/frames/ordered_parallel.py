"""Work and its use in the same thread, along streams that run side by side."""

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
    consume: Callable[[int, Out], None],
    items: Sequence[In],
    *,
    threads: int,
    streams: int,
    check: Callable[[int, Out], None] = lambda number, out: None,
) -> None:
    """Call `check(number, out)`, then `consume(number, out)` for `out = work(item)` of each item.

    Item `number` belongs to stream `number % streams`. A stream is worked through in order, by one
    thread, so that what is made is used while it is in that core's cache. The calls of different
    streams may come at the same time, but the first item is checked before all else. The caller's
    thread works through the first stream. With at least two threads for each stream, that many work
    ahead of it and hand over. Of the items that fail, the first one's exception is raised.
    """
    limit = _Limit(len(items))
    helpers = threads // streams

    def results_of(stream: int) -> Generator[Out, None, None]:
        own = items[stream::streams]
        if helpers > 1:
            return ahead(work, own, threads=helpers, depth=helpers)
        return (work(item) for item in own)

    def work_through(stream: int) -> None:
        number = stream
        try:
            with closing(results_of(stream)) as results:
                while number < limit.end:
                    out = next(results)
                    if number != 0:
                        limit.started.wait()
                    if number >= limit.end:
                        return
                    check(number, out)
                    limit.started.set()
                    consume(number, out)
                    number += streams
        except Exception as error:
            limit.stop(before=number, failure=error)

    pool = ThreadPoolExecutor(max(1, min(threads, streams) - 1), thread_name_prefix="frames")
    try:
        others = [pool.submit(work_through, stream) for stream in range(1, streams) if threads > 1]
        for stream in (0,) if others else range(streams):
            work_through(stream)
        for future in others:
            future.result()
    finally:
        limit.stop(before=0)
        pool.shutdown(wait=True)
    if limit.failure is not None:
        raise limit.failure


class _Limit:
    """Limit up to which the streams of one call may go, and what stopped them."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.failure: Exception | None = None
        self.started = threading.Event()
        self._lock = threading.Lock()

    def stop(self, *, before: int, failure: Exception | None = None) -> None:
        """Let no stream go on to `before` or beyond."""
        with self._lock:
            if before < self.end:
                self.end, self.failure = before, failure or self.failure
        if before == 0:
            self.started.set()
