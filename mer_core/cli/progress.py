"""Progress on standard error: a bar on a terminal, a line every half minute elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import click

INTERVAL = 30.0
"""Seconds between two lines where there is no terminal."""


class Interrupted(click.Abort):
    """A run that was stopped by its user and can go on.

    Attributes:
        command: Command that resumes it; None where the same command does.
    """

    def __init__(self, command: str | None = None) -> None:
        super().__init__()
        self.command = command


@contextmanager
def resumable(command: str | None = None) -> Iterator[None]:
    """Turn Ctrl-C inside into an `Interrupted` that names what resumes the work."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(command) from None


class Progress:
    """Progress of a piece of work.

    Use it as a context manager around the work and call `show` as often as there is news.

    Args:
        title: Title of the work.
        unit: Counted unit, in the plural.
    """

    def __init__(self, title: str, *, unit: str) -> None:
        self._title = title
        self._unit = unit
        self._display: _Bar | _Lines | None = None

    def __enter__(self) -> Progress:
        display = _Bar if sys.stderr.isatty() else _Lines
        self._display = display(self._title, self._unit)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._display is not None:
            self._display.close()

    def show(self, done: int, total: int, note: str = "") -> None:
        """Tell that `done` of `total` are finished; `note` says what is going on."""
        if self._display is not None:
            self._display.show(done, total, note)

    def phase(self, title: str, done: int, total: int) -> None:
        """Tell the same of work in several parts, of which `title` is going on."""
        if self._display is not None:
            self._display.title(title)
        self.show(done, total)

    def write_line(self, text: str) -> None:
        """Print a line that stays."""
        if isinstance(self._display, _Bar):
            self._display.write_line(text)
        else:
            click.echo(f"mer: {text}", err=True)


class _Bar:
    def __init__(self, title: str, unit: str) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn(unit),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(stderr=True),
        )
        self._task = self._bars.add_task(title, total=None, note="")
        self._bars.start()

    def show(self, done: int, total: int, note: str) -> None:
        self._bars.update(self._task, completed=done, total=total, note=note)

    def title(self, title: str) -> None:
        self._bars.update(self._task, description=title)

    def write_line(self, text: str) -> None:
        self._bars.console.print(f"mer: {text}", markup=False, highlight=False)

    def close(self) -> None:
        self._bars.stop()


class _Lines:
    def __init__(self, title: str, unit: str) -> None:
        self._title = title
        self._unit = unit
        self._start = time.monotonic()
        self._state: tuple[int, int, str] | None = None
        self._closed = threading.Event()
        # Work may be silent for longer than the interval, so the clock is not the work's.
        self._clock = threading.Thread(target=self._tick, name="progress", daemon=True)
        self._clock.start()

    def show(self, done: int, total: int, note: str) -> None:
        self._state = (done, total, note)

    def title(self, title: str) -> None:
        self._title = title

    def close(self) -> None:
        self._closed.set()
        self._clock.join()

    def _tick(self) -> None:
        while not self._closed.wait(INTERVAL):
            click.echo(f"mer: {self._line()}", err=True)

    def _line(self) -> str:
        elapsed = clock(time.monotonic() - self._start)
        if self._state is None:
            return f"{self._title}: starting, {elapsed}"
        done, total, note = self._state
        line = f"{self._title}: {done} of {total} {self._unit}, {elapsed}"
        return f"{line}, {note}" if note else line


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds, or hours, minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
