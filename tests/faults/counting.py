"""What was tried and what broke, and work done in a process that may die of it."""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MOST_SHOWN = 5
MARKS = ("<!-- faults -->", "<!-- /faults -->")


@dataclass(frozen=True, kw_only=True)
class Count:
    """One line of the report.

    Attributes:
        group: Heading it stands under.
        name: What was done to what.
        tried: How often.
        broken: What went wrong, one line each.
        note: What a reader should know.
    """

    group: str
    name: str
    tried: int
    broken: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FaultReport:
    """All lines of the report, and how long it took."""

    counts: tuple[Count, ...]
    seconds: float

    @classmethod
    def read(cls, path: Path) -> FaultReport:
        """Return what an earlier run wrote; nothing where there was none."""
        if not path.exists():
            return cls(counts=(), seconds=0)
        plain = json.loads(path.read_text("utf-8"))
        counts = tuple(Count(**{**one, "broken": tuple(one["broken"])}) for one in plain["counts"])
        return cls(counts=counts, seconds=plain["seconds"])

    def beside(self, earlier: FaultReport) -> FaultReport:
        """Return this report with the lines of an earlier one that were not counted again."""
        again = {one.name for one in self.counts}
        kept = tuple(one for one in earlier.counts if one.name not in again)
        seconds = self.seconds + (earlier.seconds if kept else 0)
        return FaultReport(counts=(*kept, *self.counts), seconds=seconds)

    def table(self) -> str:
        """Return a sentence and a table."""
        tried = sum(one.tried for one in self.counts)
        broken = sum(len(one.broken) for one in self.counts)
        lines = [
            f"{tried:,} faults in {self.seconds / 60:.0f} minutes, {broken} of them did harm.",
            "",
            "| what | tried | did harm |",
            "|---|---:|---:|",
        ]
        lines += [f"| {c.name} | {c.tried:,} | {len(c.broken)} |" for c in self.counts]
        return "\n".join(lines)

    def markdown(self) -> str:
        """Return the report for readers, with what broke."""
        lines = ["# Faults", "", self.table()]
        for one in self.counts:
            if one.broken:
                lines += ["", *(f"- {one.name}: {line}" for line in one.broken[:MOST_SHOWN])]
        notes = [f"- {one.name}: {one.note}" for one in self.counts if one.note]
        return "\n".join([*lines, "", *notes]).rstrip() + "\n"

    def document(self) -> str:
        """Return the report as JSON."""
        plain = {
            "seconds": round(self.seconds, 1),
            "counts": [asdict(one) for one in self.counts],
        }
        return json.dumps(plain, indent=1) + "\n"

    def written_into(self, page: str) -> str:
        """Return `page` with the table between its marks."""
        begin, end = MARKS
        before, _, rest = page.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"the page has no {begin} ... {end}")
        return f"{before}{begin}\n\n{self.table()}\n\n{end}{after}"


class Fork:
    """A copy of this process that does one piece of work; it can be killed without harm to us.

    A copy, because starting Python and importing PyTorch takes seconds and every kill needs a new
    process. Nothing here may have started threads of PyTorch before.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        reading, writing = os.pipe()
        self._channel = reading
        self.pid = os.fork()
        if self.pid:
            os.close(writing)
            return
        os.close(reading)
        os.setsid()  # so that what it starts can be killed with it
        try:
            said = {"value": work()}
        except BaseException as error:
            said = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        with os.fdopen(writing, "w") as channel:
            json.dump(said, channel)
        os._exit(0)

    def ended(self, within: float) -> bool:
        """Whether it ends by itself within so many seconds."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return True
            time.sleep(0.005)
        return False

    def kill(self, *, family: bool = False) -> None:
        """End it at once, as `kill -9` does; with `family`, whatever it started too."""
        try:
            (os.killpg if family else os.kill)(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # so early that it leads no family yet
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._channel)

    def value(self) -> Any:
        """What the work returned, once it has ended.

        Raises:
            RuntimeError: The work raised, or the process died of it.
        """
        with os.fdopen(self._channel) as channel:
            text = channel.read()
        if not text:
            raise RuntimeError("the process died")
        said = json.loads(text)
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["value"]


def forked(work: Callable[[], Any], *, patience: float = 600) -> Any:
    """Return what `work` returns, done in a copy of this process."""
    child = Fork(work)
    if not child.ended(patience):
        child.kill(family=True)
        raise RuntimeError(f"did not end within {patience:.0f} s")
    return child.value()


def tree(folder: Path) -> set[Path]:
    """Every file below a folder."""
    return {file for file in folder.rglob("*") if file.is_file()}
