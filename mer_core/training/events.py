"""What happens while a study runs, as values; surfaces decide how to show it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Progress of a study.

    `eta` is in seconds, from the folds finished so far; None before the first.
    """

    total: int
    done: int
    failed: int
    running: int
    elapsed: float
    eta: float | None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events."""

    progress: Progress

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {"event": type(self).__name__, **asdict(self)}

    @staticmethod
    def from_dict(values: dict[str, Any]) -> Event:
        """The event that `as_dict` wrote."""
        kinds = {kind.__name__: kind for kind in Event.__subclasses__()}
        fields = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if name not in ("event", "progress")
        }
        return kinds[values["event"]](progress=Progress(**values["progress"]), **fields)


@dataclass(frozen=True, kw_only=True)
class StudyStarted(Event):
    """Work begins or continues. `dashboard` is the address of Dask's page, where there is one."""

    slots: int
    dashboard: str | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class InputsBuilt(Event):
    """`built` of `total` network inputs are in the store; folds start when all are."""

    built: int
    total: int


@dataclass(frozen=True, kw_only=True)
class FoldStarted(Event):
    """A fold was handed to a worker."""

    seed: int
    name: str


@dataclass(frozen=True, kw_only=True)
class EpochFinished(Event):
    """A fold finished an epoch. `loss` and `accuracy` are of the training side."""

    name: str
    epoch: int
    epochs: int
    loss: float
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class FoldFinished(Event):
    """A fold is recorded."""

    seed: int
    name: str
    right: int
    n_test: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class FoldFailed(Event):
    """A fold's work raised; the study goes on, and a later run tries the fold again."""

    seed: int
    name: str
    error: str


@dataclass(frozen=True, kw_only=True)
class WorkerLost(Event):
    """A worker is gone; what it was doing is done again by another."""

    worker: str


@dataclass(frozen=True, kw_only=True)
class WaitingForOthers(Event):
    """Nothing is left to take, but another process still works on `folds` of this study."""

    folds: int


@dataclass(frozen=True, kw_only=True)
class StudyFinished(Event):
    """No fold is left, unless some failed."""
