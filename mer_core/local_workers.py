"""Independent pieces of work in processes of this machine, which end with this one.

`multiprocessing` would import the caller's main script in each: a script without
`if __name__ == "__main__":` would begin again in every process, and the app draw its pages. These
run this module instead; items and results cross as pickles, by value where they are of a script.
"""

from __future__ import annotations

import base64
import itertools
import logging
import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import cloudpickle

from mer_core.child_process import GRACE_SECONDS, ChildProcess, Emit, serve
from mer_core.errors import WorkerError

log = logging.getLogger(__name__)

_MODULE = "mer_core.local_workers"
"""The module that a worker runs: this one."""

_POLL_SECONDS = 0.5

_LOSSES = 3
"""How often an item's worker may be lost before the item counts as failed."""

WORKER_ENVIRONMENT = {
    "GLIBC_TUNABLES": ":".join(
        (
            "glibc.malloc.hugetlb=1",
            "glibc.malloc.mmap_max=0",
            f"glibc.malloc.trim_threshold={2**40}",
            f"glibc.malloc.top_pad={2**26}",
        )
    ),
}
"""Training frees and takes the same megabytes at every step. Handing them back to the system each
time and getting them again, page by page, takes up to half of a step, so processes that train keep
them, on large pages. Dask's workers hand them back; those come close after
`export MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_MAX_=0`."""

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)
"""Workers use the cores together, so each has one thread, unless its work takes more."""

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
    """A worker that went away; another does again what it was doing, for a few times."""

    worker: str


def worker_environment() -> dict[str, str]:
    """This process's environment as a process that trains should have it."""
    return {**os.environ, **WORKER_ENVIRONMENT}


_Messages = queue.SimpleQueue[tuple["_Worker", dict[str, Any] | None]]
"""Messages of all workers, and None at the end of one."""


class LocalExecutor:
    """Items in processes of this machine.

    Args:
        environments: Variables of each process, beside those that all workers have.

    Raises:
        WorkerError: A process could not be started.
    """

    dashboard: str | None = None

    def __init__(self, environments: Sequence[Mapping[str, str]]) -> None:
        self._messages: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]] = (
            queue.SimpleQueue()
        )
        self._workers: list[_Worker] = []
        self._maps = 0
        try:
            for environment in environments:
                self._workers.append(_Worker(environment, self._messages))
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
        """Do `work` on every item, as many at a time as there are processes.

        What an earlier call has not finished is given up. Reports come between two values, in the
        thread that takes them.
        """
        self._maps += 1
        this = self._maps
        for worker in self._workers:
            if worker.order is not None or worker.process.ended:
                self._replace(worker)
        pending = ((item, 0) for item in items)  # with how often it was lost
        running, retries = dict[_Worker, tuple[Item, int]](), list[tuple[Item, int]]()
        try:
            while True:
                for worker in [one for one in self._workers if one not in running]:
                    task = retries.pop() if retries else next(pending, None)
                    if task is None:
                        break
                    running[worker] = task
                    worker.begin(work, task[0])
                if not running:
                    return
                worker, message = self._next_message()
                if worker is None:
                    yield None
                elif message is None:
                    yield LostWorker(worker=worker.name)
                    self._replace(worker)
                    if worker in running:
                        item, losses = running.pop(worker)
                        if losses + 1 < _LOSSES:
                            retries.append((item, losses + 1))
                        else:
                            yield worker.failure(item)
                elif "report" in message:
                    report(message["report"])
                else:
                    yield worker.outcome(running.pop(worker)[0], message)
                if self._maps != this:
                    raise RuntimeError("other work has begun on this executor")
        finally:
            for worker in running:  # nobody waits for what they do
                worker.process.kill()

    def close(self) -> None:
        """Stop the processes, and wait for them."""
        for worker in self._workers:
            worker.process.stop()
        for worker in self._workers:
            worker.close()

    def _next_message(self) -> tuple[_Worker | None, dict[str, Any] | None]:
        """Return a worker and its message, None at its end; no worker where all are silent."""
        while True:
            try:
                worker, message = self._messages.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                return None, None
            # Not the last words of one that was replaced.
            if worker in self._workers and (message is None or worker.is_about(message)):
                return worker, message

    def _replace(self, worker: _Worker) -> None:
        """Put a new process in the place of one that is lost or busy with what nobody wants."""
        worker.process.kill()
        worker.close()
        place = self._workers.index(worker)
        self._workers[place] = new = _Worker(worker.environment, self._messages)
        new.wait()


