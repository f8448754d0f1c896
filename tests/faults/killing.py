"""Kill -9 at random moments: nothing finished is lost, nothing half-written is read.

Work is started, killed after a random time, and started again on the same folder until it gets to
its end; what it then gives must equal, bit for bit, what undisturbed work gives.
"""

from __future__ import annotations

import hashlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

from mer_core.cluster import LocalExecutor, SerialExecutor, open_executor
from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic.cohort import PARTS, CohortSettings
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.inputs import AmiStore, InputSet, build_inputs
from mer_core.inputs.cohort import draw_cohort
from mer_core.models.catalog import model_entry
from mer_core.models.checkpoint import load_checkpoint
from mer_core.training import events
from mer_core.training.database import FoldState
from mer_core.training.experiment import CatalogExperiment, DatasetChoice
from mer_core.training.pretraining import Pretraining, pretrain
from mer_core.training.settings import TrainingSettings
from mer_core.training.study import Study
from tests.faults.counting import Count, Fork, forked
from tests.mer_core.training.blobs import TINY, BlobExperiment

GROUP = "Kill -9"
MOMENTS = {"a study": 50, "input building": 50, "pre-training": 20, "a worker": 10, "the app": 10}
_LEARNT = TrainingSettings(epochs=2, batch=4)


@dataclass(frozen=True)
class Work:
    """Something that can be killed.

    Attributes:
        run: Begins or goes on in a folder; returns the digest of what it made.
        look: Looks at an interrupted folder; returns how much is finished, and raises where
            something half-written is read.
    """

    run: Callable[[Path], str]
    look: Callable[[Path], int]


