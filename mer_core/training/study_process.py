"""A study that trains in a process of its own; what happens comes back as events."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mer_core.child_process import ChildProcess, Emit, serve
from mer_core.local_workers import worker_environment
from mer_core.training.events import Event
from mer_core.training.study import Study

_MODULE = "mer_core.training.study_process"


class StudyProcess:
    """Begins or continues, in a process of its own, a study that was made from the catalog.

    Stopping keeps every finished fold and gives the one at work back, so that the study can be
    continued at once, here or elsewhere.

    Args:
        study: The study; the process opens it by its folder.
    """

    def __init__(self, study: Study) -> None:
        order = {"folder": str(study.folder.resolve())}
        self._child = ChildProcess(_MODULE, order, environment=worker_environment())

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._child.pid

    @property
    def failure(self) -> str | None:
        """Reason why the study ended early, once `events` is exhausted."""
        return self._child.failure

    def events(self) -> Iterator[Event]:
        """Yield what happens, until the process has ended."""
        with self._child:
            for values in self._child.messages():
                yield Event.from_dict(values)

    def stop(self) -> None:
        """Interrupt the training, in mid-epoch; return at once."""
        self._child.stop()


def _work(order: Any, emit: Emit) -> None:
    study = Study.open(Path(order["folder"]))
    # One process: a page that is being looked at needs the other core.
    for _ in study.run(workers=1, progress=lambda event: emit(event.as_dict())):
        pass


if __name__ == "__main__":
    sys.exit(serve(_work, background=True))
