"""Worker processes on this machine for a Dask scheduler, and the memory settings they run with."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from mer_core.child_process import ChildProcess, Emit, serve
from mer_core.errors import WorkerError

_MODULE = "mer_core.local_workers"
"""The module that a process of workers runs: this one."""

WORKER_ENVIRONMENT = {
    "OPENCV_FOR_THREADS_NUM": "1",
    "MALLOC_TRIM_THRESHOLD_": None,
    "GLIBC_TUNABLES": ":".join(
        (
            "glibc.malloc.hugetlb=1",
            "glibc.malloc.mmap_max=0",
            f"glibc.malloc.trim_threshold={2**40}",
            f"glibc.malloc.top_pad={2**26}",
        )
    ),
}
"""The workers together use the cores: one thread each.

Training frees and takes the same megabytes at every step. Dask's own setting hands them back to
the system each time, and getting them again, page by page, takes up to half of a step.
Workers started here keep them, on large pages; None takes a variable away. Workers started
elsewhere come close with `export MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_MMAP_MAX_=0`."""


def worker_environment() -> dict[str, str]:
    """This process's environment as a process that trains should have it."""
    merged = {**os.environ, **WORKER_ENVIRONMENT}
    return {name: value for name, value in merged.items() if value is not None}


class LocalWorkers:
    """Worker processes on this machine, which end with this one.

    They belong to a process that runs this module. Dask starts workers by `multiprocessing`,
    which would import the caller's main script in each: a script without
    `if __name__ == "__main__":` would begin again in every worker, and the app draw its pages.
    """

    def __init__(self, scheduler: str, environments: Sequence[Mapping[str, str]]) -> None:
        order = {"scheduler": scheduler, "environments": [dict(one) for one in environments]}
        # What lies beside the caller's script is found there too.
        paths = os.pathsep.join(filter(None, sys.path))
        environment = {**os.environ, "PYTHONPATH": paths}
        self._process = ChildProcess(_MODULE, order, environment=environment)
        self._messages = self._process.messages()
        try:
            started = next(self._messages, None)
        except BaseException:
            self._process.close()
            raise
        if started is None:
            self._process.close()
            raise WorkerError(
                f"the workers could not be started ({self._process.failure})",
                where="this machine",
                remedy="run it in one process with workers=1",
            )

    @property
    def ended(self) -> bool:
        """Whether their process has ended, and no worker will come again."""
        return self._process.ended

    def close(self) -> None:
        """Stop the workers, and wait for them."""
        self._process.stop()
        for _ in self._messages:
            continue
        self._process.close()


def _work(order: Any, emit: Emit) -> None:
    """Keep one worker for each environment of the order, and emit once when all are there."""
    import dask.config
    from distributed import Nanny

    async def keep() -> None:
        # One thread each: PyTorch's threads belong to the item, and its seeds to the process.
        # Memory is counted beforehand, and Dask's own limit would restart a worker in mid-fold.
        workers = [
            Nanny(
                order["scheduler"],
                # Otherwise workers listen on every interface, and they run what they are sent.
                host="127.0.0.1",
                env=environment,
                nthreads=1,
                memory_limit="0",
                silence_logs=logging.ERROR,
            )
            for environment in order["environments"]
        ]
        try:
            await asyncio.gather(*workers)
            emit(len(workers))
            await asyncio.gather(*(worker.finished() for worker in workers))
        finally:
            await asyncio.gather(*(worker.close() for worker in workers))

    with dask.config.set(
        {f"distributed.nanny.pre-spawn-environ.{k}": v for k, v in WORKER_ENVIRONMENT.items()}
    ):
        asyncio.run(keep())


if __name__ == "__main__":
    sys.exit(serve(_work))
