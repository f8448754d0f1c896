"""Studies of the app train in a process of their own, one at a time, and stop when asked."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import psutil
import pytest
import torch

from mer_core.datasets.synthetic.twins import write_twin
from mer_core.training import CatalogExperiment, DatasetChoice, Study, profile
from mer_core.training.database import FoldState
from mer_core.training.events import (
    EpochFinished,
    Event,
    FoldFinished,
    FoldStarted,
    Progress,
    StudyStarted,
)
from workbench.study_progress import _cells
from workbench.study_runner import Run, StudyRunner, fold_states

SERVER = """
import sys, time
from mer_core.training import Study
from workbench.study_runner import StudyRunner
run = StudyRunner().start(Study.open(sys.argv[1]))
print(run.process.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    root = tmp_path_factory.mktemp("twin") / "casme2"
    write_twin("casme2", root, subjects=2, clips_per_subject=4, seed=5, size=64, frames=(8, 10))
    return root


@pytest.fixture
def planned(twin, monkeypatch, tmp_path):
    """Plans small studies, whose longer ones would train for minutes."""
    monkeypatch.setenv("MER_DATA", str(tmp_path / "data"))

    def plan(name: str, *, epochs: int = 2) -> Study:
        return Study.create(
            CatalogExperiment(
                datasets=(DatasetChoice(name="casme2", root=str(twin)),),
                scheme="natural4",
                model="offapexnet",
            ),
            name=name,
            settings=profile("quick", epochs=epochs),
        )

    return plan


def wait_for(condition, *, within: float = 90.0) -> None:
    deadline = time.monotonic() + within
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if any("study_process" in word for word in child.cmdline())
    ]


def test_events_cross_processes_as_plain_values():
    progress = Progress(total=4, done=1, failed=0, running=1, elapsed=2.0, eta=None)
    for event in (
        StudyStarted(progress=progress, slots=1, dashboard=None, warnings=("few clips",)),
        FoldStarted(progress=progress, seed=0, name="sub01"),
        EpochFinished(
            progress=progress, name="sub01", epoch=12, epochs=12, loss=0.5, accuracy=0.25
        ),
    ):
        assert Event.from_dict(event.as_dict()) == event


def test_the_last_epoch_is_the_twelfth_of_twelve():
    progress = Progress(total=4, done=1, failed=0, running=1, elapsed=2.0, eta=None)
    run = Run("any")
    run.record_event(
        EpochFinished(progress=progress, name="sub01", epoch=12, epochs=12, loss=0.5, accuracy=0.25)
    )
    assert "epoch 12 of 12" in run.activity


def test_a_run_knows_how_far_it_is_from_the_first_epoch_on():
    run = Run("study")

    def progress(done: int) -> Progress:
        return Progress(total=4, done=done, failed=0, running=1, elapsed=30.0, eta=None)

    assert (run.share, run.time_left) == (0.0, "")
    run.record_event(FoldStarted(progress=progress(0), seed=0, name="s1"))
    assert run.time_left == ""
    for epoch, loss in ((1, 1.5), (2, 1.25)):
        run.record_event(
            EpochFinished(
                progress=progress(0), name="s1", epoch=epoch, epochs=4, loss=loss, accuracy=0.5
            )
        )
    assert run.share == pytest.approx(0.5 / 4)
    assert run.time_left == "about 4 min"  # 30 s for an eighth, so 210 s for the rest
    assert run.losses == {"s1": [1.5, 1.25]}
    assert run.states == {(0, "s1"): "training, epoch 2 of 4"}
    run.record_event(
        FoldFinished(progress=progress(1), seed=0, name="s1", right=3, n_test=4, seconds=9.0)
    )
    assert run.share == pytest.approx(1 / 4)
    assert run.states == {(0, "s1"): "finished, 3 of 4 right"}


def test_every_fold_has_a_cell_those_of_an_earlier_run_too(planned):
    study = planned("cells")
    events = study.run(workers=1)
    next(event for event in events if isinstance(event, FoldFinished))
    events.close()
    states = fold_states(Study.open(study.folder))
    first, second = ((0, fold.name) for fold in study.folds)
    right = sum(answer.correct for answer in study.result().predictions())
    assert states == {first: f"finished, {right} of 4 right", second: "waiting"}
    run = Run("cells", states=states)
    cells = _cells(run)
    assert cells.count("<li") == 2
    assert cells.index("mer-fold-finished") < cells.index("mer-fold-waiting")


