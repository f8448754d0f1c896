"""Cells are studies: trained once, found again wherever their data lie."""

import shutil
from dataclasses import replace

import pytest

from mer_core.paper.published import TABLE1, TABLE2
from mer_core.paper.tables import SETUPS
from mer_core.registry import Registry
from mer_core.reproduction import cells
from mer_core.reproduction.cells import NETWORKS, Status, cells_of, finished_study, load_or_run
from mer_core.reproduction.roots import read_roots
from mer_core.training import settings as training_settings
from mer_core.training.settings import profile
from mer_core.training.study import Study
from mer_core.training.study_folders import list_studies, studies_folder


@pytest.fixture
def cell():
    (one,) = cells_of("AffectiveNet-1", ("CASME-II",))
    return one


def test_every_row_the_paper_ran_itself_has_a_network_but_the_one_it_does_not_describe():
    own = {row.method for row in (*TABLE1, *TABLE2) if not row.quoted}
    assert own - set(NETWORKS) == {"AffectiveNet-2"}


def test_protocols_and_datasets_follow_from_the_setup():
    for name, setup in SETUPS.items():
        (one,) = cells_of("AffectiveNet-1", (name,))
        if setup.person_independent:
            assert one.protocol == "loso"
            assert len(one.datasets) == 1
        else:
            assert one.protocol == ":".join(one.datasets)
            # CAS(ME)^2 is never trained on.
            assert one.datasets[0] != "casme-squared"


def test_a_cell_is_trained_once_and_found_again(cell, job, monkeypatch):
    first = load_or_run(cell, job)
    assert first.status == Status.SYNTHETIC
    assert first.result is not None and first.result.complete
    before = list_studies()

    def refuse(*_args, **_options):
        raise AssertionError("a finished study was started again")

    monkeypatch.setattr(cells, "Study", refuse)
    again = load_or_run(cell, job)
    assert again.result is not None
    assert again.result.digest == first.result.digest
    assert list_studies() == before


def test_the_same_data_elsewhere_are_the_same_study(cell, job, twins, tmp_path):
    first = load_or_run(cell, job)
    shutil.copytree(twins.parent / "casme2", tmp_path / "licensed")
    (tmp_path / "mine.toml").write_text('[roots]\ncasme2 = "licensed"\n')
    moved = finished_study(cell, replace(job, roots=read_roots(tmp_path / "mine.toml")))
    assert moved is not None and moved.result is not None and first.result is not None
    assert moved.result.digest == first.result.digest


def test_other_settings_are_another_study(cell, job):
    load_or_run(cell, job)
    assert finished_study(cell, replace(job, changes={"epochs": 2, "batch": 4})) is None
    assert finished_study(cell, replace(job, seeds=(1,))) is None
    other = replace(job, changes={**job.changes, "precision": "bfloat16"})
    assert finished_study(cell, other) is None
    taken = finished_study(cell, replace(other, existing=True))
    assert taken is not None and "precision float32" in taken.profile
    # Where it ran is no setting.
    assert finished_study(cell, replace(job, changes={**job.changes, "threads": 2})) is not None


@pytest.mark.parametrize(("units", "decided"), [(True, "bfloat16"), (False, "float32")])
def test_a_record_never_holds_an_undecided_precision(job, monkeypatch, units, decided):
    monkeypatch.setattr(training_settings, "has_matrix_units", lambda: units)
    asked = replace(job, changes={"precision": "auto"})
    assert asked.training(("affectivenet",))["training"]["precision"] == decided
    assert asked.settings_name("affectivenet") == f"{job.profile}, precision {decided}"


def test_what_is_not_there_is_said_and_not_made_up(job):
    (missing,) = cells_of("AffectiveNet-1", ("CASME-I",))
    found = load_or_run(missing, job)
    assert found.status == Status.MISSING
    assert found.result is None
    assert "CASME" in found.note
    (other,) = cells_of("ResNet-50", ("CASME-II",))
    assert load_or_run(other, job).status == Status.NOT_RUN
    ours = replace(job, existing=True, changes={"epochs": 3})
    (unfinished,) = cells_of("MobileNet", ("CASME-II",))
    assert load_or_run(unfinished, ours).status == Status.NOT_RUN


