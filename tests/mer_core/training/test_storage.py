from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from mer_core import child_process
from mer_core.errors import StoreError
from mer_core.records import Prediction
from mer_core.training.database import FoldState, PlannedFold
from mer_core.training.storage import StudyStore, store_stamp
from mer_core.training.task import FoldOutcome
from mer_core.training.training_data import EpochRecord

FOLDS = [
    PlannedFold(seed=seed, position=i, name=f"s{i}", n_train=4, n_test=2)
    for seed in (7, 3)
    for i in range(2)
]


def outcome(text: str = "positive", share: float = 1 / 3) -> FoldOutcome:
    answer = Prediction(
        key="blobs/s01/c01",
        subject="s01",
        truth="positive",
        predicted=text,
        probabilities={"positive": share, "negative": 1 - share},
    )
    record = EpochRecord(epoch=1, loss=0.1, accuracy=0.5, validation_uar=None, seconds=0.2)
    return FoldOutcome(
        predictions=(answer,),
        history=(record,),
        epoch=1,
        seconds=0.3,
        seconds_training=0.2,
        weights_digest="abc",
    )


def new_store(folder, **options) -> StudyStore:
    return StudyStore.create(folder, {"name": "test"}, FOLDS, **options)


def test_a_fold_comes_back_as_it_was_recorded(tmp_path):
    store = new_store(tmp_path)
    identity = store.claim()
    assert identity is not None
    assert store.record(identity, outcome(share=0.1 + 0.2), worker="w1")
    again = StudyStore(tmp_path)
    fold = next(fold for fold in again.folds() if fold.identity == identity)
    assert (fold.state, fold.worker, fold.epoch) == (FoldState.DONE, "w1", 1)
    assert fold.history == outcome().history
    assert again.predictions() == {identity: outcome(share=0.1 + 0.2).predictions}


def test_the_stamp_changes_with_every_write_and_only_then(tmp_path):
    assert store_stamp(tmp_path) == ""
    store = StudyStore.create(tmp_path, {"name": "x"}, FOLDS)
    stamps = [store_stamp(tmp_path)]
    store.folds()
    assert store_stamp(tmp_path) == stamps[0]
    identity = store.claim()
    assert identity is not None
    stamps.append(store_stamp(tmp_path))
    assert store.record(identity, outcome())
    stamps.append(store_stamp(tmp_path))
    store.counts()
    StudyStore(tmp_path).predictions()
    assert store_stamp(tmp_path) == stamps[-1]
    assert len(set(stamps)) == 3


def test_folds_keep_the_order_of_their_seeds(tmp_path):
    assert [(fold.seed, fold.name) for fold in new_store(tmp_path).folds()] == [
        (7, "s0"), (7, "s1"), (3, "s0"), (3, "s1"),
    ]  # fmt: skip


def test_every_fold_is_claimed_once(tmp_path):
    stores = [new_store(tmp_path) for _ in range(3)]
    claimed: list[int] = []

    def take(store: StudyStore) -> None:
        while (identity := store.claim()) is not None:
            claimed.append(identity)

    threads = [threading.Thread(target=take, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [fold.identity for fold in stores[0].folds()]


def test_a_lease_that_ran_out_frees_the_fold_and_its_late_result_is_refused(tmp_path):
    slow, quick = new_store(tmp_path, lease=-1), StudyStore(tmp_path)
    identity = slow.claim()
    assert quick.claim() == identity
    assert not slow.record(identity, outcome("negative"))
    assert quick.record(identity, outcome("positive"))
    assert quick.predictions()[identity][0].predicted == "positive"
    assert not quick.record(identity, outcome("negative"))


def test_a_renewed_lease_holds_and_a_left_block_lets_go(tmp_path):
    holder, other = new_store(tmp_path, lease=0.4), StudyStore(tmp_path)
    with holder.renewing():
        identity = holder.claim()
        threading.Event().wait(0.9)
        assert other.claim() == identity + 1
    assert holder.claim() == identity


def test_the_fold_of_a_dead_process_is_free_at_once(tmp_path):
    script = (
        "import os, sys; from pathlib import Path;"
        "from mer_core.training.storage import StudyStore;"
        "print(StudyStore(Path(sys.argv[1])).claim(), flush=True); os._exit(9)"
    )
    store = new_store(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True
    )
    assert int(done.stdout) == 1
    assert store.counts()[FoldState.RUNNING] == 1
    assert store.claim() == 1


def test_a_failed_fold_waits_until_it_is_asked_for_again(tmp_path):
    store = new_store(tmp_path)
    identity = store.claim()
    store.fail(identity, "no memory")
    assert store.folds()[0].error == "no memory"
    assert store.claim() == identity + 1
    assert store.retry_failed() == 1
    assert store.claim() == identity


def test_a_fold_whose_answers_cannot_be_written_is_not_done(tmp_path):
    store = new_store(tmp_path)
    identity = store.claim()
    twice = outcome()
    with sqlite3.connect(store.path) as connection:
        connection.execute(
            "INSERT INTO predictions VALUES (?, 0, 'k', 's', 't', 'p', '{}')", (identity,)
        )
    with pytest.raises(StoreError, match="refused"):
        store.record(identity, twice)
    assert store.folds()[0].state is FoldState.RUNNING


def test_creating_twice_opens_the_first(tmp_path):
    new_store(tmp_path)
    second = StudyStore.create(tmp_path, {"name": "other"}, FOLDS[:1])
    assert second.read("name") == "test"
    assert len(second.folds()) == 4
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".sqlite"] == [
        "study.sqlite"
    ]


def test_what_is_no_study_is_named(tmp_path):
    with pytest.raises(StoreError, match="no study here"):
        StudyStore(tmp_path)
    (tmp_path / "study.sqlite").write_bytes(b"not a database at all, but long enough to look at")
    with pytest.raises(StoreError, match="refused"):
        StudyStore(tmp_path)


def test_sessions_tell_versions_and_commit(tmp_path):
    store = new_store(tmp_path)
    store.claim()
    store.claim()
    (session,) = store.sessions()
    assert session["versions"]["torch"]
    assert session["commit"]


def test_a_process_lives_until_it_is_dead():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    born = child_process.start_time(child.pid)
    assert born
    assert not child_process.is_dead(os.uname().nodename, child.pid, born)
    assert not child_process.is_dead("another machine", child.pid, "never")
    child.kill()
    while child_process.start_time(child.pid):  # a zombie now
        pass
    assert child_process.is_dead(os.uname().nodename, child.pid, born)
    child.communicate()
    assert child_process.start_time(child.pid) == ""


def test_without_proc_a_living_process_is_alive(monkeypatch, tmp_path):
    monkeypatch.setattr(child_process, "_PROCESSES", tmp_path)
    assert child_process.start_time(os.getpid()) == "alive"
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert child_process.start_time(child.pid) == ""
