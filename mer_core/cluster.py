"""Independent pieces of work: one after the other here, in processes, or on a Dask cluster.

Knows nothing of what the work is. Items are pulled only when a worker is free for one, so a
generator can decide late what comes next; results come back in the order they finish; what a
lost worker was doing is done again elsewhere.

    one process            open_executor(workers=1)
    this machine           open_executor()             as many as cores and memory allow
    one process per GPU    open_executor(devices=("0", "1"))
    several on one GPU     open_executor(devices=("0", "0", "0"))
    a real cluster         open_executor(scheduler="tcp://host:8786")

Workers need this package in the same version and must see the dataset roots, the cache folder
(`MER_CACHE`) and the study's folder under the same paths. Only the process that started the run
writes the study's database, so that file may lie on a disk of its own. How schedulers are started,
by hand or on SLURM, is in the README.
"""

from __future__ import annotations

import importlib.util
import itertools
import logging
import os
import queue
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import psutil

from mer_core.errors import MissingToolError, SettingsError
from mer_core.local_workers import Item, LocalExecutor, LostWorker, Outcome, Report, Value, Work

__all__ = [
    "DaskExecutor",
    "Executor",
    "LocalExecutor",
    "LostWorker",
    "Outcome",
    "Report",
    "SerialExecutor",
    "SharedExecutor",
    "open_executor",
    "usable_cores",
    "worker_count",
]

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.5

_UNSETTLED = ("pending", "lost")
"""States of a Dask future whose result was there and went with its worker."""


class Executor(Protocol):
    """Executor of work: this process, local processes or a cluster.

    Attributes:
        slots: Number of items that run at a time.
        dashboard: Address of a page that shows the work, where there is one.
    """

    @property
    def slots(self) -> int: ...

    @property
    def dashboard(self) -> str | None: ...

    def map(
        self, work: Work[Item, Value], items: Iterable[Item], *, report: Report
    ) -> Iterator[Outcome[Item, Value] | LostWorker | None]:
        """Do `work` on every item; yield outcomes as they come, and None now and then.

        None says that nothing new has happened, so that a caller can do something else.
        """
        ...

    def close(self) -> None:
        """Close whatever was started."""
        ...


class SerialExecutor:
    """One item after the other, in this process."""

    slots = 1
    dashboard: str | None = None

    def map(
        self, work: Work[Item, Value], items: Iterable[Item], *, report: Report
    ) -> Iterator[Outcome[Item, Value] | LostWorker | None]:
        """Do `work` on every item, in order; an item's error does not stop the others."""
        for item in items:
            try:
                value, error = work(item, report), None
            except Exception as caught:
                log.debug("work failed", exc_info=caught)
                value, error = None, caught
            yield Outcome(item=item, value=value, error=error, worker=f"process {os.getpid()}")

    def close(self) -> None:
        """Do nothing: there is nothing to close."""


