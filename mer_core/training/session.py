"""One process's work on a study: takes folds, hands them out, records what comes back."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mer_core.cluster import Executor, LostWorker, Outcome
from mer_core.errors import MerError
from mer_core.training import events
from mer_core.training.database import FoldState, StoredFold
from mer_core.training.storage import StudyStore
from mer_core.training.task import FoldOutcome, FoldTask, run_fold

Listener = Callable[[events.Event], None]

_POLL_SECONDS = 0.5


class Session:
    """One run of a study, once data, store and executor are there.

    Args:
        store: Store in which folds are claimed and recorded.
        prepare: Makes the inputs; yields how many of how many are made.
        task: Fold -> its piece of work.
        executor: Executor of the folds.
        listener: Callback that gets each event at once, or None.
        wait: Whether to wait for folds that other processes hold.
        epochs: Number of epochs of a fold, for its progress.
        warnings: Warnings about the data for readers of the results.
    """

    def __init__(
        self,
        *,
        store: StudyStore,
        prepare: Iterable[tuple[int, int]],
        task: Callable[[StoredFold], FoldTask],
        executor: Executor,
        listener: Listener | None,
        wait: bool,
        epochs: int,
        warnings: tuple[str, ...],
    ) -> None:
        self.store, self.task, self.executor = store, task, executor
        self.prepare = prepare
        self.listener, self.wait = listener, wait
        self.epochs, self.warnings = epochs, warnings
        self.began = time.monotonic()
        self.finished = 0
        self.rows = {fold.identity: fold for fold in self.store.folds()}
        self.queue: deque[events.Event] = deque()
        self.state = self._update_progress()

    def run(self) -> Iterator[events.Event]:
        self._emit(
            events.StudyStarted(
                progress=self.state,
                slots=self.executor.slots,
                dashboard=self.executor.dashboard,
                warnings=self.warnings,
            )
        )
        for built, total in self.prepare:
            self._emit(
                events.InputsBuilt(progress=self._update_progress(), built=built, total=total)
            )
            yield from self._drain()
        self.began = time.monotonic()  # the time left is told from folds alone
        others = 0
        while True:
            for outcome in self.executor.map(run_fold, self._claim_folds(), report=self._report):
                self._record(outcome)
                yield from self._drain()
            held = self._update_progress().running
            if not held or not self.wait:
                break
            if held != others:
                others = held
                self._emit(events.WaitingForOthers(progress=self.state, folds=held))
            yield from self._drain()
            time.sleep(_POLL_SECONDS)
        self._emit(events.StudyFinished(progress=self.state))
        yield from self._drain()

    def _claim_folds(self) -> Iterator[FoldTask]:
        while (identity := self.store.claim()) is not None:
            fold = self.rows[identity]
            self._update_progress()
            self._emit(events.FoldStarted(progress=self.state, seed=fold.seed, name=fold.name))
            yield self.task(fold)

    def _record(self, outcome: Outcome[FoldTask, FoldOutcome] | LostWorker | None) -> None:
        if outcome is None:
            return
        if isinstance(outcome, LostWorker):
            self._emit(events.WorkerLost(progress=self._update_progress(), worker=outcome.worker))
            return
        fold = self.rows[outcome.item.identity]
        if outcome.value is None:
            error = _one_line(outcome.error)
            self.store.fail(fold.identity, error)
            self._emit(
                events.FoldFailed(
                    progress=self._update_progress(), seed=fold.seed, name=fold.name, error=error
                )
            )
            return
        if not self.store.record(fold.identity, outcome.value, worker=outcome.worker):
            return  # our lease ran out and another process has it; its result is the same
        self.finished += 1
        self._emit(
            events.FoldFinished(
                progress=self._update_progress(),
                seed=fold.seed,
                name=fold.name,
                right=sum(answer.correct for answer in outcome.value.predictions),
                n_test=fold.n_test,
                seconds=outcome.value.seconds,
            )
        )

    def _report(self, message: dict[str, Any]) -> None:
        self._emit(
            events.EpochFinished(
                progress=self.state,
                name=message["name"],
                epoch=message["epoch"],
                epochs=self.epochs,
                loss=message["loss"],
                accuracy=message["accuracy"],
            )
        )

    def _update_progress(self) -> events.Progress:
        counts = self.store.counts()
        elapsed = time.monotonic() - self.began
        left = counts[FoldState.WAITING] + counts[FoldState.RUNNING]
        self.state = events.Progress(
            total=len(self.rows),
            done=counts[FoldState.DONE],
            failed=counts[FoldState.FAILED],
            running=counts[FoldState.RUNNING],
            elapsed=elapsed,
            eta=elapsed / self.finished * left if self.finished else None,
        )
        return self.state

    def _emit(self, event: events.Event) -> None:
        self.queue.append(event)
        if self.listener is not None:
            self.listener(event)

    def _drain(self) -> Iterator[events.Event]:
        while self.queue:
            yield self.queue.popleft()


def _one_line(error: BaseException | None) -> str:
    if isinstance(error, MerError):
        return str(error)
    return " ".join(f"{type(error).__name__}: {error}".split())
