"""Following a running study on the terminal: a bar with folds done, running and time left."""

from __future__ import annotations

import sys
from typing import Any

import click
from tqdm import tqdm

from mer_core.training import events
from mer_core.training.study import Study


def follow(study: Study, *, label: str = "", **place: Any) -> None:
    """Runs `study` to its end; everything it says goes to standard error."""
    bar: tqdm[Any] | None = None
    try:
        for event in study.run(**place):
            if bar is None:
                bar = tqdm(
                    total=event.progress.total,
                    initial=event.progress.done,
                    desc=label or study.name,
                    unit="fold",
                    file=sys.stderr,
                    disable=None,  # silent where standard error is not a terminal
                )
            _show(event, bar)
    finally:
        if bar is not None:
            bar.close()


def _show(event: events.Event, bar: tqdm[Any]) -> None:
    bar.n = event.progress.done
    match event:
        case events.StudyStarted(dashboard=str() as address):
            _say(f"{event.slots} workers, dashboard {address}")
        case events.InputsBuilt():
            bar.set_postfix_str(f"inputs {event.made}/{event.wanted}")
        case events.EpochFinished():
            bar.set_postfix_str(
                f"{event.progress.running} running, {event.name} epoch {event.epoch}/{event.epochs}"
            )
        case events.FoldFailed():
            _say(f"{event.name}: {event.error}")
        case events.WorkerLost():
            _say(f"lost worker {event.worker}; its fold is done again")
        case events.WaitingForOthers():
            _say(f"waiting for {event.folds} folds of another process")
        case _:
            bar.refresh()


def _say(text: str) -> None:
    if sys.stderr.isatty():
        tqdm.write(f"mer: {text}", file=sys.stderr)  # above the bar
    else:
        click.echo(f"mer: {text}", err=True)
