import json

import pytest

from mer_core.cli import run
from mer_core.datasets.synthetic.twins import write_twin
from mer_core.reproduction import everything
from mer_core.reproduction.everything import BUILDERS


@pytest.fixture
def roots(tmp_path, monkeypatch):
    for name in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"MER_{name}", str(tmp_path / name.lower()))
    options = {"subjects": 2, "clips_per_subject": 2, "seed": 1, "size": 64, "frames": (5, 6)}
    write_twin("casme2", tmp_path / "casme2", **options, workers=1)
    (tmp_path / "roots.toml").write_text('[roots]\ncasme2 = "casme2"\n')
    return tmp_path / "roots.toml"


def test_table3_writes_its_files_and_answers_in_json(capsys, tmp_path):
    words = ["reproduce", "table3", "--rounds", "0", "--out", str(tmp_path), "--json"]
    assert run(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {path.name for path in tmp_path.iterdir()} == {
        *("README.md", "manifest.json", "page.css", "reproduced.md"),
        *("table3.csv", "table3.html", "table3.md", "table3.tex"),
    }
    base = next(row for row in answer["rows"] if row["model"] == "affectivenet")
    assert base["parameters"] == 2_271_296
    assert base["printed_parameters"] == 2.2
    assert base["agreement"] == "truncated"
    assert base["speed_ratios"] == {}
    assert len(answer["files"]) == 4


def test_all_makes_keeps_and_says_what_is_missing(capsys, tmp_path, roots):
    out = tmp_path / "figures"
    words = ["reproduce", "all", "--data", str(roots), "--existing", "--out", str(out), "--json"]
    words += ["--only", "fig2", "--only", "datasets", "--only", "fig4"]
    assert run(words) == 0
    told = capsys.readouterr()
    states = {o["name"]: o["state"] for o in json.loads(told.out)["artefacts"]}
    assert states == {"fig2": "made", "datasets": "made", "fig4": "missing"}
    assert "CAS(ME)" in told.err
    assert (out / "fig2.png").is_file()
    assert (out / "datasets_synthetic.csv").is_file()
    assert run(words) == 0
    states = {o["name"]: o["state"] for o in json.loads(capsys.readouterr().out)["artefacts"]}
    assert states == {"fig2": "kept", "datasets": "kept", "fig4": "missing"}


@pytest.mark.parametrize(
    ("words", "lengthy", "rounds"),
    [([], True, 3), (["--existing"], False, 0), (["--existing", "--rounds", "2"], False, 2)],
)
def test_existing_leaves_out_what_takes_long_without_training(
    words, lengthy, rounds, monkeypatch, tmp_path, capsys
):
    asked = []

    def made(names, job, _folder, *, force):
        asked.append((set(names), job.rounds))
        return iter(())

    monkeypatch.setattr(everything, "reproduce", made)
    run(["reproduce", "all", *words, "--out", str(tmp_path)])
    ((names, given),) = asked
    long = {name for name in BUILDERS.names() if BUILDERS.get(name).lengthy}
    assert "localisation" in long
    assert names == (set(BUILDERS.names()) if lengthy else set(BUILDERS.names()) - long)
    assert given == rounds


def test_a_report_is_one_file_and_is_not_overwritten(capsys, tmp_path):
    out, target = tmp_path / "figures", tmp_path / "report.html"
    assert run(["reproduce", "fig2", "--out", str(out)]) == 0
    capsys.readouterr()
    assert run(["report", str(target), "--from", str(out), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["artefacts"] == 3  # PNG, SVG and JSON
    assert not answer["synthetic"]
    assert "AffectiveNet as it is built here" in target.read_text()
    assert run(["report", str(target), "--from", str(out)]) == 2
    assert "--overwrite" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["all", "--only", "fig9"],
        ["fig2", "--data", "nowhere.toml"],
        ["table1", "--profile", "best"],
        ["table1", "--set", "epochs=none"],
        ["table1", "--method", "AffectiveNet"],
    ],
)
def test_what_cannot_be_meant_is_refused_before_any_work(capsys, tmp_path, words):
    assert run(["reproduce", *words, "--out", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_everything_has_a_command_of_its_own(capsys):
    assert run(["reproduce", "--help"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in ("all", *BUILDERS.names()))
