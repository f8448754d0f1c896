"""A core is left to whoever draws, except for work that takes long."""

from __future__ import annotations

import math

import pytest
import torch

from workbench import cores


@pytest.fixture
def machine(monkeypatch):
    """Says how many cores there are; PyTorch is left as it was."""
    before = torch.get_num_threads()

    def of(count: int) -> None:
        monkeypatch.setattr(cores, "all_cores", lambda: count)

    yield of
    torch.set_num_threads(before)


@pytest.mark.parametrize(("count", "left"), [(1, 1), (2, 1), (4, 3)])
def test_short_work_leaves_a_core_and_long_work_takes_all(machine, count, left):
    machine(count)
    cores.leave_one()
    assert torch.get_num_threads() == left
    with cores.suited_to(cores.SHORT):
        assert torch.get_num_threads() == left
    with cores.suited_to(math.inf):
        assert torch.get_num_threads() == count
    assert torch.get_num_threads() == left


def test_a_failure_leaves_a_core_too(machine):
    machine(4)
    with pytest.raises(RuntimeError), cores.suited_to(math.inf):
        raise RuntimeError
    assert torch.get_num_threads() == 3
