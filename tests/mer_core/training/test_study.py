from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from mer_core.errors import LeakageError, SettingsError, StoreError
from mer_core.models.checkpoint import load_checkpoint
from mer_core.protocols import subject_of
from mer_core.training import events, task
from mer_core.training.database import FoldState
from mer_core.training.result import StudyResult
from mer_core.training.storage import StudyStore
from mer_core.training.study import Study
from mer_core.training.study_folders import list_studies
from tests.mer_core.training.blobs import TINY, BlobExperiment


def new_study(folder: Path, experiment: BlobExperiment | None = None, **options) -> Study:
    options = {"settings": TINY, "seeds": (0, 1), **options}
    return Study.create(experiment or BlobExperiment(), folder=folder, **options)


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> StudyResult:
    """An uninterrupted run, which others must equal."""
    return new_study(tmp_path_factory.mktemp("studies") / "whole").complete(workers=1)


def test_a_whole_study_tests_every_clip_once_per_seed(finished):
    assert finished.complete
    assert finished.completed == 8
    keys = [sample.key for sample in BlobExperiment().table().samples]
    for seed in (0, 1):
        assert sorted(answer.key for answer in finished.predictions(seed)) == sorted(keys)
    assert finished.confusion.sum() == 2 * len(keys)
    assert finished.intervals is not None
    for name, interval in finished.intervals.items():
        assert interval.value == pytest.approx(finished.means[name])
    assert finished.means["uar"] > 0.5  # chance is a third
    assert finished.majority_rate == pytest.approx(1 / 3)


def test_the_document_has_what_is_promised(finished):
    document = finished.as_dict()
    promised = {
        "folds", "completed", "accuracy_pooled", "accuracy_subject_mean", "uf1", "uar",
        "majority_rate", "confusion", "synthetic",
    }  # fmt: skip
    assert promised <= set(document)
    assert (document["folds"], document["completed"]) == (8, 8)
    assert document["synthetic"] is True
    assert np.sum(document["confusion_shares"]) == pytest.approx(1)
    assert document["sessions"][0]["versions"]["torch"]
    assert [row["n"] for row in document["by_seed"]] == [24, 24]


def test_an_interrupted_study_ends_as_an_uninterrupted_one_does(tmp_path, finished):
    study = new_study(tmp_path / "cut")
    for event in study.run(workers=1):
        if isinstance(event, events.FoldFinished) and event.progress.done == 3:
            break
    assert study.result().completed == 3
    assert study.store.counts()[FoldState.RUNNING] == 0
    again = Study.open(study.folder, experiment=BlobExperiment())
    resumed = again.complete(workers=1)
    assert resumed.digest == finished.digest
    assert resumed.predictions() == finished.predictions()


def test_any_other_seed_or_setting_gives_another_result(tmp_path, finished):
    other = new_study(tmp_path / "a", settings=replace(TINY, batch=5)).complete(workers=1)
    assert other.digest != finished.digest


def test_the_result_does_not_depend_on_the_order_of_folds(tmp_path, finished):
    study = new_study(tmp_path / "backwards")
    for fold in reversed(study.store.folds()):
        outcome = task.run_fold(study.task(fold), lambda _: None)
        expected = next(
            finished.answers[f.identity]
            for f in finished.folds
            if (f.seed, f.name) == (fold.seed, fold.name)
        )
        assert outcome.predictions == expected


SCRIPT = """
import sys
from pathlib import Path
from tests.mer_core.training.test_study import TINY, BlobExperiment, new_study
study = new_study(Path(sys.argv[1]), BlobExperiment(delay=float(sys.argv[2])))
print("ready", flush=True)
for event in study.run(workers=1):
    print(type(event).__name__, flush=True)
"""


def start(folder: Path, delay: float) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(delay)],
        cwd=root,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_kill_9_in_mid_fold_loses_nothing_that_was_finished(tmp_path, finished):
    folder = tmp_path / "killed"
    process = start(folder, delay=0.3)
    seen = 0
    assert process.stdout is not None
    for line in process.stdout:
        seen += line.strip() == "FoldFinished"
        if seen == 2:
            break
    time.sleep(0.1)  # into the next fold
    process.send_signal(signal.SIGKILL)
    process.communicate()

    store = StudyStore(folder)
    done = store.counts()[FoldState.DONE]
    assert 2 <= done < 8
    assert store.counts()[FoldState.RUNNING] == 1
    before = store.predictions()
    study = Study.open(folder, experiment=BlobExperiment(delay=0.3))
    study.experiment = BlobExperiment()  # the same folds without the waiting
    resumed = study.complete(workers=1)
    assert resumed.digest == finished.digest
    assert all(resumed.answers[identity] == answers for identity, answers in before.items())


