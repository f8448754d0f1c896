"""Workers that all studies of a run share: starting them takes longer than many a fold."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from mer_core.cluster import Executor, open_executor

_WORKER_BYTES = 2 * 2**30


class Crew:
    """Opens workers when the first study asks for them, and closes them at the end of the block.

    Args:
        workers: Processes on this machine; None for as many as fit, 1 for this process.
        scheduler: Address of a Dask scheduler.
        devices: One process for each of these GPUs.
        threads: Threads that one fold uses.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        scheduler: str | None = None,
        devices: tuple[str, ...] = (),
        threads: int = 1,
    ) -> None:
        self._options = {"workers": workers, "scheduler": scheduler, "devices": devices}
        self._threads = threads
        self._stack = ExitStack()
        self._executor: Executor | None = None

    @property
    def executor(self) -> Executor:
        """Where folds run."""
        if self._executor is None:
            opened = open_executor(memory=_WORKER_BYTES, threads=self._threads, **self._options)
            self._executor = self._stack.enter_context(opened)
        return self._executor

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._executor = None
        self._stack.close()
