"""Following a running study: folds done, running and time left, on standard error."""

from __future__ import annotations

from typing import Any

from mer_core.cli.progress import Progress, resumable
from mer_core.training import events
from mer_core.training.study import Study


def follow(study: Study, *, label: str = "", resume: str | None = None, **place: Any) -> None:
    """Run `study` to its end.

    Args:
        study: What is run.
        label: What the progress is called.  By default the name of the study.
        resume: The command that goes on after Ctrl-C.
        place: Where folds run; see `Study.run`.
    """
    with resumable(resume), Progress(label or study.name, unit="folds") as progress:
        note = ""
        for event in study.run(**place):
            note = _note(event, note)
            progress.show(event.progress.done, event.progress.total, note)
            line = _line(event)
            if line:
                progress.say(line)


def _note(event: events.Event, note: str) -> str:
    """Say what is going on now."""
    match event:
        case events.InputsBuilt():
            return f"inputs {event.made} of {event.wanted}"
        case events.EpochFinished():
            running = f"{event.progress.running} running"
            return f"{running}, {event.name} epoch {event.epoch} of {event.epochs}"
        case _:
            return note


def _line(event: events.Event) -> str:
    """Say what should stay on the screen, if anything."""
    match event:
        case events.StudyStarted(dashboard=str() as address):
            return f"{event.slots} workers, dashboard {address}"
        case events.FoldFailed():
            return f"{event.name}: {event.error}"
        case events.WorkerLost():
            return f"lost worker {event.worker}; its fold is done again"
        case events.WaitingForOthers():
            return f"waiting for {event.folds} folds of another process"
        case _:
            return ""