def test_two_processes_share_a_study_without_losing_or_doubling_a_fold(tmp_path, finished):
    folder = tmp_path / "shared"
    processes = [start(folder, delay=0.15) for _ in range(2)]
    lines = [process.communicate(timeout=300)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    result = StudyResult.of(StudyStore(folder))
    assert result.complete
    assert result.digest == finished.digest
    assert sum(line.count("FoldFinished") for line in lines) == 8
    assert len(result.sessions) == 2


def test_a_failed_fold_is_reported_and_tried_again_by_the_next_run(tmp_path, finished):
    trouble = tmp_path / "trouble"
    trouble.touch()
    study = new_study(tmp_path / "failing", BlobExperiment(fails=str(trouble)))
    failures = [e for e in study.run(workers=1) if isinstance(e, events.FoldFailed)]
    assert len(failures) == 8
    assert "cannot be built today" in failures[0].error
    assert study.result().as_dict()["completed"] == 0
    assert study.result().means["uar"] is None
    trouble.unlink()
    assert study.complete(workers=1).digest == finished.digest


def test_events_tell_the_whole_story_in_order(tmp_path):
    heard: list[events.Event] = []
    study = new_study(tmp_path / "told", seeds=(0,))
    yielded = list(study.run(workers=1, progress=heard.append))
    assert yielded == heard
    kinds = [type(event).__name__ for event in yielded]
    fold = ["FoldStarted", *["EpochFinished"] * 3, "FoldFinished"]
    assert kinds == ["StudyStarted", *fold * 4, "StudyFinished"]
    done = [e.progress.done for e in yielded if isinstance(e, events.FoldFinished)]
    assert done == [1, 2, 3, 4]
    assert yielded[-1].progress.eta == 0


def test_only_the_training_side_reaches_the_training(tmp_path, monkeypatch):
    given = []
    honest = task.train_fold

    def spy(data, *args, **options):
        given.append((data, args, options))
        return honest(data, *args, **options)

    monkeypatch.setattr(task, "train_fold", spy)
    study = new_study(tmp_path / "spied", seeds=(0,))
    study.complete(workers=1)
    for fold, (data, _, options) in zip(study.folds, given, strict=True):
        held_out = {subject_of(study.table.samples[i]) for i in fold.test}
        assert not held_out & {subject_of(sample) for sample in data.samples}
        assert len(data.images) == len(fold.train)
        # A view would carry the held-out images along in its storage.
        assert data.images.untyped_storage().nbytes() == data.images.nbytes
        assert set(options) == {"seed", "report"}


def test_a_leaking_split_is_refused_in_the_worker_too(tmp_path):
    study = new_study(tmp_path / "leaking", seeds=(0,))
    piece = study.task(study.store.folds()[0])
    with pytest.raises(LeakageError, match="both sides"):
        task.run_fold(replace(piece, train=(*piece.train, piece.test[0])), lambda _: None)
    with pytest.raises(StoreError, match="data differ"):
        task.run_fold(replace(piece, data_digest="other"), lambda _: None)


def test_weights_are_kept_with_what_made_them(tmp_path):
    study = new_study(tmp_path / "kept", seeds=(5,))
    result = study.complete(workers=1)
    for fold in result.folds:
        header, _ = load_checkpoint(study.weights_path(fold))
        assert header.weights_digest == fold.weights_digest
        assert (header.model, header.seed, header.synthetic) == ("tiny", 5, True)
        assert header.settings == TINY.as_dict()
    without = new_study(tmp_path / "bare", seeds=(5,), keep_weights=False)
    assert without.complete(workers=1).digest == result.digest
    assert not (without.folder / "weights").exists()


def test_a_folder_holds_one_study(tmp_path):
    new_study(tmp_path / "one")
    with pytest.raises(StoreError, match="another settings"):
        new_study(tmp_path / "one", settings=replace(TINY, epochs=9))
    with pytest.raises(StoreError, match="another experiment, seeds"):
        new_study(tmp_path / "one", BlobExperiment(subjects=5), seeds=(4,))
    assert list_studies(tmp_path) == (tmp_path / "one",)


def test_changed_data_stop_a_study(tmp_path):
    class Edited(BlobExperiment):
        def table(self):
            return replace(super().table(), digest="of other files")

    study = new_study(tmp_path / "edited")
    with pytest.raises(StoreError, match="the data changed"):
        Study.open(study.folder, experiment=Edited()).complete(workers=1)


def test_data_that_changed_can_be_studied_without_a_restart(tmp_path):
    state = {"digest": "before"}

    @dataclass(frozen=True)
    class OnDisk(BlobExperiment):
        def table(self):
            return replace(super().table(), digest=state["digest"])

    first = new_study(tmp_path / "first", OnDisk(), seeds=(0,))
    assert first.complete(workers=1).complete
    state["digest"] = "after"  # the files change, in the same process
    assert new_study(tmp_path / "second", OnDisk(), seeds=(0,)).complete(workers=1).complete
    with pytest.raises(StoreError, match="the data changed"):
        Study.open(first.folder, experiment=OnDisk()).complete(workers=1)
    state["digest"] = "before"
    assert Study.open(first.folder, experiment=OnDisk()).complete(workers=1).complete


def test_shuffled_labels_fall_to_chance_and_the_leak_rises(tmp_path):
    blobs = BlobExperiment(subjects=5, clips=9)
    hard = replace(TINY, epochs=8, learning_rate=0.01)

    def uar(control: str, settings=hard) -> float:
        study = new_study(tmp_path / control, blobs, settings=settings, control=control)
        means = study.complete(workers=1).means
        assert means["uar"] is not None
        return means["uar"]

    plain = uar("none")
    assert uar("shuffled-labels") < 0.55 < plain
    assert uar("leak") >= plain


def test_selection_on_the_test_subject_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="not an evaluation"):
        new_study(tmp_path / "x", settings=replace(TINY, selection="test"))
    leak = new_study(tmp_path / "leak", control="leak")
    assert not leak.keep_weights
    assert Study.open(leak.folder, experiment=BlobExperiment()).settings.selection == "test"


def test_seeds_are_named_once(tmp_path):
    for seeds in ((), (1, 1)):
        with pytest.raises(SettingsError, match="seed"):
            new_study(tmp_path / "x", seeds=seeds)


def test_a_study_touches_no_disk_before_it_is_asked_for_its_folder(tmp_path):
    made = Study(BlobExperiment(), folder=tmp_path / "study", settings=TINY)
    assert made.name.startswith("tiny-loso")
    assert not list(tmp_path.iterdir())
    assert Study.create(BlobExperiment(), folder=tmp_path / "study", settings=TINY).store.folds()
    assert len(made.store.folds()) == len(made.folds)
