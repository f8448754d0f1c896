import json
import shutil

import pytest

from mer_core.cli import run
from mer_core.datasets.catalog import DATASETS
from tests.mer_core.datasets import layouts


@pytest.fixture(autouse=True)
def settings_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CONFIG", str(tmp_path / "config"))
    for info in DATASETS:
        monkeypatch.delenv(info.environment, raising=False)


@pytest.fixture
def twin(tmp_path):
    root = layouts.write_casme2(tmp_path / "root")
    (root / "SYNTHETIC.txt").touch()
    return root


def answer(capsys, *words: str) -> tuple[int, dict]:
    code = run([*words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_clean_set_is_done(capsys, twin):
    code, document = answer(capsys, "data", "check", "casme2", str(twin))
    assert code == 0
    assert document["clips"] == 4
    assert document["classes"] == {"others": 1, "disgust": 1, "happiness": 1, "surprise": 1}
    assert document["excluded"] == document["corrected"] == []
    assert document["synthetic"] is True
    assert document["sheet_version"] == "synthetic"
    assert document["counts"]["paper4"]["classes"]["negative"] == {
        "found": 1,
        "sheet": 1,
        "paper": 72,
    }


def test_what_was_left_out_is_listed_and_warned_of(capsys, twin):
    shutil.rmtree(layouts.casme2_clip(twin, layouts.CASME2_TAKES[0]))
    code, document = answer(capsys, "data", "check", "casme2", str(twin))
    assert code == 0
    assert [(e["clip"], e["reason"]) for e in document["excluded"]] == [
        ("sub61/EP01_01", "no-frames")
    ]
    disgust = document["counts"]["raw"]["classes"]["disgust"]
    assert (disgust["found"], disgust["sheet"]) == (0, 1)


def test_a_set_without_a_usable_clip_is_refused(capsys, twin):
    for take in layouts.CASME2_TAKES:
        for image in layouts.casme2_clip(twin, take).iterdir():
            image.unlink()
    code, document = answer(capsys, "data", "check", "casme2", str(twin))
    assert code == 2
    assert len(document["excluded"]) == 4


def test_a_root_of_something_else_is_refused_in_one_line(capsys, tmp_path):
    assert run(["data", "check", "samm", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "licen" in message or "agreement" in message


def test_people_read_the_same_and_the_word_synthetic(capsys, twin):
    assert run(["data", "check", "casme2", str(twin)]) == 0
    text = capsys.readouterr().out
    assert "SYNTHETIC" in text
    assert "4 clips of 3 subjects" in text
    assert "paper4" in text


def test_a_remembered_root_is_used_listed_and_forgotten(capsys, twin):
    code, document = answer(capsys, "data", "add", "casme2", str(twin))
    assert (code, document["root"]) == (0, str(twin.resolve()))
    assert answer(capsys, "data", "check", "casme2")[1]["clips"] == 4
    listed = answer(capsys, "data", "list")[1]["datasets"]
    assert {row["name"]: row["exists"] for row in listed}["casme2"] is True
    assert len(listed) == len(DATASETS)
    assert answer(capsys, "data", "remove", "casme2")[1]["removed"] is True
    assert run(["data", "check", "casme2"]) == 2


def test_adding_a_folder_that_is_not_there_is_refused(tmp_path):
    assert run(["data", "add", "casme2", str(tmp_path / "none")]) == 2
