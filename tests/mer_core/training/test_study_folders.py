"""Finished studies ship, are copied once, and stay deleted where the user deletes them."""

from __future__ import annotations

import shutil

import pytest

from mer_core.errors import StoreError
from mer_core.training import study_folders
from mer_core.training.result import StudyResult
from mer_core.training.storage import StudyStore
from mer_core.training.study import Study
from mer_core.training.study_folders import (
    FOLDER,
    copy_answers,
    install_shipped_studies,
    list_studies,
)
from tests.mer_core.training.blobs import TINY, BlobExperiment


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(study_folders, "FOLDER", tmp_path / "package")
    study = Study.create(BlobExperiment(), folder=tmp_path / "made", settings=TINY)
    study.complete(workers=1)
    copy_answers(tmp_path / "made", tmp_path / "package" / "blobs.sqlite")
    return tmp_path / "mine"


def test_a_shipped_study_reads_as_the_one_it_was_made_from(folder, tmp_path):
    assert install_shipped_studies(folder) == ("blobs",)
    copied = StudyResult.of(StudyStore(folder / "blobs"))
    assert copied.complete
    assert copied.digest == StudyResult.of(StudyStore(tmp_path / "made")).digest


def test_what_is_deleted_stays_deleted_and_what_is_there_is_left(folder):
    install_shipped_studies(folder)
    shutil.rmtree(folder / "blobs")
    assert install_shipped_studies(folder) == ()
    assert list_studies(folder) == ()


def test_a_folder_that_cannot_be_written_is_one_line(folder):
    folder.write_text("a file")
    with pytest.raises(StoreError, match="cannot be copied"):
        install_shipped_studies(folder)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.sqlite")), ids=lambda path: path.stem)
def test_every_shipped_study_is_finished_and_synthetic(path, tmp_path):
    (tmp_path / path.stem).mkdir()
    shutil.copy(path, tmp_path / path.stem / "study.sqlite")
    result = StudyResult.of(StudyStore(tmp_path / path.stem))
    assert result.complete
    assert result.synthetic
    assert not result.failed


def test_some_studies_ship():
    assert list(FOLDER.glob("*.sqlite"))
