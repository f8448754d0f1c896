"""`mer study` on a tiny synthetic twin: what a person types, and what a script reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mer_core.attribution.recording import explain_recording
from mer_core.cli import run
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.inputs import recording_input
from mer_core.models.checkpoint import read_header
from mer_core.training import CatalogExperiment, DatasetChoice, profile
from mer_core.training.controls import find_control
from mer_core.training.study import Study

QUICK = ["--workers", "1", "--profile", "quick", "--set", "epochs=1", "--set", "batch=8"]


@pytest.fixture(scope="module")
def twin(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("twin") / "casme2"
    write_twin(
        "casme2",
        root,
        subjects=2,
        clips_per_subject=4,
        size=64,
        frames=(5, 6),
        balance=0.0,
        seed=3,
        workers=1,
    )
    return root


@pytest.fixture(scope="module", autouse=True)
def _own_folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("places")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MER_CACHE", str(base / "cache"))
        patch.setenv("MER_DATA", str(base / "data"))
        yield


@pytest.fixture(scope="module")
def first(twin, _own_folders) -> str:
    arguments = ["study", "run", "first", "--dataset", "casme2", "--root", str(twin)]
    assert run([*arguments, *QUICK]) == 0
    return "first"


def _json(capsys, *arguments: str, code: int = 0):
    capsys.readouterr()
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_show_tells_scores_and_says_synthetic(first, capsys):
    document = _json(capsys, "study", "show", first)
    assert (document["folds"], document["completed"], document["synthetic"]) == (2, 2, True)
    for name in ("accuracy_pooled", "accuracy_subject_mean", "uf1", "uar", "majority_rate"):
        assert 0 <= document[name] <= 1
    assert sum(map(sum, document["confusion"])) == document["n"] == 8
    assert run(["study", "show", first]) == 0
    text = capsys.readouterr().out
    assert text.startswith("SYNTHETIC DATA")
    assert "Majority rate" in text


def test_a_clip_is_explained_by_the_network_that_never_saw_its_subject(
    first, twin, tmp_path, capsys
):
    study = Study.open(first)
    for sample in (study.table.samples[0], study.table.samples[-1]):
        out = tmp_path / sample.subject
        place = str(sample.frames[0].parent)
        asked = ["explain", place, str(out), "--study", first, "--method", "saliency"]
        _json(capsys, *asked)
        (record,) = out.glob("*.json")
        digest = json.loads(record.read_text())["settings"]["model_digest"]
        (used,) = [
            fold
            for fold in study.result().folds
            if digest.endswith(read_header(study.weights_path(fold)).weights_digest)
        ]
        answered = {answer.key for answer in study.result().answers[used.identity]}
        assert sample.key in answered
        lineage = read_header(study.weights_path(used)).lineage
        assert not any(name.endswith(f"/{sample.subject}") for name in lineage.subjects)
    capsys.readouterr()
    assert run(["explain", str(twin), str(tmp_path / "x"), "--study", first]) == 2
    assert "held this clip out" in capsys.readouterr().err


@pytest.mark.parametrize("stabilise", [False, True])
@pytest.mark.parametrize("crop", [None, True])
def test_what_is_explained_is_the_input_that_the_study_answered(
    crop, stabilise, twin, tmp_path, capsys, monkeypatch
):
    name = f"seen-{crop}-{stabilise}"
    study = Study.create(
        CatalogExperiment(
            datasets=(DatasetChoice(name="casme2", root=str(twin)),),
            weighting="rank-pooling",
            crop=crop,
            stabilise=stabilise,
        ),
        name=name,
        settings=profile("quick", epochs=1),
    )
    place = str(study.table.samples[5].frames[0].parent)
    out = tmp_path / "out"
    asked = ["explain", place, str(out), "--study", name, "--method", "saliency"]
    assert run(asked) == 2
    assert "no finished fold" in capsys.readouterr().err
    list(study.run(workers=1))
    given = []

    def keep(model, recording, **options):
        given.append(recording_input(recording, model.entry.input, weighting=options["weighting"]))
        return explain_recording(model, recording, **options)

    monkeypatch.setattr("mer_core.attribution.recording.explain_recording", keep)
    _json(capsys, *asked)
    images = study.experiment.images(study.table, find_control("none"))
    np.testing.assert_array_equal(given[0], np.asarray(images[5]))
    if crop and stabilise:
        (script,) = out.glob("*.py")
        subprocess.run([sys.executable, script.name], cwd=out, check=True, timeout=300)


def test_a_study_brings_its_own_weights_and_frames(first, twin, tmp_path, capsys):
    for option in (["--frames", "1:3"], ["--weights", "random"], ["--model", "learnet"]):
        asked = ["explain", str(twin), str(tmp_path / "x"), "--study", first, *option]
        assert run(asked) == 2
        assert "its own network, weights and frames" in capsys.readouterr().err


@pytest.mark.parametrize("control", ["time-reversed", "motionless"])
def test_clips_that_a_control_changed_are_not_explained(control, twin, tmp_path, capsys):
    chosen = CatalogExperiment(datasets=(DatasetChoice(name="casme2", root=str(twin)),))
    study = Study.create(chosen, name=control, settings=profile("quick"), control=control)
    place = str(study.table.samples[0].frames[0].parent)
    assert run(["explain", place, str(tmp_path / "x"), "--study", control]) == 2
    assert find_control(control).title in capsys.readouterr().err


def test_resume_of_a_finished_study_changes_nothing(first, capsys):
    before = _json(capsys, "study", "show", first)
    after = _json(capsys, "study", "resume", first, "--workers", "1")
    assert after["result_digest"] == before["result_digest"]


def test_list_and_compare(first, twin, capsys):
    arguments = ["study", "run", "second", "--root", str(twin), "--weighting", "linear"]
    assert run([*arguments, *QUICK]) == 0
    names = [row["name"] for row in _json(capsys, "study", "list")]
    assert {"first", "second"} <= set(names)
    one, two = _json(capsys, "study", "compare", "first", "second")
    assert one["difference"] is None
    assert two["difference"]["value"] == pytest.approx(two["uar"] - one["uar"])
    assert run(["study", "compare", "first", "second"]) == 0
    assert "Difference: UAR minus that of first" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "parquet", "md"])
def test_export_writes_once(first, tmp_path, capsys, ending):
    import pandas

    target = tmp_path / f"answers.{ending}"
    assert _json(capsys, "study", "export", first, str(target))["rows"] == 8
    if ending == "md":
        assert "Synthetic data" in target.read_text()
    else:
        read = pandas.read_csv if ending == "csv" else pandas.read_parquet
        answers = read(target)
        assert len(answers) == 8
        assert answers["synthetic"].all()
        chances = answers.filter(like="p_").sum(axis=1)
        assert chances.tolist() == pytest.approx([1] * 8)
    assert run(["study", "export", first, str(target)]) == 2
    assert "the file exists" in capsys.readouterr().err
    assert run(["study", "export", first, str(target), "--overwrite"]) == 0


def test_controls_come_with_intervals_in_one_table(twin, tmp_path, capsys):
    arguments = ["study", "controls", "--root", str(twin), "--folder", str(tmp_path), *QUICK]
    document = _json(capsys, *arguments)
    controls = {row["name"]: row for row in document["controls"]}
    assert set(controls) == {"none", "shuffled-labels", "motionless", "time-reversed", "leak"}
    assert controls["none"]["change"] is None
    for row in controls.values():
        assert row["uar"]["low"] <= row["uar"]["value"] <= row["uar"]["high"]
        assert row["chance"] == pytest.approx(1 / 4)
    # One epoch leaves nothing to choose from: the leak is the honest study.
    assert controls["leak"]["change"]["value"] == 0
    assert {row["weighting"] for row in document["identity"]} >= {"full", "rank-pooling"}
    assert run(arguments) == 0
    assert "shuffled" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "nothing"], "there is no study here"),
        (["run", "--protocol", "losso"], "there is no protocol called 'losso'"),
        (["run", "--set", "epochs"], "is not NAME=VALUE"),
        (["run", "--set", "epochs=0"], "epochs: 0 is not between"),
        (["run", "--root", "a", "--root", "b"], "2 roots for 1 datasets"),
        (["run", "--root", "a", "--twin"], "either --root or --twin"),
        (["run", "--set", "selection=test", "--twin"], "not an evaluation"),
    ],
)
def test_a_refusal_is_one_line(arguments, message, capsys):
    assert run(["study", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_help_names_the_json_keys(capsys):
    assert run(["study", "show", "--help"]) == 0
    text = capsys.readouterr().out
    for key in ("accuracy_pooled", "accuracy_subject_mean", "majority_rate", "confusion"):
        assert key in text
