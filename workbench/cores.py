"""How many of this machine's cores networks may take while pages are drawn.

A reader's browser works on the same machine. Where each of three forward passes takes all cores,
two threads wait for each other whenever one of them has to let the browser in: three live maps
took 414 ms on two cores (p95 507), and 378 (411) where a core was left alone. Work that takes
seconds is another matter, since nobody looks on.

PyTorch counts threads for each thread that asks, so every run of a page says what it wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

SHORT = 8.0
"""Forward passes up to which work counts as short."""


@cache
def all_cores() -> int:
    """The threads that PyTorch takes by itself: one for each core, or what its user has set."""
    return torch.get_num_threads()


def leave_one() -> None:
    """From here on this thread computes on all cores but one."""
    torch.set_num_threads(max(1, all_cores() - 1))


@contextmanager
def suited_to(forwards: float) -> Iterator[None]:
    """Compute on all cores inside, if the work is not short."""
    if forwards > SHORT:
        torch.set_num_threads(all_cores())
    try:
        yield
    finally:
        leave_one()
