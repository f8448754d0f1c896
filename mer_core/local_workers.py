"""Independent pieces of work in processes of this machine, which end with this one.

`multiprocessing` would import the caller's main script in each: a script without
`if __name__ == "__main__":` would begin again in every process, and the app draw its pages. These
run this module instead; items and results cross as pickles, by value where they are of a script.
"""

from __future__ import annotations

import base64
import logging
import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import cloudpickle

from mer_core.child_process import ChildProcess, Emit, serve
from mer_core.errors import WorkerError

log = logging.getLogger(__name__)

_MODULE = "mer_core.local_workers"
"""The module that a worker runs: this one."""

_POLL_SECONDS = 0.5

_LOSSES = 3
"""How often an item may take its worker with it before it counts as failed."""

WORKER_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    "OPENCV_FOR_THREADS_NUM": "1",
    "GLIBC_TUNABLES": ":".join(
        (
            "glibc.malloc.hugetlb=1",
            "glibc.malloc.mmap_max=0",
            f"glibc.malloc.trim_threshold={2**40}",
            f"glibc.malloc.top_pad={2**26}",
        )
    ),
}
"""Workers together use the cores, so each has one thread, unless its work takes more.

Training frees and takes the same megabytes at every step. Handing them back to the system each
time and getting them again, page by page, takes up to half of a step, so workers keep them, on
large pages. Dask's workers hand them back; those come close after
`export MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_MAX_=0`."""

Item = TypeVar("Item")
Value = TypeVar("Value")

Report = Callable[[dict[str, Any]], None]
"""How work tells of its progress while it runs: plain values only, they cross machines."""

Work = Callable[[Item, Report], Value]


@dataclass(frozen=True, kw_only=True)
class Outcome(Generic[Item, Value]):
    """Outcome of one item: a value or, where the work raised, the error."""

    item: Item
    value: Value | None
    error: BaseException | None
    worker: str


@dataclass(frozen=True, kw_only=True)
class LostWorker:
    """A worker that went away; what it was doing is done again by another."""

    worker: str


def worker_environment() -> dict[str, str]:
    """This process's environment as a process that trains should have it."""
    return {**os.environ, **WORKER_ENVIRONMENT}


class LocalExecutor:
    """Items in processes of this machine.

    Args:
        environments: Variables of each process, beside those that all workers have.

    Raises:
        WorkerError: A process could not be started.
    """

    dashboard: str | None = None

    def __init__(self, environments: Sequence[Mapping[str, str]]) -> None:
        self._heard: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]] = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        try:
            for environment in environments:
                self._workers.append(_Worker(environment, self._heard))
            for worker in self._workers:
                worker.wait()
        except BaseException:
            self.close()
            raise

    @property
    def slots(self) -> int:
        """Number of items that run at a time: one in each process."""
        return len(self._workers)

    @property
    def pids(self) -> tuple[int, ...]:
        """Numbers of the processes."""
        return tuple(worker.process.pid for worker in self._workers)

    def map(
        self, work: Work[Item, Value], items: Iterable[Item], *, report: Report
    ) -> Iterator[Outcome[Item, Value] | LostWorker | None]:
        """Do `work` on every item, as many at a time as there are processes."""
        waiting, running = iter(items), dict[_Worker, Item]()
        again, losses = list[Item](), dict[int, int]()
        for worker in self._workers:
            if worker.process.ended:
                self._replace(worker)
        try:
            while True:
                for worker in self._workers:
                    if worker not in running:
                        item = again.pop() if again else next(waiting, _NOTHING)
                        if item is _NOTHING:
                            break
                        worker.begin(work, item, report)
                        running[worker] = item
                if not running:
                    return
                try:
                    worker, message = self._heard.get(timeout=_POLL_SECONDS)
                except queue.Empty:
                    yield None
                    continue
                if worker not in self._workers:
                    continue  # the last words of one that was replaced
                if message is not None:
                    yield worker.outcome(running.pop(worker), message)
                    continue
                yield LostWorker(worker=worker.name)
                self._replace(worker)
                if worker not in running:
                    continue
                item = running.pop(worker)
                losses[id(item)] = losses.get(id(item), 0) + 1
                if losses[id(item)] < _LOSSES:
                    again.append(item)
                    continue
                failure = f"its process ended {_LOSSES} times ({worker.process.failure})"
                error = WorkerError(failure, where="this machine", remedy="look for lack of memory")
                yield Outcome(item=item, value=None, error=error, worker=worker.name)
        finally:
            for worker in running:  # nobody waits for what they do
                worker.process.close()

    def close(self) -> None:
        """Stop the processes, and wait for them."""
        for worker in self._workers:
            worker.process.stop()
        for worker in self._workers:
            worker.close()

    def _replace(self, worker: _Worker) -> None:
        worker.close()
        place = self._workers.index(worker)
        self._workers[place] = new = _Worker(worker.environment, self._heard)
        new.wait()


