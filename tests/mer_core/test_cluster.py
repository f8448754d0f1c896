"""Processes and Dask itself are tried in tests/mer_core/training/test_workers.py."""

from __future__ import annotations

import importlib.util
import os

import pytest

from mer_core.cluster import (
    DaskExecutor,
    LostWorker,
    Outcome,
    SerialExecutor,
    _control_group,
    open_executor,
    usable_cores,
    worker_count,
)
from mer_core.errors import MissingToolError, SettingsError


def test_serial_work_pulls_an_item_only_when_the_one_before_is_done():
    trace = []

    def items():
        for n in range(3):
            trace.append(f"pull {n}")
            yield n

    def work(item, report):
        report({"item": item})
        return item * 10

    told: list[dict] = []
    for outcome in SerialExecutor().map(work, items(), report=told.append):
        assert isinstance(outcome, Outcome)
        trace.append(f"done {outcome.value}")
    assert trace == ["pull 0", "done 0", "pull 1", "done 10", "pull 2", "done 20"]
    assert told == [{"item": 0}, {"item": 1}, {"item": 2}]


def test_an_error_belongs_to_its_item_and_stops_no_other():
    def work(item, report):
        if item == 1:
            raise ValueError("one is bad")
        return item

    outcomes = list(SerialExecutor().map(work, [0, 1, 2], report=lambda _: None))
    assert [outcome.value for outcome in outcomes] == [0, None, 2]
    assert str(outcomes[1].error) == "one is bad"


def test_an_interrupt_is_not_an_error_of_the_work():
    def work(item, report):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(SerialExecutor().map(work, [0], report=lambda _: None))


def test_one_worker_stays_in_this_process():
    with open_executor(workers=1) as executor:
        assert isinstance(executor, SerialExecutor)
        assert (executor.slots, executor.dashboard) == (1, None)


class ShrinkingClient:
    """Answers every task at once; two of its three workers are gone after the first answer."""

    dashboard_link = None

    def __init__(self):
        self.alive = ["a", "b", "c"]

    def nthreads(self):
        return dict.fromkeys(self.alive, 1)

    def submit(self, call, work, item, topic, *, pure):
        return FinishedFuture(self, work(item, print))

    def subscribe_topic(self, topic, handler): ...

    def unsubscribe_topic(self, topic): ...

    def cancel(self, futures, *, force): ...


class FinishedFuture:
    status = "finished"

    def __init__(self, client, value):
        self.client, self.value = client, value

    def add_done_callback(self, call):
        call(self)

    def result(self):
        self.client.alive = ["a"]
        return "a", self.value


def test_fewer_workers_than_running_items_is_no_error():
    executor = DaskExecutor(ShrinkingClient())
    heard = list(executor.map(lambda item, _: item * 10, range(6), report=print))
    values = [one.value for one in heard if isinstance(one, Outcome)]
    assert sorted(values) == [0, 10, 20, 30, 40, 50]
    assert [one.worker for one in heard if isinstance(one, LostWorker)] == ["b", "c"]


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "max 100000", "memory.max": str(10 * 2**30)}, 16),
        ({"cpu.max": "350000 100000", "memory.max": str(10 * 2**30)}, 4),
        (
            {
                "cpu/cpu.cfs_quota_us": "350000",
                "cpu/cpu.cfs_period_us": "100000",
                "memory/memory.limit_in_bytes": str(10 * 2**30),
            },
            4,
        ),
        (
            {
                "cpu/cpu.cfs_quota_us": "-1",
                "cpu/cpu.cfs_period_us": "100000",
                "memory/memory.limit_in_bytes": str(10 * 2**30),
            },
            16,
        ),
    ],
)
def test_workers_are_as_many_as_cores_and_memory_allow(monkeypatch, tmp_path, files, cores):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.setattr("mer_core.cluster._CONTROL_GROUP", tmp_path)
    monkeypatch.setattr("mer_core.cluster._control_group", _control_group.__wrapped__)
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(16)), raising=False)
    assert usable_cores() == worker_count(memory=2**20) == cores
    assert worker_count(memory=2**20, threads=4) == cores // 4
    assert worker_count(memory=2 * 2**30) <= 4
    assert worker_count(memory=2**40) == 1


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    def refuse(address, **_):
        raise OSError("nobody there")

    monkeypatch.setattr("distributed.Client", refuse)
    with (
        pytest.raises(SettingsError, match="tcp://127.0.0.1:1: no Dask scheduler answers"),
        open_executor(scheduler="tcp://127.0.0.1:1"),
    ):
        pass


class _Future:
    """A Dask future whose result goes with its worker, and is computed once more."""

    def __init__(self, value, states):
        self.value, self.states = value, list(states)

    @property
    def status(self):
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def add_done_callback(self, tell):
        tell(self)

    def result(self):
        return "tcp://another:1", self.value


class _Client:
    dashboard_link = None

    def __init__(self, states):
        self.states = states

    def nthreads(self):
        return {"tcp://one:1": 1}

    def submit(self, call, work, item, topic, *, pure):
        return _Future(item * 10, self.states[item])

    def cancel(self, futures, *, force):
        assert not futures

    def subscribe_topic(self, topic, handler): ...

    def unsubscribe_topic(self, topic): ...


@pytest.mark.parametrize("state", ["pending", "lost"])
def test_a_result_that_went_with_its_worker_is_waited_for(monkeypatch, state):
    monkeypatch.setattr("mer_core.cluster._POLL_SECONDS", 0.01)
    client = _Client({0: ["finished"], 1: [state] * 4 + ["finished"], 2: ["finished"]})
    heard = DaskExecutor(client).map(lambda *_: None, [0, 1, 2], report=lambda _: None)
    outcomes = [each for each in heard if isinstance(each, Outcome)]
    assert sorted(outcome.value for outcome in outcomes) == [0, 10, 20]
    assert all(outcome.error is None for outcome in outcomes)


def test_without_dask_a_scheduler_is_refused_and_processes_work(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    options = {"scheduler": "tcp://127.0.0.1:1"}
    with pytest.raises(MissingToolError, match=r"\[cluster\]"), open_executor(**options):
        pass
    with open_executor(workers=2) as executor:
        assert executor.slots == 2
