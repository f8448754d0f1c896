"""One piece of work in a process of its own, which reports line by line and ends with its parent.

For work that must not share a process with whoever starts it: training sets PyTorch's threads,
determinism and random state for its whole process, and pages draw in the same interpreter. A
module that is run this way ends with

    def work(order: Any, emit: Emit) -> None: ...

    if __name__ == "__main__":
        sys.exit(serve(work))

and is started with `ChildProcess(module, order)`; with `serve(work, several=True)` the work is
given an iterator of orders, to which `ChildProcess.send` adds. Orders and messages are plain
values, one line of JSON each. Unlike `multiprocessing`, nothing imports the caller's main script a
second time, so it works from a notebook, a Streamlit page and an unguarded script alike.

For many independent items of work, see `mer_core.cluster`. At the end stands whether a process,
named by its number and the time of its start, is still there.
"""

from __future__ import annotations

import _thread
import json
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

import mer_core
from mer_core.errors import MerError

log = logging.getLogger(__name__)

Emit = Callable[[Any], None]
"""Function that sends one message, a plain value, to the parent."""

GRACE_SECONDS = 10.0
"""Between asking a process to stop and ending it."""

_STOPPED = 130  # what a shell reports for an interrupt
_ERROR_LENGTH, _LOG_LENGTH = 300, 10_000
_PROCESSES = Path("/proc")


