"""A study from files on disk to scores, on a tiny synthetic twin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mer_core.datasets.synthetic.twins import write_twin
from mer_core.errors import SettingsError
from mer_core.training import events
from mer_core.training.controls import find_control
from mer_core.training.experiment import CatalogExperiment, DatasetChoice
from mer_core.training.settings import TrainingSettings, profile
from mer_core.training.study import Study

ONCE = TrainingSettings(epochs=1, batch=4)


@pytest.fixture(scope="module")
def twins(tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("twins")
    options = {"subjects": 2, "clips_per_subject": 4, "size": 64, "frames": (5, 6), "balance": 0.0}
    for name in ("casme2", "samm"):
        write_twin(name, root / name, workers=1, seed=3, **options)
    return {name: root / name for name in ("casme2", "samm")}


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory, monkeypatch):
    base = tmp_path_factory.getbasetemp() / "experiment"
    monkeypatch.setenv("MER_CACHE", str(base / "cache"))
    monkeypatch.setenv("MER_DATA", str(base / "data"))


def experiment(twins, *names: str, **changes) -> CatalogExperiment:
    choices = tuple(DatasetChoice(name=name, root=str(twins[name])) for name in names)
    return CatalogExperiment(datasets=choices, **changes)


def test_a_study_from_files_to_scores(twins):
    study = Study.create(experiment(twins, "casme2"), settings=ONCE)
    heard = list(study.run(workers=1))
    built = [event for event in heard if isinstance(event, events.InputsBuilt)]
    assert built[-1].built == built[-1].total == len(study.table.samples) == 8
    result = study.result()
    assert result.complete
    assert result.synthetic
    assert result.classes == ("positive", "negative", "surprise", "others")
    assert Study.open(study.name).result().digest == result.digest
    assert study.name.startswith("affectivenet-casme2-loso-")
    assert list(Study.open(study.name).run(workers=1))[-1].progress.done == 2


def test_across_datasets_labels_and_subjects_are_those_of_the_scheme(twins):
    cross = experiment(twins, "casme2", "samm", scheme="cross", model="learnet")
    study = Study.create(cross, protocol="CII2S", settings=ONCE)
    (fold,) = study.folds
    assert {study.table.samples[i].dataset for i in fold.test} == {"samm"}
    assert study.complete(workers=1).complete


def test_a_name_says_each_dataset_once(twins):
    cross = experiment(twins, "casme2", "samm", scheme="cross", model="learnet")
    names = [Study.create(cross, protocol=p, settings=ONCE).name for p in ("casme2:samm", "CII2S")]
    assert names[0].startswith("learnet-casme2-samm-")
    assert names[0].count("samm") == 1
    assert names[1].startswith("learnet-casme2-samm-CII2S-")


def test_a_study_in_this_process_starts_no_other(twins, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a process was started")

    monkeypatch.setattr("mer_core.cluster.LocalExecutor", refuse)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    study = Study.create(experiment(twins, "casme2", "samm", scheme="cross"), settings=ONCE)
    first = next(e for e in study.run(workers=1) if isinstance(e, events.InputsBuilt))
    assert first.total == 16


def test_clip_networks_get_clips(twins):
    own = experiment(twins, "casme2", model="akmnet")
    table = own.table()
    images = own.images(table, find_control("none"))
    assert {tuple(clip.shape[1:]) for clip in images} == {(1, 128, 128)}
    assert {len(clip) for clip in images} == {5, 6}


def test_clip_networks_are_trained_as_their_profile_says(twins):
    own, images = (
        Study.create(experiment(twins, "casme2", model=m)) for m in ("akmnet", "learnet")
    )
    assert own.settings == profile("standard", model="akmnet") != images.settings
    assert images.settings == profile("standard")


def test_an_experiment_survives_its_description(twins):
    own = experiment(twins, "casme2", weighting="linear")
    assert CatalogExperiment.from_dict(own.describe()) == own
    assert hash(CatalogExperiment.from_dict(own.describe())) == hash(own)
    with pytest.raises(SettingsError, match="at least one dataset"):
        CatalogExperiment(datasets=())


def test_weighting_and_reversed_time_change_the_images(twins):
    own = experiment(twins, "casme2")
    table = own.table()
    plain = own.images(table, find_control("none"))
    assert plain.shape == (8, 3, 112, 112)
    assert -2 <= plain.min() < plain.max() <= 2  # centred, in units of a quarter of the range
    reverse = own.images(table, find_control("time-reversed"))
    assert not torch.equal(plain, reverse)
    linear = replace(own, weighting="linear")
    # 2i - k - 1 changes sign when time is reversed, and min-max turns the sign into a negative:
    # 255 - x, which centred values have as -x.
    forward = linear.images(table, find_control("none"))
    backward = linear.images(table, find_control("time-reversed"))
    np.testing.assert_allclose(forward, -backward, atol=4 * 1.01 / 255)


def test_motionless_clips_keep_face_and_noise_and_lose_the_expression(twins):
    own = experiment(twins, "casme2")
    table = own.table()
    still = own._still_samples(table)
    assert [sample.key for sample in still] == [sample.key for sample in table.samples]
    assert [sample.frame_numbers for sample in still] == [s.frame_numbers for s in table.samples]
    moving = own.images(table, find_control("none"))
    motionless = own.images(table, find_control("motionless"))
    assert not torch.equal(moving, motionless)
    from mer_core.datasets.synthetic import GroundTruth

    truth = GroundTruth.load(still[0].truth)
    assert not truth.action_units
