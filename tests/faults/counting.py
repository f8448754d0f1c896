"""What was tried and what broke, and work done in a process that may die of it."""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MOST_SHOWN = 5


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


def markdown(counts: Sequence[Count], *, seconds: float) -> str:
    """Return the report for readers."""
    tried, broken = sum(one.tried for one in counts), sum(len(one.broken) for one in counts)
    lines = [
        "# Faults",
        "",
        f"{tried:,} faults in {seconds / 60:.0f} minutes, {broken} of them did harm.",
        "",
        "| what | tried | did harm | note |",
        "|---|---:|---:|---|",
    ]
    lines += [f"| {c.name} | {c.tried:,} | {len(c.broken)} | {c.note} |" for c in counts]
    for one in counts:
        lines += ["", *(f"- {one.name}: {line}" for line in one.broken[:MOST_SHOWN])]
    return "\n".join(lines).rstrip() + "\n"


def document(counts: Sequence[Count], *, seconds: float) -> str:
    """Return the report as JSON."""
    plain = {"seconds": round(seconds, 1), "counts": [asdict(one) for one in counts]}
    return json.dumps(plain, indent=1) + "\n"


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
