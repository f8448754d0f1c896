"""Building a whole dataset's inputs: on all cores, with progress, resumable.

Resuming needs no bookkeeping: what is in the store is not built again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from mer_core.errors import MerError
from mer_core.inputs.tensors import InputSet
from mer_core.records import Sample

log = logging.getLogger(__name__)

_BATCH = 8


@dataclass(frozen=True, kw_only=True)
class Built:
    """Progress of a build: one sample is in the store, or has failed for a stated reason."""

    done: int
    total: int
    sample: Sample
    failure: str | None = None


def build_inputs(inputs: InputSet, *, workers: int | None = None) -> Iterator[Built]:
    """Puts every input of the set into its store, and yields as samples complete.

    Args:
        inputs: What to build.
        workers: Processes; by default one per core. One process builds in this one.
    """
    workers = min(workers or os.cpu_count() or 1, max(1, len(inputs) // _BATCH))
    total = len(inputs)
    if workers == 1:
        for done, index in enumerate(range(total), start=1):
            failure = _build((inputs, [index]))[0][1]
            yield Built(done=done, total=total, sample=inputs.samples[index], failure=failure)
        return
    done = 0
    batches = [list(range(total))[i : i + _BATCH] for i in range(0, total, _BATCH)]
    # Processes are spawned, because forking a process that runs threads can lock up.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(_build, (inputs, batch)) for batch in batches]
        try:
            for finished in as_completed(running):
                for index, failure in finished.result():
                    done += 1
                    sample = inputs.samples[index]
                    yield Built(done=done, total=total, sample=sample, failure=failure)
        finally:
            for future in running:
                future.cancel()


def _build(task: tuple[InputSet, list[int]]) -> list[tuple[int, str | None]]:
    inputs, indices = task
    outcomes: list[tuple[int, str | None]] = []
    for index in indices:
        try:
            inputs[index]
            outcomes.append((index, None))
        except MerError as error:
            outcomes.append((index, str(error)))
    return outcomes
