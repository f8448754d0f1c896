"""Work done ahead of its use, in threads, in order, and never far ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from mer_core.cluster import usable_cores

In = TypeVar("In")
Out = TypeVar("Out")


def default_threads() -> int:
    """One per core this process may use, at most 8: disks gain nothing from more."""
    return min(8, usable_cores())


def ahead(
    work: Callable[[In], Out], items: Iterable[In], *, threads: int, depth: int | None = None
) -> Generator[Out, None, None]:
    """Yields `work(item)` for each item in order, keeping up to `depth` results ready.

    Decoders release the interpreter lock, so threads run side by side. An exception is raised
    where its item would have been yielded; what was still to be done is then cancelled, as it
    is when the consumer stops early.
    """
    waiting: deque[Future[Out]] = deque()
    remaining = iter(items)
    pool = ThreadPoolExecutor(max(1, threads), thread_name_prefix="frames")
    try:
        for item in islice(remaining, depth or 2 * max(1, threads)):
            waiting.append(pool.submit(work, item))
        while waiting:
            done = waiting.popleft().result()
            for item in islice(remaining, 1):
                waiting.append(pool.submit(work, item))
            yield done
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
