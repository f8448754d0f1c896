"""Building a whole dataset's inputs: on all cores, with progress, resumable.

Resuming needs no bookkeeping: what is in the store is not built again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from mer_core.cluster import Outcome, open_executor
from mer_core.errors import MerError
from mer_core.inputs.tensors import InputSet
from mer_core.records import Sample

_BATCH = 4
_WORKER_BYTES = 2**29

_Task = tuple[InputSet, tuple[int, ...]]
"""Some inputs, and the place of each among all of them."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """Progress of a build: one sample is in the store, or has failed for a stated reason."""

    done: int
    total: int
    sample: Sample
    failure: str | None = None


def build_inputs(inputs: InputSet, *, workers: int | None = None) -> Iterator[Built]:
    """Put every input of the set into its store, and yield as samples complete.

    Where all of them are there already, no process is started.

    Args:
        inputs: Inputs to build.
        workers: Processes; by default as many as fit. One process builds in this one.
    """
    total, done, missing = len(inputs), 0, []
    for index in range(total):
        if _is_stored(inputs, index):
            done += 1
            yield Built(done=done, total=total, sample=inputs.samples[index])
        else:
            missing.append(index)
    if not missing:
        return
    most = -(-len(missing) // _BATCH)
    with open_executor(workers=workers, most=most, memory=_WORKER_BYTES) as executor:
        tasks = _tasks(inputs, missing, batch=1 if executor.slots == 1 else _BATCH)
        for outcome in executor.map(_build, tasks, report=_ignore):
            if not isinstance(outcome, Outcome):
                continue
            if outcome.value is None:
                raise outcome.error or RuntimeError("a build ended without a word")
            for index, failure in outcome.value:
                done += 1
                yield Built(done=done, total=total, sample=inputs.samples[index], failure=failure)


def _is_stored(inputs: InputSet, index: int) -> bool:
    try:
        return inputs.is_stored(index)
    except MerError:
        return False  # building it says what is wrong


def _tasks(inputs: InputSet, indices: list[int], *, batch: int) -> Iterator[_Task]:
    for start in range(0, len(indices), batch):
        chosen = tuple(indices[start : start + batch])
        yield replace(inputs, samples=tuple(inputs.samples[i] for i in chosen)), chosen


def _build(task: _Task, _report: Any) -> list[tuple[int, str | None]]:
    inputs, places = task
    outcomes: list[tuple[int, str | None]] = []
    for position, place in enumerate(places):
        try:
            inputs[position]
            outcomes.append((place, None))
        except MerError as error:
            outcomes.append((place, str(error)))
    return outcomes


def _ignore(_message: dict[str, Any]) -> None:
    """A batch is short enough to be told of at its end."""
