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
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import mer_core
from mer_core.errors import DatasetError

_WORKER = "mer_core.datasets.synthetic.twins.worker"
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
    crew = [_start() for _ in shares]
    try:
        for index, (process, share) in enumerate(zip(crew, shares, strict=True)):
            _send(process, {"root": str(root), "takes": list(share), "token": f"{token}{index}"})
            assert process.stdout is not None
            threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True).start()
        silent = 0
        while silent < len(crew):
            if lines.get() is None:
                silent += 1
            else:
                done()
        for process in crew:
            _, complaint = process.communicate()
            if process.returncode:
                raise DatasetError(
                    f"a worker stopped: {_summary(complaint) or f'exit {process.returncode}'}",
                    where=root,
                    remedy="run the same command again; finished clips are kept",
                )
    finally:
        for process in crew:
            process.kill()
            process.wait()


def _start() -> subprocess.Popen[str]:
    package = Path(mer_core.__file__).resolve().parent.parent
    paths = [str(package), os.environ.get("PYTHONPATH", "")]
    # One thread per worker: the workers together use the cores.
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def _send(process: subprocess.Popen[str], order: object) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(order))
        process.stdin.close()
    except BrokenPipeError:
        pass  # It died at its start; its exit code and last words are read below.
    process.stdin = None


def _listen(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _summary(complaint: str) -> str:
    return complaint.strip().rsplit("\n", 1)[-1][-_LAST_WORDS:]
