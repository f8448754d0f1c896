"""What files hold, known without reading them a second time.

A file is identified by its content. Which content lies under a path is remembered by the path, the
size and both times of the file (of its content and of its entry, in nanoseconds), as Git's index
does it: as long as these are the same nobody has written to it, and it is not opened. A file
changed within the last moments is not remembered yet, because a second change could bear the same
time.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from mer_core.errors import FrameError
from mer_core.folders import cache_folder
from mer_core.provenance import settings_digest
from mer_core.store import AmiStore

_LIMIT = 2**28
_STABLE_SECONDS = 2.0
"""The coarsest clock of a file system in use, FAT's."""


def file_digests(paths: Sequence[Path]) -> tuple[bytes, ...]:
    """SHA-256 of the bytes of each file, in order.

    Raises:
        FrameError: A file is gone or cannot be read.
    """
    names = [str(path) for path in paths]
    here = "" if all(map(os.path.isabs, names)) else str(Path.cwd())
    states = [_state(path) for path in paths]
    # One entry for the files of a clip, which are always asked for together.
    key = settings_digest([here, names, states])

    def read() -> dict[str, np.ndarray]:
        found = [_sha256(path) for path in paths]
        return {"digests": np.frombuffer(b"".join(found), np.uint8).reshape(-1, 32)}

    newest = max((time_ns for _, *times in states for time_ns in times), default=0)
    if time.time_ns() - newest < _STABLE_SECONDS * 1e9:
        return tuple(row.tobytes() for row in read()["digests"])
    store = AmiStore(cache_folder() / "files", limit=_LIMIT)
    return tuple(row.tobytes() for row in store.fetch(key, read, must_keep=False)["digests"])


def joint_digest(digests: Iterable[bytes]) -> str:
    """SHA-256 over digests of files: the identity of their contents in this order."""
    return hashlib.sha256(b"".join(digests)).hexdigest()


def _state(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _sha256(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> FrameError:
    return FrameError(
        f"a frame cannot be read ({error.strerror})",
        where=path,
        remedy="restore the file, or open the dataset again without it",
    )
