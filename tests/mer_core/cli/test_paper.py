import json
import shutil
import subprocess
import sys
from importlib.resources import as_file, files

import pytest

from mer_core.cli import run
from mer_core.paper.audit import audit


def test_audit_lists_every_claim_as_json(capsys):
    assert run(["paper", "audit", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in listed] == [finding.id for finding in audit()]
    keys = {"id", "claim", "printed", "computed", "verdict", "place", "note", "working", "basis"}
    assert all(set(entry) == keys for entry in listed)
    assert {entry["verdict"] for entry in listed} == {
        "ok",
        "partly",
        "rounding",
        "mismatch",
        "unverifiable",
    }


def test_audit_of_a_copy_with_a_planted_error(capsys, tmp_path):
    with as_file(files("mer_core.paper") / "data") as data:
        copy = shutil.copytree(data, tmp_path / "data")
    statements = copy / "statements.csv"
    text = statements.read_text(encoding="utf-8")
    statements.write_text(text.replace("33.22", "32.33"), encoding="utf-8")
    assert run(["paper", "audit", "--json", "--data", str(copy)]) == 0
    listed = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed["gain/CASME-I/MobileNet"]["printed"] == "32.33"
    assert listed["gain/CASME-I/MobileNet"]["computed"] == "33.22"
    assert listed["gain/CASME-I/MobileNet"]["verdict"] == "mismatch"


def test_audit_as_a_table_of_some_verdicts(capsys):
    assert run(["paper", "audit", "--verdict", "mismatch"]) == 0
    out = capsys.readouterr().out
    assert "gain/S2CI/MobileNet" in out
    assert "gain/CASME-I/MobileNet" not in out
    assert "stated: 65 ok, 2 rounding, 2 partly, 11 mismatch" in out


def test_tables(capsys):
    assert run(["paper", "tables"]) == 0
    out = capsys.readouterr().out
    assert "Fig. 5g. CII2S" in out and "MicroAtt*" in out
    assert run(["paper", "tables", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["table3"][2]["parameters_m"] == 26
    assert document["table1"][0]["accuracies"] == {"CASME-I": None, "CASME-II": 59.91}
    assert [len(matrix["cells"]) for matrix in document["figure5"]] == [4, 4, 4, 3, 4, 4, 4]


def test_readings(capsys):
    assert run(["paper", "readings", "frame-weights"]) == 0
    assert "* full:" in capsys.readouterr().out
    assert run(["paper", "readings", "--topic", "cost", "--json"]) == 0
    assert {entry["topic"] for entry in json.loads(capsys.readouterr().out)} == {"cost"}


@pytest.mark.parametrize(
    "arguments", [["paper", "readings", "frame-weight"], ["paper", "audit", "--data", "nowhere"]]
)
def test_refusals(arguments, capsys):
    assert run(arguments) == 2
    assert capsys.readouterr().err


def test_the_paper_needs_neither_torch_nor_pandas():
    code = "import sys, mer_core.cli.paper; print({'torch', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
