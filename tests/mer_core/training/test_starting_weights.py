"""No fold starts from weights that have seen whom it holds out, however far back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mer_core.errors import CheckpointError, LeakageError, StoreError
from mer_core.models.checkpoint import (
    CheckpointHeader,
    Lineage,
    load_checkpoint,
    read_header,
    save_checkpoint,
)
from mer_core.training import task
from mer_core.training.experiment import CatalogExperiment, DatasetChoice
from mer_core.training.starting_weights import START_FILE_NAME
from mer_core.training.study import Study
from tests.mer_core.training.blobs import CLASSES, TINY, BlobExperiment, blob_sample, build_tiny


def weights(path: Path, *subjects: int, seed: int = 1, known: bool = True) -> Path:
    """A checkpoint that has seen these subjects of the blobs."""
    lineage = Lineage.of([blob_sample(s, 0) for s in subjects], data_digest=f"of {subjects}")
    header = CheckpointHeader(model="tiny", classes=CLASSES, lineage=lineage if known else None)
    save_checkpoint(path, build_tiny(seed), header)
    return path


def study(folder: Path, start: Path, **options) -> Study:
    experiment = BlobExperiment(subjects=3, start=str(start))
    return Study.create(experiment, settings=TINY, folder=folder, **options)


def test_a_checkpoint_that_saw_a_held_out_subject_is_refused_by_name(tmp_path):
    start = weights(tmp_path / "seen.safetensors", 2, 9)
    with pytest.raises(LeakageError, match=r"held-out subject blobs \(synthetic\)/s02;"):
        study(tmp_path / "a", start)
    assert not (tmp_path / "a").exists()


def test_a_checkpoint_of_unknown_lineage_is_refused(tmp_path):
    start = weights(tmp_path / "old.safetensors", known=False)
    with pytest.raises(CheckpointError, match="old.safetensors: nobody knows whom"):
        study(tmp_path / "a", start)


def test_the_worker_refuses_too_and_wants_the_same_weights(tmp_path):
    start = weights(tmp_path / "start.safetensors", 7)
    made = study(tmp_path / "a", start)
    piece = made.task(made.store.folds()[0])
    weights(start, 1, 7)  # the same weights, and another past
    with pytest.raises(LeakageError, match="s01"):
        task.run_fold(piece, lambda _: None)
    weights(start, 7, seed=2)
    with pytest.raises(StoreError, match="not the weights that this study starts from"):
        task.run_fold(piece, lambda _: None)


def test_folds_hand_the_lineage_on(tmp_path):
    start = weights(tmp_path / "start.safetensors", 7)
    made = study(tmp_path / "a", start)
    assert made.complete(workers=1).complete
    for fold, stored in zip(made.folds, made.store.folds(), strict=True):
        header = read_header(made.weights_path(stored))
        others = {f"blobs (synthetic)/s0{s}" for s in (1, 2, 3, 7)}
        held_out = {f"blobs (synthetic)/{made.table.samples[fold.test[0]].subject}"}
        assert header.lineage is not None
        assert set(header.lineage.subjects) == others - held_out
        assert header.lineage.parents == (read_header(start).weights_digest,)
        assert header.lineage.data == (made.table.digest, "of (7,)")
        # Such weights can start the fold of the one person they have not seen, and no other.
        with pytest.raises(LeakageError):
            study(tmp_path / "b", made.weights_path(stored))


def test_a_study_is_defined_by_the_weights_not_by_their_path(tmp_path):
    start = weights(tmp_path / "start.safetensors", 7)
    made = study(tmp_path / "a", start)
    assert str(start) not in str(made.definition)
    moved = shutil.copy(start, tmp_path / "moved.safetensors")
    assert study(tmp_path / "a", Path(moved)).definition == made.definition
    weights(start, 7, seed=2)
    with pytest.raises(StoreError, match="another experiment"):
        study(tmp_path / "a", start)


def test_fresh_folds_know_whom_they_saw(tmp_path):
    made = Study.create(BlobExperiment(subjects=3), settings=TINY, folder=tmp_path / "a")
    made.complete(workers=1)
    lineage = read_header(made.weights_path(made.store.folds()[0])).lineage
    assert lineage is not None
    assert lineage.subjects == ("blobs (synthetic)/s02", "blobs (synthetic)/s03")
    assert lineage.parents == ()


def test_a_catalogued_study_keeps_what_it_starts_from(tmp_path, monkeypatch):
    from mer_core.models.loaded import load_model

    name = "ststnet"
    start = tmp_path / "start.safetensors"
    header = CheckpointHeader(model=name, classes=CLASSES, lineage=Lineage())
    save_checkpoint(start, load_model(name, classes=CLASSES, seed=8).module, header)
    monkeypatch.chdir(tmp_path)
    experiment = CatalogExperiment(
        datasets=(DatasetChoice(name="casme2", root="twin"),),
        model=name,
        weights="start.safetensors",
        scheme="megc3",
    )
    assert experiment.datasets[0].root == str(tmp_path / "twin")
    table = BlobExperiment(subjects=3).table()
    monkeypatch.setattr(CatalogExperiment, "table", lambda _: table)
    made = Study.create(experiment, settings=TINY, folder=Path("study"))
    assert made.folder == tmp_path / "study"
    start.unlink()
    monkeypatch.chdir("/")
    again = Study.open(made.folder)
    assert again.definition == made.definition
    assert again.experiment.starting_checkpoint() == made.folder / START_FILE_NAME
    state = again.experiment.network(CLASSES, 0).state_dict()
    kept = load_checkpoint(made.folder / START_FILE_NAME)[1]
    assert all(bool((state[name] == value).all()) for name, value in kept.items())
    assert replace(experiment, weights="random").starting_checkpoint() is None
