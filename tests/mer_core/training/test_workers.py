"""Folds in real worker processes, one of which is killed in mid-run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from mer_core.cluster import DaskExecutor, open_executor
from mer_core.errors import WorkerError
from mer_core.local_workers import WORKER_ENVIRONMENT
from mer_core.training import events
from mer_core.training.study import Study
from tests.mer_core.training.blobs import TINY, BlobExperiment


@pytest.fixture(scope="module")
def executor():
    """Two processes; the tests share them, because starting them is what takes long."""
    with open_executor(workers=2) as two:
        assert isinstance(two, DaskExecutor)
        assert two.slots == 2
        yield two


def new_study(folder, experiment: BlobExperiment) -> Study:
    return Study.create(experiment, folder=folder, settings=TINY, seeds=(0, 1))


def test_workers_keep_their_memory_between_steps(executor):
    for seen in executor.client.run(lambda: dict(os.environ)).values():
        held = {name: seen.get(name) for name in WORKER_ENVIRONMENT}
        assert held == WORKER_ENVIRONMENT


def test_a_script_without_a_guard_starts_workers_once(tmp_path):
    script = tmp_path / "script.py"
    (tmp_path / "beside.py").write_text("def square(item, _):\n    return item * item\n")
    script.write_text(
        "from beside import square\n"
        "from mer_core.cluster import Outcome, open_executor\n"
        "print('begin', flush=True)\n"
        "with open_executor(workers=2) as executor:\n"
        "    found = executor.map(square, [1, 2, 3], report=print)\n"
        "    print(sorted(one.value for one in found if isinstance(one, Outcome)))\n"
    )
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.splitlines() == ["begin", "[1, 4, 9]"]
    assert not done.stderr


def test_workers_that_cannot_start_are_an_error(monkeypatch):
    monkeypatch.setattr("mer_core.local_workers._MODULE", "mer_core.no_such_module")
    with pytest.raises(WorkerError, match="No module named"), open_executor(workers=2):
        pass


def test_workers_end_with_the_process_that_started_them(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import time\n"
        "from mer_core.cluster import open_executor\n"
        "with open_executor(workers=2) as executor:\n"
        "    print(*executor.client.run(__import__('os').getpid).values(), flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        workers = [psutil.Process(int(pid)) for pid in process.stdout.readline().split()]
        process.kill()
    assert len(workers) == 2
    _gone, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive


def test_nothing_but_this_machine_reaches_workers_and_scheduler(executor):
    pids = executor.client.run(os.getpid)
    processes = [psutil.Process(), *map(psutil.Process, pids.values())]
    heard = [
        one.laddr.ip
        for process in processes
        for one in process.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    ]
    assert len(heard) >= len(processes)
    assert set(heard) == {"127.0.0.1"}


def test_workers_whose_process_has_ended_are_an_error_and_not_waited_for():
    with open_executor(workers=2) as executor:
        parents = {psutil.Process(pid).ppid() for pid in executor.client.run(os.getpid).values()}
        (owner,) = parents
        outcomes = executor.map(_sleep, [60, 60], report=print)
        assert next(outcomes) is None
        os.kill(owner, signal.SIGKILL)
        with pytest.raises(WorkerError, match="has ended"):
            list(outcomes)


def _sleep(item: float, _report: object) -> None:
    time.sleep(item)


def test_an_error_in_a_worker_comes_back_as_a_failed_fold(tmp_path, executor):
    trouble = tmp_path / "trouble"
    trouble.touch()
    study = new_study(tmp_path / "failing", BlobExperiment(fails=str(trouble)))
    heard = list(study.run(executor=executor))
    failures = [event for event in heard if isinstance(event, events.FoldFailed)]
    assert len(failures) == 8
    assert failures[0].error == "RuntimeError: the network cannot be built today"


def test_a_killed_worker_costs_time_and_no_fold(tmp_path, executor):
    alone = new_study(tmp_path / "alone", BlobExperiment()).complete(workers=1)
    study = new_study(tmp_path / "spread", BlobExperiment(delay=0.3))
    killed, heard = 0, []
    for event in study.run(executor=executor, progress=heard.append):
        if isinstance(event, events.FoldFinished) and not killed:
            pids = executor.client.run(os.getpid)
            killed = next(iter(pids.values()))
            os.kill(killed, signal.SIGKILL)
    result = study.result()
    assert killed
    assert result.complete
    assert not result.failed
    assert result.digest == alone.digest
    workers = {fold.worker for fold in result.folds}
    assert len(workers) >= 2
    assert all(str(worker).startswith("tcp://") for worker in workers)
    epochs = [event for event in heard if isinstance(event, events.EpochFinished)]
    assert {event.name for event in epochs} == {fold.name for fold in result.folds}


@pytest.mark.parametrize("names", [("3", "3", "5")])
def test_each_device_gets_a_process_that_sees_it_alone_as_often_as_it_is_named(names):
    with open_executor(devices=names) as executor:
        assert isinstance(executor, DaskExecutor)
        seen = executor.client.run(lambda: os.environ["CUDA_VISIBLE_DEVICES"])
    assert sorted(seen.values()) == list(names)