_NOTHING: Any = object()


class _Worker:
    """One process, and the thread that listens to it.

    Args:
        environment: Variables it has beside those of all workers.
        heard: Receives what it has done, and None when it has ended.
    """

    def __init__(self, environment: Mapping[str, str], heard: queue.SimpleQueue[Any]) -> None:
        self.environment = environment
        # What lies beside the caller's script is found there too.
        paths = os.pathsep.join(filter(None, sys.path))
        self.process = ChildProcess(
            _MODULE, "", environment={**worker_environment(), "PYTHONPATH": paths, **environment}
        )
        self.name = f"process {self.process.pid}"
        self._heard, self._there, self._ready = heard, threading.Event(), False
        self._report: Report = _ignore
        self._unheard: BaseException | None = None
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def wait(self) -> None:
        """Wait until it is there, or raise what became of it."""
        self._there.wait()
        if self._ready:
            return
        raise WorkerError(
            f"the workers could not be started ({self.process.failure})",
            where="this machine",
            remedy="run it in one process with workers=1",
        )

    def begin(self, work: Work[Item, Value], item: Item, report: Report) -> None:
        """Hand over an item."""
        self._report, self._unheard = report, None
        self.process.order(_packed((work, item)))

    def outcome(self, item: Item, message: Mapping[str, Any]) -> Outcome[Item, Any]:
        """What it says of the item it has done."""
        if self._unheard is not None:
            raise self._unheard
        value, error = _unpacked(message["done"])
        return Outcome(item=item, value=value, error=error, worker=self.name)

    def close(self) -> None:
        """Wait until nothing more is heard, and close its files."""
        self._listener.join()
        self.process.close()

    def _listen(self) -> None:
        for message in self.process.messages():
            if "done" in message:
                self._heard.put((self, message))
            elif "report" in message:
                self._tell(message["report"])
            else:
                self._ready = True
                self._there.set()
        self._heard.put((self, None))
        self._there.set()

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            self._report(message)
        except BaseException as error:  # raised where the item ends
            self._unheard = error


def _ignore(_message: dict[str, Any]) -> None:
    """Nothing was asked of it yet."""


def _packed(value: object) -> str:
    return base64.b64encode(cloudpickle.dumps(value)).decode()


def _unpacked(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))


def _do(orders: Any, emit: Emit) -> None:
    """Do every item, in a worker."""
    next(orders)  # nothing yet
    emit({"ready": True})
    for order in orders:
        work, item = _unpacked(order)
        emit({"done": _result(work, item, lambda message: emit({"report": message}))})


def _result(work: Work[Any, Any], item: Any, report: Report) -> str:
    try:
        return _packed((work(item, report), None))
    except Exception as error:
        log.debug("work failed", exc_info=error)
        try:
            _unpacked(packed := _packed((None, error)))
        except Exception:  # an error that cannot cross is told in words
            return _packed((None, RuntimeError(f"{type(error).__name__}: {error}")))
        return packed


if __name__ == "__main__":
    sys.exit(serve(_do, several=True))