class _Worker:
    """One process, and the thread that listens to it.

    Args:
        environment: Variables it has beside those of all workers.
        messages: Receives its messages, and None when it has ended.

    Attributes:
        order: Number of what it is doing; None while it waits.
    """

    def __init__(self, environment: Mapping[str, str], messages: _Messages) -> None:
        self.environment = environment
        # What lies beside the caller's script is found there too.
        paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
        variables = {**worker_environment(), **ONE_THREAD, "PYTHONPATH": paths, **environment}
        try:
            self.process = ChildProcess(_MODULE, "", environment=variables)
        except OSError as error:
            raise _start_error(error.strerror or str(error)) from error
        self.name = f"process {self.process.pid}"
        self.order: int | None = None
        self._messages, self._started, self._ready = messages, threading.Event(), False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def wait(self) -> None:
        """Wait until it is there, or raise what became of it."""
        self._started.wait()
        if not self._ready:
            raise _start_error(self.process.failure)

    def begin(self, work: Work[Item, Value], item: Item) -> None:
        """Hand over an item."""
        self.order = next(_ORDERS)
        self.process.send([self.order, _encode((work, item))])

    def is_about(self, message: Mapping[str, Any] | None) -> bool:
        """Whether a message is about what it is doing."""
        return message is not None and message["order"] == self.order

    def outcome(self, item: Item, message: Mapping[str, Any]) -> Outcome[Item, Any]:
        """What it says of the item it has done."""
        self.order = None
        try:
            value, error = _decode(message["done"])
        except Exception as caught:  # of a class that only the worker could make
            value, error = None, caught
        return Outcome(item=item, value=value, error=error, worker=self.name)

    def failure(self, item: Item) -> Outcome[Item, Any]:
        """The outcome of an item that was lost with its process too often."""
        error = WorkerError(
            f"its process ended {_LOSSES} times ({self.process.failure})",
            where="this machine",
            remedy="look for lack of memory",
        )
        return Outcome(item=item, value=None, error=error, worker=self.name)

    def close(self) -> None:
        """Wait for its last message, and close its files."""
        self._listener.join(GRACE_SECONDS)
        self.process.close()

    def _listen(self) -> None:
        try:
            for message in self.process.messages():
                if "order" in message:
                    self._messages.put((self, message))
                else:
                    self._ready = True
                    self._started.set()
        finally:
            self._messages.put((self, None))
            self._started.set()


_ORDERS = itertools.count()


def _start_error(reason: str | None) -> WorkerError:
    return WorkerError(
        f"the workers could not be started ({reason})",
        where="this machine",
        remedy="run it in one process with workers=1",
    )


def _encode(value: object) -> str:
    return base64.b64encode(cloudpickle.dumps(value)).decode()


def _decode(text: str) -> Any:
    return pickle.loads(base64.b64decode(text))


def _serve_items(orders: Any, emit: Emit) -> None:
    """Do every item, in a worker."""
    next(orders)  # nothing yet
    emit({"ready": True})
    for order, packed in orders:

        def report(message: dict[str, Any], order: int = order) -> None:
            emit({"order": order, "report": message})

        emit({"order": order, "done": _run_item(packed, report)})


def _run_item(packed: str, report: Report) -> str:
    try:
        work, item = _decode(packed)
        return _encode((work(item, report), None))
    except Exception as error:
        log.debug("work failed", exc_info=error)
        try:
            _decode(text := _encode((None, error)))
        except Exception:  # an error that cannot cross is told in words
            return _encode((None, RuntimeError(f"{type(error).__name__}: {error}")))
        return text


if __name__ == "__main__":
    sys.exit(serve(_serve_items, several=True))
