"""A content-addressed store of images derived from clips.

An entry's key is a digest of everything its value depends on: the frames' bytes, the weighting,
range, crop and size, and the code and libraries that compute it (see `code_digest`). An entry is
therefore never stale, and two processes that build the same entry write the same bytes.

On disk an entry is one file, `ab/abcdef....entry`: 32 bytes of SHA-256 and then an `.npz` archive.
It appears by rename, so a reader sees a whole entry or none, whatever was killed when; it is
verified on every read, and a damaged one is reported, removed and built again.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mer_core.atomic import write_bytes
from mer_core.errors import StoreError
from mer_core.folders import cache_folder
from mer_core.provenance import code_digest, settings_digest, versions

log = logging.getLogger(__name__)

_DIGEST_BYTES = 32
_SWEEP_EVERY = 64

Arrays = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, kw_only=True)
class StoreInfo:
    """Size of a store."""

    folder: Path
    entries: int
    bytes: int
    limit: int


class AmiStore:
    """Affective-motion images, flow fields, frame stacks and drawn clips, kept by content.

    Args:
        folder: Folder of the entries; by default in the platform's cache folder.
        limit: Bytes on disk above which the entries unused for longest are removed.
    """

    def __init__(self, folder: Path | None = None, *, limit: int = 2 * 2**30) -> None:
        self.folder = folder or cache_folder() / "images"
        self.limit = limit
        self.rebuilt: list[str] = []
        self._writes = 0

    def fetch(
        self, key: str, build: Callable[[], Arrays], *, must_keep: bool = True
    ) -> dict[str, npt.NDArray[np.generic]]:
        """The arrays stored under `key`, built and stored first where they are missing.

        Args:
            key: See `store_key`.
            build: Makes the arrays.
            must_keep: Whether it is an error that they cannot be written. Where they are only to
                be shown, that is logged.

        Raises:
            StoreError: The folder cannot be written.
        """
        found = self._read(key)
        if found is not None:
            return found
        built = {name: np.ascontiguousarray(array) for name, array in build().items()}
        try:
            self._write(key, built)
        except StoreError as error:
            if must_keep:
                raise
            log.warning("made anew each time: %s", error)
        return built

    def __contains__(self, key: str) -> bool:
        return self._path(key).exists()

    def info(self) -> StoreInfo:
        """Number and size of the entries."""
        sizes = [size for _, size, _ in self._entries()]
        return StoreInfo(folder=self.folder, entries=len(sizes), bytes=sum(sizes), limit=self.limit)

    def clear(self) -> StoreInfo:
        """Remove every entry and return what there was."""
        before = self.info()
        for path, _, _ in self._entries():
            path.unlink(missing_ok=True)
        return before

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.entry"

    def _read(self, key: str) -> dict[str, npt.NDArray[np.generic]] | None:
        path = self._path(key)
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        stored, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(body).digest() != stored:
            log.warning("cache entry %s is damaged and is built again", path.name)
            self.rebuilt.append(key)
            with suppress(OSError):  # a shared cache may be read-only
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)  # the clock by which unused entries are found
        with np.load(io.BytesIO(body), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    def _write(self, key: str, arrays: Arrays) -> None:
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        body = buffer.getvalue()
        try:
            write_bytes(self._path(key), hashlib.sha256(body).digest() + body)
        except OSError as error:
            raise StoreError(
                f"the cache cannot be written ({error.strerror})",
                where=self.folder,
                remedy="free some space or set MER_CACHE to another folder",
            ) from error
        self._writes += 1
        if self._writes % _SWEEP_EVERY == 1:
            self._sweep()

    def _sweep(self) -> None:
        """Remove the entries unused for longest until the store fits its limit."""
        entries = sorted(self._entries(), key=lambda entry: entry[2])
        excess = sum(size for _, size, _ in entries) - self.limit
        for path, size, _ in entries:
            if excess <= 0:
                return
            path.unlink(missing_ok=True)
            excess -= size

    def _entries(self) -> Iterator[tuple[Path, int, float]]:
        for path in self.folder.glob("??/*.entry"):
            try:
                status = path.stat()
            except FileNotFoundError:  # another process swept it meanwhile
                continue
            yield path, status.st_size, status.st_mtime


def drawing_key(**parts: object) -> str:
    """The key of a picture, which any change of the code or of its libraries may change."""
    return settings_digest({"sources": code_digest(), "versions": versions(), **parts})
