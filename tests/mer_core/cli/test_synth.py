from __future__ import annotations

import json

import pytest

from mer_core.cli import run
from mer_core.cli import synth as command
from mer_core.datasets.synthetic.twins import DEMOS, writing
from tests.mer_core.datasets.synthetic.twins.stand_in import stand_in


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    def film(settings, out, **options):
        return writing.write_twin_of(settings, out, **options, render=stand_in)

    monkeypatch.setattr(command, "write_twin_of", film)


def amount(subjects=2, clips=8):
    return ["--subjects", str(subjects), "--clips-per-subject", str(clips), "--frames", "4", "6"]


def test_a_twin_is_written_and_counted(tmp_path, capsys):
    assert run(["synth", "casme2", str(tmp_path / "twin"), *amount(), "--seed", "3"]) == 0
    captured = capsys.readouterr()
    assert "synthetic CASME II, 16 clips of 2 subjects" in captured.out
    assert (tmp_path / "twin" / "SYNTHETIC.txt").is_file()


def test_json_is_one_document_on_standard_output(tmp_path, capsys):
    defects = ["--defects", "apex-slash,text-below"]
    assert run(["synth", "casme2", str(tmp_path / "twin"), *amount(), *defects, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["clips"] == sum(document["classes"].values()) == 16
    assert document["settings"]["seed"] == 0
    assert {(d["defect"], d["code"], d["remark"]) for d in document["defects"]} == {
        ("apex-slash", "apex-missing", None),
        ("text-below", None, "text"),
    }


def test_the_same_command_goes_on_and_another_is_refused(tmp_path, capsys):
    words = ["synth", "samm", str(tmp_path / "twin"), *amount()]
    assert run(words) == 0
    assert run(words) == 0
    assert run([*words, "--seed", "9"]) == 2
    assert "another twin" in capsys.readouterr().err


def test_without_numbers_it_is_the_demo(tmp_path, capsys):
    assert run(["synth", "folder", str(tmp_path / "twin"), "--json"]) == 0
    demo = DEMOS.get("folder")
    document = json.loads(capsys.readouterr().out)
    assert document["clips"] == demo.subjects * demo.clips_per_subject
    assert document["settings"]["balance"] == demo.balance


def test_defects_can_be_listed(capsys):
    assert run(["synth", "samm", "nowhere", "--defects", "list"]) == 0
    assert "au-or" in capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--subjects", "3"], "clips-per-subject is missing"),
        ([*amount(), "--defects", "gremlins"], "no defect called 'gremlins'"),
        ([*amount(), "--full"], "although the full number"),
        ([*amount(), "--workers", "0"], "0 is not in the range"),
        ([*amount(), "--size", "5"], "size is 5"),
        (["--frames", "9", "4"], "frames is (9, 4)"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(words, complaint, tmp_path, capsys):
    assert run(["synth", "casme2", str(tmp_path / "twin"), *words]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1
    assert not (tmp_path / "twin").exists()
