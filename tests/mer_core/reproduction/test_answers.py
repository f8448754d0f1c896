"""Answers lie beside the results that rest on them, and stand in where nothing was trained."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from mer_core.errors import StoreError
from mer_core.provenance import provenance, settings_digest
from mer_core.reproduction import cells
from mer_core.reproduction.answers import ANSWERS, keep_answers
from mer_core.reproduction.cells import Status, cells_of, load_or_run
from mer_core.reproduction.manifest import Manifest
from mer_core.training import study as study_module
from mer_core.training.result import StudyResult
from mer_core.training.storage import StudyStore
from mer_core.training.study import Study
from mer_core.training.study_folders import copy_answers, list_studies, studies_folder
from tests.mer_core.training.blobs import TINY, BlobExperiment

ROOT = Path(__file__).parents[3]


def result_of(*studies: str, folder: Path) -> Manifest:
    """A folder with one result, made of these studies."""
    manifest = Manifest(folder)
    manifest.save(
        "table",
        ".csv",
        b"",
        title="Table",
        maker="mer reproduce table",
        provenance=provenance(data_digest="", synthetic=True, settings={"studies": [*studies]}),
        name="table",
    )
    return manifest


SHIPPED = sorted((Path(study_module.__file__).parent / "studies").glob("*.sqlite"))


@pytest.mark.parametrize(
    "file",
    [*SHIPPED, *(ROOT / "figures" / ANSWERS).glob("*/study.sqlite")],
    ids=lambda file: file.parent.name + "/" + file.stem,
)
def test_studies_of_earlier_versions_can_still_be_opened(file, tmp_path):
    shutil.copy(file, tmp_path / "study.sqlite")
    opened = Study.open(tmp_path)
    kept = StudyStore(tmp_path).read("definition")
    assert settings_digest(opened.definition) == settings_digest(kept)
    assert opened.result().complete


@pytest.fixture
def study(folders) -> Study:
    made = Study.create(BlobExperiment(), name="blobs", settings=TINY)
    if not made.result().complete:
        made.complete(workers=1)
    return made


def test_answers_of_a_result_are_kept_without_names_of_machines(study, tmp_path):
    keep_answers(result_of("blobs", "never run", folder=tmp_path))
    (kept,) = list_studies(tmp_path / ANSWERS)
    assert [file.name for file in kept.iterdir()] == ["study.sqlite"]
    assert StudyResult.of(StudyStore(kept)).digest == study.result().digest
    hosts = {session["host"] for session in StudyStore(kept).sessions()}
    assert hosts == {""}


def test_answers_that_have_become_others_are_copied_anew(study, tmp_path):
    other = Study.create(BlobExperiment(), folder=tmp_path / "o", settings=replace(TINY, epochs=1))
    other.complete(workers=1)
    kept = tmp_path / "results" / ANSWERS / "blobs" / "study.sqlite"
    copy_answers(other.folder, kept)
    keep_answers(result_of("blobs", folder=tmp_path / "results"))
    assert StudyResult.of(StudyStore(kept.parent)).digest == study.result().digest


def test_answers_that_no_result_rests_on_any_more_are_removed(study, tmp_path):
    keep_answers(result_of("blobs", folder=tmp_path))
    keep_answers(result_of(folder=tmp_path))
    assert not list_studies(tmp_path / ANSWERS)


def test_a_study_of_a_folder_of_somebodys_own_is_not_kept(job, tmp_path):
    (cell,) = cells_of("AffectiveNet-1", ("CASME-II",))
    found = load_or_run(cell, job)
    assert found.folder is not None
    assert found.folder.parent == studies_folder()
    keep_answers(result_of(found.folder.name, folder=tmp_path))
    assert not list_studies(tmp_path / ANSWERS)


def test_where_they_cannot_be_written_one_line_says_so(study, tmp_path):
    (tmp_path / ANSWERS).write_text("in the way")
    with pytest.raises(StoreError, match="answers"):
        keep_answers(result_of("blobs", folder=tmp_path))


def test_kept_answers_stand_in_only_where_nothing_is_to_be_trained(job, monkeypatch, tmp_path):
    (cell,) = cells_of("AffectiveNet-1", ("CASME-II",))
    trained = load_or_run(cell, job)
    assert trained.folder is not None and trained.result is not None
    copy_answers(trained.folder, tmp_path / "kept" / "study.sqlite")
    monkeypatch.setenv("MER_DATA", str(tmp_path / "empty"))
    monkeypatch.setattr(cells, "kept_answers", lambda: (tmp_path / "kept",))
    taken = load_or_run(cell, replace(job, existing=True))
    assert taken.result is not None
    assert taken.result.digest == trained.result.digest
    monkeypatch.setattr(cells.Study, "create", lambda *a, **k: pytest.fail("is trained"))
    with pytest.raises(pytest.fail.Exception, match="is trained"):
        load_or_run(cell, job)
    assert load_or_run(cell, replace(job, existing=True)).status == Status.SYNTHETIC


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ("", True),
        ("DELETE FROM predictions WHERE position = 0 AND fold = 1", False),
        ("UPDATE predictions SET truth = 'surprise'", False),
        ("UPDATE folds SET n_train = n_train + 1", False),
    ],
)
def test_kept_answers_serve_a_twin_drawn_on_another_processor_if_its_clips_are_the_same(
    job, monkeypatch, tmp_path, change, taken
):
    (cell,) = cells_of("AffectiveNet-1", ("CASME-II",))
    trained = load_or_run(cell, job)
    assert trained.folder is not None
    kept = tmp_path / "kept" / "study.sqlite"
    copy_answers(trained.folder, kept)
    with sqlite3.connect(kept) as connection:
        connection.execute("UPDATE study SET value = '\"other\"' WHERE name = 'data_digest'")
        connection.execute(change)
    monkeypatch.setenv("MER_DATA", str(tmp_path / "empty"))
    monkeypatch.setattr(cells, "kept_answers", lambda: (kept.parent,))
    found = load_or_run(cell, replace(job, existing=True))
    assert (found.result is not None) == taken
    assert found.note == (cells.REDRAWN if taken else "")
    monkeypatch.setattr(cells, "kept_answers", tuple)  # a study of one's own must be of these data
    shutil.copytree(kept.parent, tmp_path / "empty" / "studies" / "kept")
    assert load_or_run(cell, replace(job, existing=True)).status == Status.NOT_RUN
