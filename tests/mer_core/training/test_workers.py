"""Folds in real worker processes, one of which is killed in mid-run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from mer_core.cluster import LocalExecutor, LostWorker, Outcome, open_executor
from mer_core.errors import WorkerError
from mer_core.local_workers import ONE_THREAD, WORKER_ENVIRONMENT
from mer_core.training import events
from mer_core.training.study import Study
from tests.mer_core.training.blobs import TINY, BlobExperiment


@pytest.fixture(scope="module")
def executor():
    """Two processes; the tests share them, because starting them is what takes long."""
    with open_executor(workers=2) as two:
        assert isinstance(two, LocalExecutor)
        assert two.slots == 2
        yield two


def new_study(folder, experiment: BlobExperiment) -> Study:
    return Study.create(experiment, folder=folder, settings=TINY, seeds=(0, 1))


def values(executor, work, items) -> list:
    outcomes = executor.map(work, items, report=lambda _: None)
    return [one.value for one in outcomes if isinstance(one, Outcome)]


def _variables(names, _report) -> dict[str, str | None]:
    time.sleep(0.2)  # the others take theirs meanwhile
    return {name: os.environ.get(name) for name in names}


def test_workers_keep_their_memory_between_steps_and_have_one_thread(executor):
    expected = {**WORKER_ENVIRONMENT, **ONE_THREAD}
    assert values(executor, _variables, [tuple(expected)] * 2) == [expected] * 2


def test_what_is_of_a_script_and_what_cannot_cross_is_handed_over_all_the_same(executor):
    class Odd(Exception):
        def __reduce__(self):
            raise TypeError("no")

    def work(item, report):  # a function within another has no name by which to find it
        report({"half": item / 2})
        if item == 3:
            raise Odd("three")
        return item * 10

    told: list[dict] = []
    heard = [one for one in executor.map(work, [1, 2, 3], report=told.append) if one]
    assert {one.item: one.value for one in heard} == {1: 10, 2: 20, 3: None}
    (error,) = [one.error for one in heard if one.error]
    assert str(error) == "Odd: three"
    assert sorted(one["half"] for one in told) == [0.5, 1, 1.5]


def test_what_goes_wrong_with_a_report_is_not_swallowed(executor):
    def full(_message):
        raise OSError("no room for reports")

    with pytest.raises(OSError, match="no room"):
        list(executor.map(lambda item, report: report({"at": item}), [1], report=full))
    assert sorted(values(executor, lambda item, _: item, [1, 2, 3])) == [1, 2, 3]


def test_an_answer_to_what_was_given_up_is_not_taken_for_another(executor):
    def work(item, report):
        report({"from": item})
        time.sleep(item if item >= 60 else 0)
        return item

    told: list[dict] = []
    first = executor.map(work, [60, 61], report=lambda _: None)
    assert next(first) is None
    assert sorted(values(executor, work, [1, 2, 3, 4])) == [1, 2, 3, 4]
    again = [one for one in executor.map(work, [5, 6], report=told.append) if one]
    assert {one.item: one.value for one in again} == {5: 5, 6: 6}
    assert sorted(one["from"] for one in told) == [5, 6]
    with pytest.raises(RuntimeError, match="other work has begun"):
        list(first)


def test_every_item_may_lose_its_worker_once(executor, tmp_path):
    def work(item, _report):
        mark = tmp_path / str(item)
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    assert sorted(values(executor, work, (n + 1000 for n in range(8)))) == list(range(1000, 1008))


class Elsewhere:
    """Can be made on one side only."""

    def __init__(self, side: str) -> None:
        self.side = side

    def __reduce__(self):
        return _made_at, (self.side, os.getpid())


def _made_at(side: str, pid: int) -> Elsewhere:
    if (side == "there") == (os.getpid() == pid):
        return Elsewhere(side)
    raise LookupError(f"cannot be made {side}")


def test_what_cannot_be_read_on_the_other_side_fails_alone(executor):
    def work(item, _report):
        return Elsewhere("there") if item == 2 else item

    heard = [one for one in executor.map(work, [1, 2, 3], report=print) if one]
    assert {one.item: str(one.error) for one in heard if one.error} == {2: "cannot be made there"}
    assert sorted(one.value for one in heard if one.error is None) == [1, 3]


def test_work_that_is_given_up_is_not_finished(executor, tmp_path):
    def work(item, _report):
        time.sleep(item)
        (tmp_path / str(item)).touch()

    outcomes = executor.map(work, [1.5, 1.6], report=lambda _: None)
    assert next(outcomes) is None
    outcomes.close()
    assert sorted(values(executor, lambda item, _: item, range(5))) == list(range(5))
    time.sleep(1.7)
    assert not list(tmp_path.iterdir())


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
        "    print(*executor.pids, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        workers = [psutil.Process(int(pid)) for pid in process.stdout.readline().split()]
        process.kill()
    assert len(workers) == 2
    _gone, alive = psutil.wait_procs(workers, timeout=60)
    assert not alive


def test_nobody_but_their_parent_reaches_workers(executor):
    for pid in executor.pids:
        assert not psutil.Process(pid).net_connections("inet")


def test_an_item_that_ends_its_process_every_time_fails_and_the_others_are_done(executor):
    def work(item, _report):
        if item == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    heard = [one for one in executor.map(work, [0, 1, 2, 3], report=print) if one]
    outcomes = {one.item: one for one in heard if isinstance(one, Outcome)}
    assert [outcomes[n].value for n in range(4)] == [0, None, 2, 3]
    assert sum(isinstance(one, LostWorker) for one in heard) == 3
    with pytest.raises(WorkerError, match=r"ended 3 times \(ended by signal 9\)"):
        raise outcomes[1].error


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
            killed = executor.pids[0]
            os.kill(killed, signal.SIGKILL)
    result = study.result()
    assert killed
    assert result.complete
    assert not result.failed
    assert result.digest == alone.digest
    workers = {fold.worker for fold in result.folds}
    assert len(workers) >= 2
    assert killed not in executor.pids
    epochs = [event for event in heard if isinstance(event, events.EpochFinished)]
    assert {event.name for event in epochs} == {fold.name for fold in result.folds}


@pytest.mark.parametrize("names", [("3", "3", "5")])
def test_each_device_gets_a_process_that_sees_it_alone_as_often_as_it_is_named(names):
    with open_executor(devices=names) as executor:
        seen = values(executor, _variables, [["CUDA_VISIBLE_DEVICES"]] * len(names))
    assert sorted(one["CUDA_VISIBLE_DEVICES"] for one in seen) == list(names)


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler and a worker, started by hand as README says."""
    dask = [sys.executable, "-m", "dask"]
    place = ["--scheduler-file", str(tmp_path / "scheduler.json")]
    quiet = ["--host", "127.0.0.1", "--no-dashboard"]
    with (
        subprocess.Popen([*dask, "scheduler", *place, *quiet, "--port", "0"]) as one,
        subprocess.Popen(
            [*dask, "worker", *place, *quiet, "--nworkers", "2", "--nthreads", "1"]
        ) as two,
    ):
        try:
            while not (tmp_path / "scheduler.json").exists() and one.poll() is None:
                time.sleep(0.05)
            yield json.loads((tmp_path / "scheduler.json").read_text())["address"]
        finally:
            two.terminate()
            one.terminate()


def test_a_study_on_a_cluster_has_the_result_it_has_alone(tmp_path, scheduler):
    alone = new_study(tmp_path / "alone", BlobExperiment()).complete(workers=1)
    study = new_study(tmp_path / "spread", BlobExperiment(delay=0.1))
    heard = list(study.run(scheduler=scheduler))
    result = study.result()
    assert result.complete
    assert result.digest == alone.digest
    workers = {str(fold.worker) for fold in result.folds}
    assert workers
    assert all(name.startswith("tcp://127.0.0.1") for name in workers)
    epochs = {event.name for event in heard if isinstance(event, events.EpochFinished)}
    assert epochs == {fold.name for fold in result.folds}
