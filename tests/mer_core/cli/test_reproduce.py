import json

from mer_core.cli import run


def test_table3_writes_its_files_and_answers_in_json(capsys, tmp_path):
    words = ["reproduce", "table3", "--rounds", "0", "--out", str(tmp_path), "--json"]
    assert run(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("manifest.json", "table3.csv", "table3.md")
    ]
    base = next(row for row in answer["rows"] if row["model"] == "affectivenet")
    assert base["parameters"] == 2_271_296
    assert base["printed_parameters"] == 2.2
    assert base["agreement"] == "truncated"
    assert base["speed_ratios"] == {}
    assert len(answer["files"]) == 2
