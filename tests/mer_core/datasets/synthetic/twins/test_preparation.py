"""Demo twins are drawn in the background: what is asked for first, and nothing drawn twice."""

from __future__ import annotations

import threading

import pytest

from mer_core.datasets.synthetic.twins import demo_folder, is_complete_twin
from mer_core.datasets.synthetic.twins import preparation as module
from mer_core.datasets.synthetic.twins.preparation import ORDER, Preparation


class FakeProcess:
    """Draws one clip for each message, when it is let."""

    started: list[str] = []
    stopped: list[str] = []
    gates: dict[str, threading.Event] = {}
    failing: set[str] = set()

    def __init__(self, _module: str, order: str) -> None:
        self.name, self.failure, self.stop_asked = order, None, False
        FakeProcess.started.append(order)

    def messages(self):
        yield 1
        gate = FakeProcess.gates.get(self.name)
        if gate is not None:
            while not gate.wait(0.01):
                if self.stop_asked:
                    return
        if self.name in FakeProcess.failing:
            self.failure = "the disk is full"
            return
        yield 3

    def stop(self) -> None:
        self.stop_asked = True
        FakeProcess.stopped.append(self.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.fixture(autouse=True)
def fakes(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "ChildProcess", FakeProcess)
    monkeypatch.setattr(module, "_clips", lambda _: 3)
    for kept in (FakeProcess.started, FakeProcess.stopped, FakeProcess.gates, FakeProcess.failing):
        kept.clear()


def test_twins_are_drawn_in_order_and_counted():
    work = Preparation()
    assert (work.state.done, work.state.total, work.state.finished) == (0, 15, False)
    work.run()
    assert FakeProcess.started == list(ORDER)
    assert work.state.finished
    assert work.state.done == 15


def test_what_is_asked_for_is_drawn_first_and_the_other_goes_on_later():
    gate = FakeProcess.gates["casme"] = threading.Event()
    work = Preparation(("casme", "samm", "smic"))
    work.start()
    while work.state.done < 1:
        pass
    work.want("smic")
    while FakeProcess.started != ["casme", "smic", "casme"]:
        pass
    gate.set()
    assert work._thread is not None
    work._thread.join(20)
    assert FakeProcess.started == ["casme", "smic", "casme", "samm"]
    assert FakeProcess.stopped == ["casme"]
    work.want("smic")  # it is there: nothing happens
    assert work.state.finished


def test_a_failure_is_said_and_ends_the_work():
    FakeProcess.failing.add("samm")
    work = Preparation(("casme", "samm", "smic"))
    work.run()
    assert FakeProcess.started == ["casme", "samm"]
    assert work.state.failure == "the disk is full"
    assert not work.state.finished


def test_a_real_process_draws_a_twin_and_the_next_start_finds_it(tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    work = Preparation(("folder",))
    assert work.state.total == 8
    work.run()
    assert work.state.finished
    assert is_complete_twin(demo_folder("folder"))
    assert Preparation(("folder",)).state.finished
