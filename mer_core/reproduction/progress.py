"""Lines that say how far it is while a cell of a table is trained."""

from __future__ import annotations

import time
from collections.abc import Callable

from mer_core.training import events

SILENCE = 30.0
"""Seconds after which a reader wonders whether anything still happens."""


class StudyLines:
    """A study's events as lines: each finished fold, and an epoch after a long silence.

    Args:
        emit: Receives the lines.
        label: Of the study; every line begins with it.
        clock: In seconds.
    """

    def __init__(
        self,
        emit: Callable[[str], None],
        label: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._emit, self._label, self._clock = emit, label, clock
        self._last = clock()

    def __call__(self, event: events.Event) -> None:
        line = self._line(event)
        if line:
            self._last = self._clock()
            self._emit(f"{self._label}: {line}")

    def _line(self, event: events.Event) -> str:
        at = event.progress
        left = "" if at.eta is None else f", about {at.eta / 60:.0f} min left"
        match event:
            case events.FoldFinished():
                return f"fold {at.done} of {at.total}{left}"
            case events.FoldFailed():
                return f"fold {event.name} failed: {event.error}"
            case events.InputsBuilt() if event.built == event.total:
                return f"{event.built} inputs"
            case events.EpochFinished() if self._clock() - self._last >= SILENCE:
                return f"epoch {event.epoch} of {event.epochs} of fold {event.name}"
        return ""
