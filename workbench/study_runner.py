"""Studies that train behind the pages: started, watched from any session, and stopped.

A study lives in its folder and survives everything; what is held here is only which of them this
server has at work. One at a time, so that pages stay quick.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from mer_core.errors import MerError
from mer_core.training.database import FoldState
from mer_core.training.events import (
    EpochFinished,
    Event,
    FoldFailed,
    FoldFinished,
    FoldStarted,
    InputsBuilt,
    Progress,
)
from mer_core.training.study import Study
from mer_core.training.study_process import StudyProcess
from workbench.titles import duration, fold_title

log = logging.getLogger(__name__)

STOP_SECONDS = 60.0  # a stopping process ends itself sooner


@dataclass
class Run:
    """One study at work.

    Attributes:
        name: Name of the study.
        process: The process that trains it; None where there is none.
        progress: Its progress, as soon as it has begun.
        activity: Description of its current work.
        failure: Reason why it ended early, or None.
        stopped: Whether somebody asked it to stop.
        ended: Whether nothing more will happen.
        losses: Training loss after each epoch, by fold.
        states: Description of the state of each fold, by its seed and name.
        seeds: Seed of each fold that was begun.
        epoch_shares: Share of its epochs that each fold in training has done.
        share_at_start: Share of the folds that were finished before this run.
    """

    name: str
    process: StudyProcess | None = field(default=None, repr=False)
    progress: Progress | None = None
    activity: str = "beginning"
    failure: str | None = None
    stopped: bool = False
    ended: bool = False
    losses: dict[str, list[float]] = field(default_factory=dict)
    states: dict[tuple[int, str], str] = field(default_factory=dict)
    seeds: dict[str, int] = field(default_factory=dict, repr=False)
    epoch_shares: dict[str, float] = field(default_factory=dict, repr=False)
    share_at_start: float = 0.0

    @property
    def share(self) -> float:
        """Share of all epochs that is done, 0 to 1."""
        if self.progress is None:
            return 0.0
        return min(
            1.0,
            (self.progress.done + sum(self.epoch_shares.values())) / max(self.progress.total, 1),
        )

    @property
    def time_left(self) -> str:
        """Time left, in words, from the first epoch on; "" before."""
        if self.progress is None or self.share <= self.share_at_start:
            return ""
        seconds = self.progress.elapsed * (1 - self.share) / (self.share - self.share_at_start)
        return f"about {duration(seconds)}"

    @property
    def stopping(self) -> bool:
        """Whether it has been asked to stop and has not yet."""
        return self.stopped and not self.ended

    def record_event(self, event: Event) -> None:
        """Take note of what happened."""
        if self.progress is None:
            self.share_at_start = event.progress.done / max(event.progress.total, 1)
        self.progress = event.progress
        match event:
            case InputsBuilt():
                self.activity = f"making images, {event.built} of {event.total}"
            case EpochFinished():
                self.activity = (
                    f"{fold_title(event.name)}: epoch {event.epoch} of {event.epochs}, "
                    f"loss {event.loss:.3f}"
                )
                self.losses.setdefault(event.name, []).append(event.loss)
                self.epoch_shares[event.name] = event.epoch / event.epochs
                fold = (self.seeds.get(event.name, 0), event.name)
                self.states[fold] = f"training, epoch {event.epoch} of {event.epochs}"
            case FoldStarted():
                self.states[event.seed, event.name] = "training"
                self.seeds[event.name] = event.seed
                self.losses.pop(event.name, None)
            case FoldFinished():
                self.states[event.seed, event.name] = _finished(event.right, event.n_test)
                self.epoch_shares.pop(event.name, None)
            case FoldFailed():
                self.states[event.seed, event.name] = "failed"
                self.epoch_shares.pop(event.name, None)
            case _:
                pass


def fold_states(study: Study) -> dict[tuple[int, str], str]:
    """Return the state of every fold before a run, which tries again what has failed."""
    result = study.result()
    states = {}
    for fold in result.folds:
        answers = result.answers.get(fold.identity, ())
        right = sum(answer.correct for answer in answers)
        done = fold.state is FoldState.DONE
        states[fold.seed, fold.name] = _finished(right, fold.n_test) if done else "waiting"
    return states


def _finished(right: int, tested: int) -> str:
    return f"finished, {right} of {tested} right"


class StudyRunner:
    """The background work of this server; all sessions share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listener: threading.Thread | None = None
        self.run: Run | None = None

    def start(self, study: Study) -> Run:
        """Begin or continue `study` in a process; return what already runs, if anything does."""
        with self._lock:
            if self.run is not None and self.run.stopping and self._listener is not None:
                self._listener.join(STOP_SECONDS)
            if self.run is not None and not self.run.ended:
                return self.run
            self.run = run = Run(study.name, StudyProcess(study))
            self._listener = threading.Thread(
                target=self._listen, args=(run, study), name=f"study {study.name}", daemon=True
            )
            self._listener.start()
            return run

    def cancel(self) -> None:
        """Stop the running study; finished folds stay, and it can be continued."""
        run = self.run
        if run is not None and run.process is not None and not run.ended:
            run.stopped = True
            run.process.stop()

    @staticmethod
    def _listen(run: Run, study: Study) -> None:
        assert run.process is not None
        try:
            with suppress(MerError):  # of which the process says more
                run.states = fold_states(study)
            for event in run.process.events():
                run.record_event(event)
            run.failure = run.process.failure
            if run.failure:
                log.warning("study %s ended: %s", run.name, run.failure)
        finally:
            run.ended = True
