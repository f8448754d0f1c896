"""Studies that run behind the pages: started, watched from any session, and stopped.

A study lives in its folder and survives everything; what is kept here is only which of them this
process is working on. One runs at a time, so that pages stay quick.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from mer_core.errors import MerError
from mer_core.training.events import EpochFinished, Event, InputsBuilt, Progress
from mer_core.training.study import Study

log = logging.getLogger(__name__)


@dataclass
class Run:
    """One study at work in this process.

    Attributes:
        name: Of the study.
        progress: Where it stands, as soon as it has begun.
        doing: What it does at the moment, in words.
        failure: Why it ended early, or None.
        ended: Whether nothing more will happen.
    """

    name: str
    progress: Progress | None = None
    doing: str = "beginning"
    failure: str | None = None
    ended: bool = False
    stop: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def stopping(self) -> bool:
        """Whether it has been asked to stop and has not yet."""
        return self.stop.is_set() and not self.ended

    def hear(self, event: Event) -> None:
        """Takes note of what happened."""
        self.progress = event.progress
        match event:
            case InputsBuilt():
                self.doing = f"making images, {event.made} of {event.wanted}"
            case EpochFinished():
                self.doing = (
                    f"{event.name}: epoch {event.epoch + 1} of {event.epochs}, "
                    f"loss {event.loss:.3f}"
                )
            case _:
                pass


class StudyRunner:
    """The background work of this process; all sessions share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.run: Run | None = None

    def start(self, study: Study) -> Run:
        """Begins or continues `study` in a thread; returns what already runs, if anything does."""
        with self._lock:
            if self.run is not None and not self.run.ended:
                return self.run
            self.run = run = Run(study.name)
            threading.Thread(
                target=self._work, args=(study, run), name=f"study {study.name}", daemon=True
            ).start()
            return run

    def cancel(self) -> None:
        """Asks the running study to stop; finished folds stay, and it can be continued."""
        if self.run is not None:
            self.run.stop.set()

    @staticmethod
    def _work(study: Study, run: Run) -> None:
        try:
            # In this process: a page that is being looked at needs the other core.
            for _ in study.run(workers=1, progress=run.hear):
                if run.stop.is_set():
                    break
        except MerError as error:
            run.failure = str(error)
            log.warning("study %s ended: %s", study.name, error)
        except Exception:
            run.failure = "it ended unexpectedly; the log says why"
            log.exception("study %s ended", study.name)
        finally:
            run.ended = True
