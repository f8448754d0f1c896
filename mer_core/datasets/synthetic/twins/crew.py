"""The crew: takes filmed by several processes at once, with the same result as by one.

Workers are started as `python -m` on the module below and told their takes on standard input.
Unlike a `multiprocessing` pool this never imports the caller's main script a second time, so it
works from a notebook, a Streamlit page and an unguarded script alike.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import mer_core
from mer_core.errors import DatasetError

_MODULE = "mer_core.datasets.synthetic.twins.worker"
_LAST_WORDS = 300


def film_together(
    root: Path,
    takes: Sequence[int],
    *,
    workers: int,
    token: str,
    done: Callable[[], None],
) -> None:
    """Films the takes with the given indices; calls `done` in this thread after each.

    Neighbouring takes go to one worker, because they mostly show one face, which is built once.
    """
    shares = [
        takes[len(takes) * i // workers : len(takes) * (i + 1) // workers] for i in range(workers)
    ]
    lines: queue.Queue[str | None] = queue.Queue()
    crew: list[_Worker] = []
    try:
        crew += [_Worker() for _ in shares]
        for index, (worker, share) in enumerate(zip(crew, shares, strict=True)):
            worker.order({"root": str(root), "takes": list(share), "token": f"{token}{index}"})
            threading.Thread(target=worker.report, args=(lines,), daemon=True).start()
        silent = 0
        while silent < len(crew):
            if lines.get() is None:
                silent += 1
            else:
                done()
        for worker in crew:
            complaint = worker.complaint()
            if complaint is not None:
                raise DatasetError(
                    f"a worker stopped: {complaint}",
                    where=root,
                    remedy="run the same command again; finished clips are kept",
                )
    finally:
        for worker in crew:
            worker.dismiss()


class _Worker:
    """One process. Its complaints go to a file: an unread pipe would fill up and stop it."""

    def __init__(self) -> None:
        package = Path(mer_core.__file__).resolve().parent.parent
        paths = [str(package), os.environ.get("PYTHONPATH", "")]
        # One thread per worker: the workers together use the cores.
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "OMP_NUM_THREADS": "1",
        }
        self._complaints = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 (dismiss)
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            env=environment,
        )

    def order(self, order: object) -> None:
        """Tells the worker what to film."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order))
            self._process.stdin.close()
        except BrokenPipeError:
            return  # It died at its start; `complaint` will say of what.

    def report(self, lines: queue.Queue[str | None]) -> None:
        """Passes on a line per finished take, then None."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            lines.put(line)
        lines.put(None)

    def complaint(self) -> str | None:
        """Why the worker failed, in one line; None if it did not."""
        code = self._process.wait()
        if code == 0:
            return None
        self._complaints.seek(0)
        words = self._complaints.read().strip().rsplit("\n", 1)[-1]
        return words[-_LAST_WORDS:] or f"exit code {code}"

    def dismiss(self) -> None:
        """Ends the worker if it is still there."""
        self._process.kill()
        self._process.wait()
        self._complaints.close()
