"""Drawing the demo twins in the background: one after the other, what is asked for first.

    preparation = Preparation()
    preparation.start()
    preparation.want("samm")        # somebody looks at it
    preparation.state               # what is being drawn, how far it is, how long it takes

Each twin is drawn by a process of its own at low priority, which ends with this one. A twin that
is put off goes on later with the next clip.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

from mer_core.child_process import ChildProcess, Emit, serve
from mer_core.datasets.synthetic.twins.cached_twins import (
    DEMOS,
    demo_folder,
    demo_twin,
    is_complete_twin,
)

log = logging.getLogger(__name__)

# The smallest first, so that there is something to browse within seconds; then the one with most.
ORDER = ("casme", "casme2", "samm", "casme-squared", "smic")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparationState:
    """State of the preparation.

    Attributes:
        dataset: Dataset whose twin is being drawn; "" when all are there.
        done: Clips of all twins that are there.
        total: Clips of all twins.
        seconds_left: Time left at the pace so far, None before there is one.
        failure: Reason why nothing more is drawn, or "".
    """

    dataset: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    failure: str = ""

    @property
    def finished(self) -> bool:
        """Whether every twin is there."""
        return not self.failure and self.done >= self.total > 0


class Preparation:
    """The background work of one process; safe to be asked from any thread.

    Args:
        order: Names of the twins, the first to be drawn first.
    """

    def __init__(self, order: tuple[str, ...] = ORDER) -> None:
        self._order = list(order)
        self._clips = {name: _clips(name) for name in order}
        self._there = {
            name: self._clips[name] if is_complete_twin(demo_folder(name)) else 0 for name in order
        }
        self._lock = threading.Lock()
        self._running: tuple[str, ChildProcess] | None = None
        self._failure = ""
        self._began: float | None = None
        self._at_start = 0
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> PreparationState:
        """State of the preparation."""
        with self._lock:
            done, total = sum(self._there.values()), sum(self._clips.values())
            dataset = self._running[0] if self._running else self._next() or ""
            drawn = done - self._at_start
            left = None
            if self._began is not None and drawn > 0:
                left = (time.monotonic() - self._began) / drawn * (total - done)
            return PreparationState(
                dataset=dataset,
                done=done,
                total=total,
                seconds_left=left,
                failure=self._failure,
            )

    def start(self) -> None:
        """Begin, in a thread that waits for the drawing processes."""
        self._thread = threading.Thread(target=self.run, name="demo preparation", daemon=True)
        self._thread.start()

    @property
    def missing(self) -> tuple[str, ...]:
        """Twins that are not whole yet, the next to be drawn first."""
        with self._lock:
            return tuple(name for name in self._order if self._there[name] < self._clips[name])

    def want(self, dataset: str) -> None:
        """Draw `dataset` before the others; what is being drawn is put off."""
        with self._lock:
            missing = self._there.get(dataset, 0) < self._clips.get(dataset, 0)
            if not missing or self._order[0] == dataset:
                return
            self._order.remove(dataset)
            self._order.insert(0, dataset)
            if self._running is not None and self._running[0] != dataset:
                self._running[1].stop()

    def run(self) -> None:
        """Draw what is missing; return when all is there or one twin cannot be drawn."""
        with self._lock:
            self._began, self._at_start = time.monotonic(), sum(self._there.values())
        while not self._failure:
            with self._lock:
                dataset = self._next()
                if dataset is None:
                    return
                process = ChildProcess(__name__, dataset)
                self._running = (dataset, process)
            with process:
                self._follow(dataset, process)

    def _follow(self, dataset: str, process: ChildProcess) -> None:
        for done in process.messages():
            with self._lock:
                self._there[dataset] = done
        with self._lock:
            self._running = None
            if process.failure:
                self._failure = process.failure
                log.warning("the demo could not be prepared: %s", process.failure)

    def _next(self) -> str | None:
        return next((name for name in self._order if self._there[name] < self._clips[name]), None)


def _clips(dataset: str) -> int:
    settings = DEMOS.get(dataset)
    return settings.subjects * settings.clips_per_subject


def _draw(dataset: Any, emit: Emit) -> None:
    """The work of the process."""
    total = _clips(dataset)
    # The last clip is told when the annotation sheet is there too.
    demo_twin(dataset, progress=lambda done, _: emit(min(done, total - 1)))
    emit(total)


if __name__ == "__main__":
    sys.exit(serve(_draw, background=True))