def test_the_cells_of_several_seeds_stay_apart():
    progress = Progress(total=2, done=0, failed=0, running=1, elapsed=0.0, eta=None)
    run = Run("seeds", states={(0, "s1"): "finished, 3 of 4 right", (1, "s1"): "waiting"})
    run.record_event(FoldStarted(progress=progress, seed=1, name="s1"))
    run.record_event(
        EpochFinished(progress=progress, name="s1", epoch=1, epochs=2, loss=1.0, accuracy=0.5)
    )
    assert run.states == {
        (0, "s1"): "finished, 3 of 4 right",
        (1, "s1"): "training, epoch 1 of 2",
    }
    assert "s1, seed 1<span>training" in _cells(run)


def test_the_time_left_of_a_continued_study_counts_this_run_alone():
    """Nine of ten folds were done long ago; half of the tenth took 30 s, so half is left."""
    run = Run("continued")
    before = Progress(total=10, done=9, failed=0, running=0, elapsed=0.0, eta=None)
    run.record_event(StudyStarted(progress=before, slots=1, dashboard=None))
    assert run.time_left == ""
    now = Progress(total=10, done=9, failed=0, running=1, elapsed=30.0, eta=None)
    run.record_event(
        EpochFinished(progress=now, name="s10", epoch=5, epochs=10, loss=1.0, accuracy=0.5)
    )
    assert run.time_left == "about 30 s"


def test_training_leaves_this_process_alone(planned):
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    strict = torch.are_deterministic_algorithms_enabled()
    study = planned("apart")
    runner = StudyRunner()
    run = runner.start(study)
    told = set()
    while not run.ended:
        told.add(run.activity)
        assert torch.are_deterministic_algorithms_enabled() == strict
        assert torch.get_num_threads() == threads
        time.sleep(0.005)
    assert run.failure is None
    assert study.result().complete
    assert torch.equal(torch.get_rng_state(), state)
    assert study.result().digest == planned("here").complete(workers=1).digest
    (session,) = {row["pid"] for row in _sessions(study)}
    assert session == run.process.pid  # type: ignore[union-attr]


def _sessions(study):
    from mer_core.training.database import connect

    with connect(study.store.path) as connection:
        return connection.execute("SELECT * FROM sessions").fetchall()


def test_stopping_interrupts_a_fold_and_pressing_twice_starts_one_process(planned):
    study = planned("stopped", epochs=5000)
    runner = StudyRunner()
    first = runner.start(study)
    assert runner.start(Study.open(study.folder)) is first
    assert runner.start(planned("another")) is first
    assert len(children()) == 1
    wait_for(lambda: "epoch" in first.activity)
    runner.cancel()
    assert first.stopping
    second = runner.start(study)  # pressed before the first has stopped
    assert second is not first
    assert first.ended
    assert first.failure is None
    assert "epoch 5000" not in first.activity
    assert study.store.counts()[FoldState.DONE] == 0
    assert len(children()) == 1
    wait_for(lambda: "epoch" in second.activity)
    runner.cancel()
    wait_for(lambda: second.ended)
    assert not children()
    assert study.store.counts()[FoldState.RUNNING] == 0  # given back, not left to a lease


def test_a_study_that_cannot_run_says_why(planned, twin):
    study = planned("broken")
    book = study.folder / "study.sqlite"
    book.write_bytes(b"not a database at all" * 100)
    run = StudyRunner().start(study)
    wait_for(lambda: run.ended)
    assert run.failure is not None
    assert "not a database" in run.failure


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a server that dies at once")
def test_the_process_ends_with_the_server(planned):
    study = planned("orphan", epochs=5000)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(study.folder)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    trainer = psutil.Process(int(server.stdout.readline()))
    wait_for(lambda: study.store.counts()[FoldState.RUNNING] == 1)
    server.kill()
    server.wait()
    server.stdout.close()
    wait_for(lambda: not trainer.is_running())
    assert study.store.counts()[FoldState.RUNNING] == 0
