"""The failure vocabulary of the workbench.

Every error a user can cause or meet derives from `MerError` and reads as one line: what was
wrong, where, and what to do about it.

    MerError
    ├── SettingsError            an option or parameter has a value that cannot be used
    ├── UnknownNameError         a name that no registry holds; lists the names that exist
    ├── FrameError               a frame, clip or video that cannot be read
    │   └── FaceNotFoundError    no face where one is needed for the crop
    ├── DatasetError             a root, sheet or layout that is not what a release looks like
    │   └── NoRootError          a dataset of which nobody says where it lies
    ├── ModelError               a network that cannot be built, or is asked the impossible
    │   ├── CheckpointError      a weights file that is wrong, truncated or of another network
    │   └── WeightsError         published weights that are neither here nor reachable
    ├── NotApplicableError       an attribution method that says nothing about this network
    ├── LeakageError             a split in which a subject or frame is on both sides
    ├── StoreError               a cache entry, study or run folder that cannot be used
    ├── WorkerError              processes that cannot be started, or work lost with each of several
    └── MissingToolError         an optional program or package that is not installed
"""

from __future__ import annotations

from pathlib import Path


class MerError(Exception):
    """Base of all errors of the workbench.

    Args:
        what: Description of the error, as a clause without a final full stop.
        where: The file, folder, clip or option concerned.
        remedy: Advice to the user, as an imperative clause without a final full stop.
    """

    def __init__(
        self, what: str, *, where: str | Path | None = None, remedy: str | None = None
    ) -> None:
        self.what = what
        self.where = None if where is None else str(where)
        self.remedy = remedy
        super().__init__(what, self.where, remedy)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f"; {self.remedy}" if self.remedy else ""
        return " ".join(f"{place}{self.what}{advice}".split())

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling of exceptions,
        # and errors cross process boundaries when work runs on a cluster.
        return _rebuild, (type(self), self.what, self.where, self.remedy)


def _rebuild(kind: type[MerError], what: str, where: str | None, remedy: str | None) -> MerError:
    return kind(what, where=where, remedy=remedy)


class SettingsError(MerError):
    """An option or parameter has a value that cannot be used."""


class UnknownNameError(MerError):
    """A name that no registry holds."""


class FrameError(MerError):
    """A frame, clip or video cannot be read."""


class FaceNotFoundError(FrameError):
    """No face was found where the crop needs one."""


class DatasetError(MerError):
    """A dataset root, sheet or layout is not what a release looks like."""


class NoRootError(DatasetError):
    """Nobody says where a dataset lies."""


class ModelError(MerError):
    """A network cannot be built, or is asked the impossible."""


class CheckpointError(ModelError):
    """A weights file is wrong, truncated, or belongs to another network."""


class WeightsError(ModelError):
    """Published weights are neither in a local file nor reachable."""


class NotApplicableError(MerError):
    """An attribution method says nothing about this network."""


class LeakageError(MerError):
    """A subject or frame stands on both sides of a split."""


class StoreError(MerError):
    """A cache entry, study or run folder cannot be used."""


class WorkerError(MerError):
    """Worker processes that cannot be started, or an item that was lost with each of several."""


class MissingToolError(MerError):
    """An optional program or package is not installed."""