def test_a_study_that_cannot_be_read_hides_no_other(cell, job, caplog):
    first = load_or_run(cell, job)
    broken = studies_folder() / "aaa"
    broken.mkdir(exist_ok=True)
    (broken / "study.sqlite").write_bytes(b"not a database")
    found = finished_study(cell, job)
    assert found is not None and found.result is not None and first.result is not None
    assert found.result.digest == first.result.digest
    assert "aaa" in caplog.text
    shutil.rmtree(broken)


def test_of_two_equal_studies_the_one_with_its_networks_is_taken(cell, job):
    plain = Study.create(
        cell.experiment(job),
        name="0-without-weights",
        settings=job.settings,
        seeds=(21,),
        keep_weights=False,
    )
    plain.complete(workers=1)
    alone = finished_study(cell, replace(job, seeds=(21,)))
    assert alone is not None and alone.folder == plain.folder
    kept = Study.create(
        cell.experiment(job), name="1-with-weights", settings=job.settings, seeds=(21,)
    )
    kept.complete(workers=1)
    both = finished_study(cell, replace(job, seeds=(21,)))
    assert both is not None and both.folder == kept.folder


def test_without_training_another_profile_will_do_and_is_named(cell, job, monkeypatch):
    load_or_run(cell, job)
    profiles = Registry("training profile")
    profiles.register("standard", profile("standard"))
    profiles.register("smoke", job.settings)
    for module in (cells, training_settings):
        monkeypatch.setattr(module, "PROFILES", profiles)
    asked = replace(job, profile="standard", changes={})
    assert finished_study(cell, asked) is None
    found = finished_study(cell, replace(asked, existing=True))
    assert found is not None and found.profile == "smoke"


def test_networks_that_read_clips_have_their_own_share_of_a_profile(job):
    plain = replace(job, profile="quick", changes={})
    (clips,) = cells_of("AKMNet", ("CASME-II",))
    trained = plain.settings_of(clips.model)
    assert (trained.epochs, trained.copies) == (2, 1)
    record = plain.training(("akmnet", "affectivenet"))
    assert record["training"] == profile("quick").as_dict()
    assert record["apart"] == {"akmnet": {"copies": 1}}
    held = {"settings": trained.as_dict()}
    assert cells.settings_distance(held, clips, plain) == (0, "quick")
    place, label = cells.settings_distance(held, clips, replace(plain, profile="standard"))
    assert place > 0 and label == "quick"
    asked = replace(plain, changes={"epochs": 3})
    assert asked.settings_of("akmnet").epochs == 3
    thinned = replace(plain, changes={"frames": 4, "precision": "bfloat16"})
    assert thinned.settings_name("akmnet") == "quick, frames 4"
    assert thinned.settings_name("learnet") == "quick, precision bfloat16"
    assert thinned.training(("akmnet", "learnet"))["apart"] == {
        "akmnet": {"copies": 1, "precision": "float32"},
        "learnet": {"frames": 0},
    }
    assert cells.settings_distance({"settings": plain.settings_of("akmnet").as_dict()}, clips,
                                   thinned)[0] > 0  # fmt: skip


def test_without_training_any_finished_study_will_do_and_what_differs_is_named(cell, job):
    own = load_or_run(cell, job)
    asked = replace(job, profile="quick", changes={}, existing=True)
    found = finished_study(cell, asked)
    assert found is not None and found.result is not None and own.result is not None
    assert found.result.digest == own.result.digest
    told = dict(part.rsplit(" ", 1) for part in found.profile.split(", ")[1:])
    nearest = profile(found.profile.split(", ")[0]).as_dict()
    held = own.result.definition["settings"]
    assert told
    assert all(str(held[name]) == value for name, value in told.items())
    assert all(held[name] != nearest[name] for name in told)
