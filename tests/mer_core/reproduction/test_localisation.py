"""A localisation study from trained folds to tables, on a tiny synthetic twin."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest

from mer_core.attribution.localisation import METRICS
from mer_core.cli.localisation import localisation
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.errors import SettingsError, StoreError, UnknownNameError
from mer_core.reproduction import localisation as study_of_localisation
from mer_core.reproduction.localisation_clips import LocalisationSettings
from mer_core.reproduction.localisation_summary import ANY
from mer_core.reproduction.manifest import Manifest
from mer_core.training.experiment import CatalogExperiment, DatasetChoice
from mer_core.training.settings import TrainingSettings
from mer_core.training.study import Study

QUICK = LocalisationSettings(methods={"saliency": {}, "grad-cam": {}, "deeplift": {}})
ONCE = TrainingSettings(epochs=1, batch=4)

localise_studies = partial(study_of_localisation.localise_studies, workers=1)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two trained studies of one twin: two subjects, three clips each."""
    base = tmp_path_factory.mktemp("localisation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MER_CACHE", str(base / "cache"))
        options = {"subjects": 2, "clips_per_subject": 3, "size": 64, "frames": (5, 6)}
        write_twin("casme2", base / "twin", workers=1, seed=3, balance=0.0, **options)
        choice = DatasetChoice(name="casme2", root=str(base / "twin"))
        for model in ("mobilenet", "learnet"):
            study = Study.create(
                CatalogExperiment(datasets=(choice,), model=model),
                name=model,
                settings=ONCE,
                folder=base / model,
            )
            assert study.complete(workers=1).complete
        yield [base / "mobilenet", base / "learnet"]


@pytest.fixture(scope="module")
def found(folders, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    told = []
    findings = localise_studies(
        folders, out, settings=QUICK, progress=lambda *step: told.append(step)
    )
    return findings, out, told


def test_every_clip_is_explained_by_the_network_that_was_tested_on_it(found, folders):
    rows = found[0].rows
    for folder in folders:
        study = Study.open(folder)
        tested = {(s.subject, s.clip) for s in study.table.samples}
        mine = [row for row in rows if row.model == study.experiment.model]
        assert {(row.subject, row.clip) for row in mine} == tested
        labelled = zip(study.table.samples, study.table.labels, strict=True)
        truth = {(sample.subject, sample.clip): label for sample, label in labelled}
        answers = {tuple(a.key.split("/")[1:]): a for a in study.result().predictions()}
        for row in mine:
            assert row.emotion == truth[row.subject, row.clip]
            if not row.baseline:
                assert row.target == answers[row.subject, row.clip].predicted
                assert row.correct == answers[row.subject, row.clip].correct


def test_the_table_is_complete_and_tidy(found):
    rows = found[0].rows
    keys = [(r.model, r.method, r.au, r.subject, r.clip, r.metric) for r in rows]
    assert len(keys) == len(set(keys))
    baselines = {"random", "centre", "ami-energy", "motion-energy"}
    for model, methods in (
        ("mobilenet", {"saliency", "grad-cam"}),
        ("learnet", {"saliency", "grad-cam", "deeplift"}),
    ):
        assert {r.method for r in rows if r.model == model} == methods | baselines
    assert {row.metric for row in rows} == set(METRICS.names())
    assert {row.source for row in rows} == {"ground truth"}
    assert all(row.synthetic for row in rows)
    assert {row.au for row in rows} > {ANY}
    assert all(row.value <= 1 for row in rows if not np.isnan(row.value))


def test_what_does_not_apply_is_said_with_its_reason(found):
    assert list(found[0].left_out) == ["deeplift on mobilenet"]
    assert "ReLU6" in found[0].left_out["deeplift on mobilenet"]


def test_baselines_of_a_clip_are_the_same_under_every_network(found):
    by_model = {}
    for row in found[0].rows:
        if row.baseline:
            key = (row.method, row.au, row.subject, row.clip, row.metric)
            by_model.setdefault(row.model, {})[key] = row.value
    one, two = by_model.values()
    assert one == pytest.approx(two, nan_ok=True)


def test_files_say_synthetic_and_what_made_them(found):
    findings, out, told = found
    names = {path.name for path in findings.files}
    kinds = {
        "localisation": ("csv", "md", "html", "tex", "png", "svg"),
        "localisation_summary": ("csv",),
        "localisation_contrasts": ("csv", "md", "html", "tex"),
    }
    assert names == {f"{stem}_synthetic.{kind}" for stem in kinds for kind in kinds[stem]}
    assert "(synthetic data)" in (out / "localisation_synthetic.md").read_text()
    for entry in Manifest(out).entries():
        assert entry.synthetic
        assert set(entry.provenance["settings"]["studies"]) == {"mobilenet", "learnet"}
    assert told == [(step, 12) for step in range(1, 13)]


def test_a_second_run_explains_nothing_and_says_the_same(found, folders, monkeypatch):
    findings, out, _ = found
    before = {path.name: path.read_bytes() for path in findings.files}
    monkeypatch.setattr(
        "mer_core.reproduction.localisation_clips.explain",
        lambda *_, **__: pytest.fail("a kept part was explained again"),
    )
    again = localise_studies(folders, out, settings=QUICK)
    assert {path.name: path.read_bytes() for path in again.files} == before


def test_a_stopped_run_goes_on_with_the_folds_that_are_missing(found, folders, tmp_path):
    def stop(done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        localise_studies(folders[:1], tmp_path, settings=QUICK, progress=stop)
    assert len(list((tmp_path / "parts").iterdir())) == 1
    findings = localise_studies(folders[:1], tmp_path, settings=QUICK)
    whole = [row for row in found[0].rows if row.model == "mobilenet"]
    assert repr(list(findings.rows)) == repr(whole)


def test_other_settings_have_other_parts(found, folders, tmp_path):
    few = LocalisationSettings(methods={"saliency": {}}, clips=1, target="true")
    rows = localise_studies(folders[:1], tmp_path, settings=few).rows
    assert len({(row.subject, row.clip) for row in rows}) == 2
    assert all(row.target == row.emotion for row in rows if not row.baseline)


def test_studies_that_cannot_be_explained_are_refused(folders, tmp_path):
    experiment = Study.open(folders[0]).experiment
    unfinished = Study.create(experiment, settings=ONCE, folder=tmp_path / "new", name="new")
    with pytest.raises(StoreError, match="2 of 2 folds are not finished"):
        localise_studies([unfinished.folder], tmp_path / "out", settings=QUICK)
    with pytest.raises(UnknownNameError):
        localise_studies(
            folders, tmp_path / "out", settings=LocalisationSettings(methods={"magic": {}})
        )
    with pytest.raises(SettingsError, match="steps"):
        localise_studies(
            folders,
            tmp_path / "out",
            settings=LocalisationSettings(methods={"integrated-gradients": {"steps": -1}}),
        )


def test_the_command_prints_one_document(folders, tmp_path, capsys):
    arguments = [str(folders[1]), "--out", str(tmp_path), "--method", "saliency", "--json"]
    arguments += ["--workers", "1"]
    code = localisation.main(arguments, standalone_mode=False)
    document = json.loads(capsys.readouterr().out)
    assert code == 0
    assert document["synthetic"]
    assert document["contrasts"] == []
    assert {line["group"] for line in document["summary"]} == {"all", "au", "emotion"}
    with pytest.raises(SettingsError, match="regions"):
        localisation.main([str(folders[1]), "--method", "region-ablation"], standalone_mode=False)
