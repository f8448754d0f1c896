"""The preparation runs in a process of its own, tells where it stands, and ends with its parent."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mer_core.datasets.synthetic.twins import demo_folder, write_twin
from mer_core.errors import StoreError
from mer_core.training import demonstration
from mer_core.training.demonstration import Step, is_prepared, prepare_apart
from mer_core.training.storage import StudyStore
from tests.mer_core.training.blobs import TINY, BlobExperiment

SCRIPT = """
import sys, time
from mer_core.errors import StoreError
from mer_core.training import demonstration as demo

def prepare(report):
    report(demo.Step(title="drawing", done=1, total=2))
    {ending}

demo.prepare = prepare
sys.exit(demo.main())
"""


def command(ending: str) -> tuple[str, ...]:
    return (sys.executable, "-c", SCRIPT.format(ending=ending))


@pytest.fixture(autouse=True)
def empty_home(tmp_path, monkeypatch):
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"MER_{name}", str(tmp_path / name.lower()))


def prepared_by(ending: str, monkeypatch) -> list[Step]:
    monkeypatch.setattr(demonstration, "COMMAND", command(ending))
    heard: list[Step] = []
    prepare_apart(heard.append)
    return heard


def test_steps_are_heard_across_processes(monkeypatch):
    heard = prepared_by("report(demo.Step(title='drawing', done=2, total=2))", monkeypatch)
    assert heard == [Step(title="drawing", done=n, total=2) for n in (1, 2)]


def test_a_failure_is_one_error_here(monkeypatch):
    ending = "raise StoreError('is full', where='disk', remedy='make room')"
    with pytest.raises(StoreError, match="disk: is full; make room"):
        prepared_by(ending, monkeypatch)
    with pytest.raises(StoreError, match="ended with code 3"):
        prepared_by("sys.exit(3)", monkeypatch)


def test_the_process_ends_with_the_one_that_started_it():
    child = subprocess.Popen(
        command("time.sleep(300)"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None and child.stdout is not None
    assert "drawing" in child.stdout.readline()
    child.stdin.close()
    assert child.wait(timeout=60) == 1
    child.stdout.close()


def test_nothing_is_started_where_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(demonstration, "OTHER_TWINS", ())
    monkeypatch.setattr(demonstration, "DEMO_MODELS", ("blobs",))
    monkeypatch.setattr(demonstration, "COMMAND", ("no such program",))
    assert not is_prepared()
    root = demo_folder(demonstration.DEMO_DATASET)
    write_twin("casme2", root, subjects=2, clips_per_subject=3, seed=1, size=64, frames=(6, 8))
    assert not is_prepared()
    folder = demonstration.demo_study_folder("blobs")
    study = demonstration.Study(BlobExperiment(), folder=folder, settings=TINY)
    assert StudyStore(folder).counts()
    assert not is_prepared()
    study.complete(workers=1)
    assert is_prepared()
    prepare_apart(lambda step: pytest.fail("nothing had to be done"))
