"""Whether the process that took a piece of work is still there."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_PROCESSES = Path("/proc")


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