class DaskExecutor:
    """Items as tasks of a Dask cluster.

    Args:
        client: A connected `distributed.Client`.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.dashboard: str | None = client.dashboard_link

    @property
    def slots(self) -> int:
        """Number of items that run at a time: all threads of all workers."""
        return sum(self.client.nthreads().values())

    def map(
        self, work: Work[Item, Value], items: Iterable[Item], *, report: Report
    ) -> Iterator[Outcome[Item, Value] | LostWorker | None]:
        """Do `work` on every item, as many at a time as there are slots."""
        topic = f"report-{uuid.uuid4().hex}"
        self.client.subscribe_topic(topic, lambda event: report(event[1]))
        waiting, running, lost = iter(items), {}, set()
        finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        known = set(self.client.nthreads())
        try:
            while True:
                # Negative while a lost worker's items wait for the one that takes its place.
                free = max(0, max(self.slots, 1) - len(running))
                for item in itertools.islice(waiting, free):
                    # Not pure: the same item again is the same work again.
                    future = self.client.submit(_call, work, item, topic, pure=False)
                    running[future] = item
                    future.add_done_callback(finished.put)
                if not running:
                    return
                # What a lost worker had finished but not handed over is computed again elsewhere.
                for future in [one for one in lost if one.status not in _UNSETTLED]:
                    lost.remove(future)
                    finished.put(future)
                try:
                    future = finished.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    yield None
                else:
                    if future.status in _UNSETTLED:
                        lost.add(future)
                    else:
                        yield self._outcome(future, running.pop(future))
                alive = set(self.client.nthreads())
                yield from (LostWorker(worker=name) for name in sorted(known - alive))
                known = alive
        finally:
            self.client.cancel(list(running), force=True)
            self.client.unsubscribe_topic(topic)

    def close(self) -> None:
        """Disconnect; the cluster goes on."""
        self.client.close()

    @staticmethod
    def _outcome(future: Any, item: Item) -> Outcome[Item, Any]:
        if future.status == "finished":
            worker, value = future.result()  # waits, if the worker is lost only now
            return Outcome(item=item, value=value, error=None, worker=worker)
        error = future.exception() if future.status == "error" else None
        return Outcome(
            item=item,
            value=None,
            error=error or RuntimeError(f"the task was {future.status}"),
            worker="",
        )


def _call(work: Work[Item, Value], item: Item, topic: str) -> tuple[str, Value]:
    """Run in a worker."""
    from distributed import get_worker

    worker = get_worker()
    return worker.address, work(item, lambda message: worker.log_event(topic, message))


@contextmanager
def open_executor(
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    most: int | None = None,
    memory: int = 2**30,
    threads: int = 1,
    devices: Sequence[str] = (),
) -> Iterator[Executor]:
    """An executor that is closed afterwards.

    Args:
        scheduler: Address of a running Dask scheduler; the other arguments then do not apply.
        workers: Processes on this machine; 1 stays in this process. By default as many as cores
            (at `threads` each) and memory allow.
        most: More workers than this would have nothing to do.
        memory: Bytes one worker needs.
        threads: Threads that one item of work uses.
        devices: One process for each of these, which sees that GPU alone. Small networks fill a
            GPU only where it is named several times.
    """
    if scheduler is None and not devices:
        workers = workers or worker_count(memory=memory, threads=threads)
        workers = min(workers, most or workers)
        if workers == 1:
            yield SerialExecutor()
            return
    environments = [{"CUDA_VISIBLE_DEVICES": name} for name in devices] or [{}] * (workers or 1)
    executor = _remote(scheduler) if scheduler else LocalExecutor(environments)
    try:
        yield executor
    finally:
        executor.close()


class SharedExecutor:
    """Workers that several runs share: started by the first that asks, ended with the block.

    Args:
        **options: Options of `open_executor`.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._stack = ExitStack()
        self._executor: Executor | None = None

    def open(self) -> Executor:
        """Return the executor, and start its workers where nobody asked before."""
        if self._executor is None:
            self._executor = self._stack.enter_context(open_executor(**self._options))
        return self._executor

    def __enter__(self) -> SharedExecutor:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor = None
        self._stack.close()


def usable_cores() -> int:
    """Return the number of cores that this process may use, in containers too."""
    cores = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    for share, period in (("cpu.max", ""), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        quota = f"{_control_group(share)} {_control_group(period)}".split()
        if len(quota) == 2 and all(number.isdigit() for number in quota):
            cores = min(cores, max(1, -(-int(quota[0]) // int(quota[1]))))
    return cores


def worker_count(*, memory: int, threads: int = 1) -> int:
    """Return the number of workers that fit this machine by cores and memory, in containers too.

    Args:
        memory: Bytes one worker needs.
        threads: Threads that one item of work uses.
    """
    limits = [psutil.virtual_memory().total]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        limit = _control_group(name)
        limits += [int(limit)] if limit.isdigit() else []
    there = min(limits)
    return max(1, min(usable_cores() // max(threads, 1), int(0.8 * there) // max(memory, 1)))


_CONTROL_GROUP = Path("/sys/fs/cgroup")
"""Where Linux says what a container may use, in version 2 of control groups and in version 1."""


@cache
def _control_group(name: str) -> str:
    """What stands in a file: numbers, "max" or -1 for no limit, "" where there is no such file."""
    if not name:
        return ""
    try:
        return (_CONTROL_GROUP / name).read_text().strip()
    except OSError:
        return ""


def _remote(scheduler: str) -> DaskExecutor:
    if importlib.util.find_spec("distributed") is None:
        raise MissingToolError(
            "a scheduler's workers need Dask", remedy="pip install 'mer-workbench[cluster]'"
        )
    from distributed import Client

    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise SettingsError(
            "no Dask scheduler answers",
            where=scheduler,
            remedy="start one with `dask scheduler` and name it as tcp://host:8786",
        ) from error
    return DaskExecutor(client)