class ChildProcess:
    """A process that does an order, or several.

    Args:
        module: Run as `python -m`; it calls `serve`.
        order: Plain values for its work.
        environment: Variables of the process; those of this one by default.

    Attributes:
        failure: Reason why the work ended early, in one line, once `messages` is exhausted; None
            where it is done or was stopped.
    """

    def __init__(
        self, module: str, order: Any, *, environment: Mapping[str, str] | None = None
    ) -> None:
        self.failure: str | None = None
        self._stopping = self._read = False
        # A file, because an unread pipe would fill up and halt the process.
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 (close)
        try:
            self._process = subprocess.Popen(
                # Not what lies in the working directory by the same name.
                [sys.executable, "-P", "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
                encoding="utf-8",
                env=_with_package_path(os.environ if environment is None else environment),
            )
        except BaseException:
            self._errors.close()
            raise
        self.send(order)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def messages(self) -> Iterator[Any]:
        """Yield what the process emits, until it has ended."""
        assert self._process.stdout is not None
        self._read = True
        for line in self._process.stdout:
            if not line.endswith("\n"):
                break  # the process ended in mid-line
            message = _message(line)
            if message is None:
                log.warning("process %d printed: %s", self.pid, line.rstrip())
            elif "failure" in message:
                self.failure = message["failure"]
            else:
                yield message["message"]
        self._process.stdout.close()
        code = self._process.wait()
        if self._stopping:
            self.failure = None
        elif code and self.failure is None:
            self.failure = self._error_summary(code)

    def send(self, order: Any) -> None:
        """Send an order; a process that serves one ignores another."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # It is gone; `messages` will say of what.

    def stop(self, *, grace: float = GRACE_SECONDS) -> None:
        """Ask the process to stop, and end it if it has not after `grace` seconds.

        Returns at once; `messages` ends with the process.
        """
        if self._stopping:
            return
        self._stopping = True
        self._close_input()
        # The process ends itself after `GRACE_SECONDS`; this is for one that cannot even do that.
        threading.Thread(target=self._end, args=(grace + 1,), daemon=True).start()

    def kill(self) -> None:
        """End the process at once; `messages` ends with it."""
        self._stopping = True
        self._process.kill()

    def close(self) -> None:
        """End the process if it is still there, and close its files."""
        self.kill()
        self._process.wait()
        self._close_input()
        if self._process.stdout is not None and not self._read:
            self._process.stdout.close()  # else by its reader, who may be another thread
        self._errors.close()

    def __enter__(self) -> ChildProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            return  # It is gone already.

    def _end(self, timeout: float) -> None:
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _error_summary(self, code: int) -> str:
        if self._errors.closed:
            return f"exit code {code}"
        self._errors.seek(0)
        words = self._errors.read().strip()
        if words and code not in (_STOPPED, -signal.SIGINT):  # with those it was asked to end
            log.error("process %d ended with code %d:\n%s", self.pid, code, words[-_LOG_LENGTH:])
        if code == 1 and words:  # Python's own code for an exception, whose name comes last
            return words.rsplit("\n", 1)[-1][-_ERROR_LENGTH:]
        return f"ended by signal {-code}" if code < 0 else f"exit code {code}"


def serve(
    work: Callable[[Any, Emit], None], *, several: bool = False, background: bool = False
) -> int:
    """Do the parent's order in this process and return the exit code.

    The parent holds this process's standard input open for as long as it wants the work: when it
    closes it or dies, the work is interrupted as by Ctrl-C.

    Args:
        work: Function of the order and of a function that sends a message.
        several: Whether it is a function of an iterator of orders, which ends with the input.
        background: Whether others on this machine go first.
    """
    # A server that a shell started in the background is deaf to it, and so would this process be.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    orders = _Orders()
    channel = _private_output()
    if background and hasattr(os, "nice"):
        os.nice(19)
    try:
        argument = orders if several else next(orders)
        work(argument, lambda message: _write(channel, {"message": message}))
        orders.done = True
    except MerError as error:
        _write(channel, {"failure": str(error)})
        return 1
    except (KeyboardInterrupt, BrokenPipeError, StopIteration):
        return _STOPPED
    return 0


class _Orders:
    """Lines of standard input as they come; at its end the work is interrupted, unless done."""

    def __init__(self) -> None:
        self.done = False
        # Not `sys.stdin`, whose lock a thread must not hold when the interpreter shuts down.
        self._input = sys.stdin.fileno()
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        # Nothing wakes a thread that waits here but what it waits for, so the end comes this way.
        line = self._lines.get()
        if not line:
            self.done = True
            raise StopIteration
        return json.loads(line)

    def _listen(self) -> None:
        parts: list[bytes] = []
        while chunk := os.read(self._input, 2**16):
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                self._lines.put(b"".join([*parts, line]))
                parts.clear()
            parts.append(rest)
        self._lines.put(b"")
        if self.done:
            return
        _thread.interrupt_main()
        time.sleep(GRACE_SECONDS)
        os._exit(_STOPPED)  # it hangs in something that no interrupt reaches


def _private_output() -> TextIO:
    """Standard output for messages alone: what anybody else prints joins the errors."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


def _message(line: str) -> Any:
    """What a line says; None where it is none of ours, printed before `serve` began."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) and {"failure", "message"} & set(message) else None


def _write(channel: TextIO, values: Mapping[str, Any]) -> None:
    channel.write(json.dumps(values) + "\n")
    channel.flush()


def _with_package_path(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with this package where Python looks first."""
    package = str(Path(mer_core.__file__).resolve().parent.parent)
    paths = [package, environment.get("PYTHONPATH", "")]
    return {**environment, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def is_dead(host: str, pid: int, started: str) -> bool:
    """Whether a process is known to be dead; False where this machine cannot tell."""
    return host == socket.gethostname() and start_time(pid) != started


def start_time(pid: int) -> str:
    """Return the time at which a process of this machine started, "" where it does not run.

    The number of a dead process may be given to a new one; the time of its start tells them apart.
    Where the system does not tell, a living process has started at "alive".
    """
    if (_PROCESSES / "self").exists():
        return _start_in_proc(pid)
    if os.name == "nt":  # signal 0 would end the process there
        return "alive"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "alive"
    return "alive"


def _start_in_proc(pid: int) -> str:
    """Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets."""
    try:
        fields = (_PROCESSES / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    state, started = fields[0], fields[19]
    return "" if state in "ZX" else started  # dead, only not yet buried by its parent