def counts(share: float, seed: int) -> Iterator[Count]:
    """Yield what became of every kind of work."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)

    def moments(name: str) -> int:
        return max(2, round(share * MOMENTS[name]))

    with tempfile.TemporaryDirectory() as place:
        twin = Path(place) / "twin"
        write_twin(
            "casme2", twin, subjects=3, clips_per_subject=4, size=64, frames=(8, 10), workers=1
        )
        yield harassed("a study", Work(_study, _finished_folds), moments("a study"), rng)
        inputs = Work(lambda folder: _inputs(twin, folder), _whole_entries)
        yield harassed("input building", inputs, moments("input building"), rng)
        yield harassed("pre-training", Work(_pretrain, _epochs), moments("pre-training"), rng)
        yield workers_killed(moments("a worker"), rng)
        yield apps_killed(twin, moments("the app"), rng)


def harassed(name: str, work: Work, moments: int, rng: np.random.Generator) -> Count:
    """Kill `work` at `moments` random moments, over as many folders as that takes."""
    broken: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        began = time.monotonic()
        expected = forked(lambda: work.run(Path(place) / "undisturbed"))
        seconds = time.monotonic() - began
        killed = round_ = 0
        while killed < moments:
            folder = Path(place) / str(round_)
            round_ += 1
            finished = 0
            for attempt in range(40):
                child = Fork(lambda folder=folder: work.run(folder))
                # Later tries are left longer, so that each folder gets to its end.
                left = rng.uniform(0, seconds * (0.4 + 0.1 * attempt))
                if child.ended(left if killed < moments else 60 + 10 * seconds):
                    broken += _compared(child, expected)
                    break
                child.kill(family=True)
                killed += 1
                try:
                    now = forked(lambda folder=folder: work.look(folder))
                except RuntimeError as error:
                    broken.append(f"after kill {killed}: {error}")
                    continue
                if now < finished:
                    broken.append(f"after kill {killed}: {finished} parts finished, {now} left")
                finished = now
            else:
                broken.append("did not get to its end")
    return Count(group=GROUP, name=f"{name} killed", tried=killed, broken=tuple(broken))


def _compared(child: Fork, expected: str) -> list[str]:
    try:
        found = child.value()
    except RuntimeError as error:
        return [f"the last run: {error}"]
    return [] if found == expected else ["another result than undisturbed"]


def _study(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    study = Study.create(BlobExperiment(), folder=folder, settings=TINY, seeds=(0, 1))
    return study.complete(workers=1).digest


def _finished_folds(folder: Path) -> int:
    if not (folder / "study.sqlite").exists():
        return 0
    study = Study.open(folder, experiment=BlobExperiment())
    done = [fold for fold in study.store.folds() if fold.state is FoldState.DONE]
    for fold in done:
        header, _ = load_checkpoint(study.weights_path(fold))
        assert header.weights_digest == fold.weights_digest, f"{fold.name} has other weights"
    return len(done)


def _inputs(twin: Path, folder: Path) -> str:
    os.environ["MER_CACHE"] = str(folder / "cache")
    samples = tuple(open_dataset("casme2", twin))
    inputs = InputSet(samples, model_entry("affectivenet").input, AmiStore(folder / "store"))
    failed = [one.failure for one in build_inputs(inputs, workers=1) if one.failure]
    assert not failed, failed[0]
    digest = hashlib.sha256()
    for index in range(len(inputs)):
        digest.update(inputs[index].tobytes())
    return digest.hexdigest()


def _whole_entries(folder: Path) -> int:
    entries = list((folder / "store").glob("??/*.entry"))
    for entry in entries:
        content = entry.read_bytes()
        whole = hashlib.sha256(content[32:]).digest() == content[:32]
        assert whole, f"{entry.name} is half an entry"
    return len(entries)


def _pretrain(folder: Path) -> str:
    os.environ["MER_CACHE"] = str(folder / "cache")
    cohort = CohortSettings(training=3, inner=2, unseen=2, clips=4, frames=(4, 5), sizes=(48,))
    for part in PARTS:
        draw_cohort(cohort, part, executor=SerialExecutor())
    job = Pretraining(
        model="learnet",
        weighting="rank-pooling",
        cohort=cohort,
        recipe=TrainingSettings(epochs=3, batch=8, schedule="cosine"),  # type: ignore[arg-type]
    )
    return pretrain(job, folder=folder / "weights").digest


def _epochs(folder: Path) -> int:
    for file in (folder / "weights").glob("*.safetensors"):
        if file.name.startswith("."):  # what training goes on from, which has no header of weights
            with safe_open(file, framework="pt") as state:
                assert "state" in state.metadata(), f"{file.name} is half a state"
        else:
            load_checkpoint(file)
    return len(list((folder / "cache").rglob("*.npz")))


def workers_killed(moments: int, rng: np.random.Generator) -> Count:
    """Kill one of two workers in the middle of a study; the study ends all the same."""
    broken: list[str] = []
    expected = forked(lambda: _study(Path(tempfile.mkdtemp())))
    with tempfile.TemporaryDirectory() as place, open_executor(workers=2) as executor:
        assert isinstance(executor, LocalExecutor)
        for number in range(moments):
            study = Study.create(
                BlobExperiment(delay=0.2),
                folder=Path(place, str(number)),
                settings=TINY,
                seeds=(0, 1),
            )
            due = int(rng.integers(0, 6))
            for event in study.run(executor=executor):
                due -= isinstance(event, events.FoldStarted)
                if due == 0:
                    os.kill(int(rng.choice(executor.pids)), signal.SIGKILL)
                    due = -99
            result = study.result()
            if not result.complete or result.failed:
                broken.append(f"study {number} did not get to its end")
            elif result.digest != expected:
                broken.append(f"study {number} ended with another result")
    return Count(
        group=GROUP, name="a worker of a study killed", tried=moments, broken=tuple(broken)
    )


def apps_killed(twin: Path, moments: int, rng: np.random.Generator) -> Count:
    """Kill the app while it trains: its study ends by itself, and goes on to the same result."""
    broken: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        os.environ["MER_CACHE"] = str(Path(place) / "cache")

        def study(name: str) -> Study:
            return Study.create(
                CatalogExperiment(
                    datasets=(DatasetChoice(name="casme2", root=str(twin)),), model="learnet"
                ),
                folder=Path(place) / name,
                settings=_LEARNT,
            )

        expected = forked(lambda: study("undisturbed").complete(workers=1).digest)
        began = time.monotonic()
        assert not forked(lambda: _serve(study("timed")))
        seconds = time.monotonic() - began
        killed = number = 0
        while killed < moments:
            name = str(number := number + 1)
            child = Fork(lambda name=name: _serve(study(name)))
            if child.ended(float(rng.uniform(0.5, seconds))):
                broken += _compared(child, "")  # too late to be killed
                continue
            child.kill()  # the server alone: its study is a process of its own
            killed += 1
            time.sleep(3)  # by then the study has seen that it is alone
            try:
                found = forked(lambda name=name: study(name).complete(workers=1).digest)
            except RuntimeError as error:
                broken.append(f"kill {killed}: {error}")
                continue
            if found != expected:
                broken.append(f"kill {killed}: another result than undisturbed")
    return Count(
        group=GROUP, name="the app killed while it trains", tried=moments, broken=tuple(broken)
    )


def _serve(study: Study) -> str:
    from workbench.study_runner import StudyRunner

    run = StudyRunner().start(study)
    while not run.ended:
        time.sleep(0.05)
    return run.failure or ""
