from dataclasses import replace

import pytest

from mer_core.datasets.catalog import DATASETS, open_dataset
from mer_core.datasets.corrections import COLUMNS, CONDITIONS, shipped_corrections
from mer_core.errors import DatasetError
from tests.mer_core.datasets import layouts
from tests.mer_core.datasets.layouts import CASME2_TAKES, Take, write_csv


def own(tmp_path, *lines):
    return write_csv(tmp_path / "own.csv", [COLUMNS, *lines])


@pytest.mark.parametrize("info", DATASETS, ids=lambda info: info.name)
def test_shipped_lines_name_conditions_and_never_values(info):
    for rule in shipped_corrections(info.name).values():
        assert rule.old in CONDITIONS
        assert rule.new in ("missing", "last-file")
        assert rule.reason
        assert rule.source


def test_a_known_defect_is_reported_with_its_source(tmp_path):
    takes = [*layouts.SAMM_TAKES, Take(28, "028_4_1", apex=99, label="Anger")]
    (line,) = open_dataset("samm", layouts.write_samm(tmp_path, takes)).corrected
    assert (line.key, line.code, line.old, line.new) == (
        "028/028_4_1",
        "apex-after-offset",
        "99",
        "missing",
    )
    assert "public loaders" in line.source


def test_the_same_defect_elsewhere_says_it_is_not_a_known_one(tmp_path):
    takes = [*layouts.SAMM_TAKES, Take(28, "028_9_9", apex=99, label="Anger")]
    (line,) = open_dataset("samm", layouts.write_samm(tmp_path, takes)).corrected
    assert line.code == "apex-after-offset"
    assert "not a known defect" in line.source


def test_a_users_own_value_is_applied_and_reported(tmp_path):
    file = own(tmp_path, ["", "sub61", "EP01_01", "apex", "14", "15", "looked again", "me"])
    table = open_dataset("casme2", layouts.write_casme2(tmp_path / "root"), corrections=file)
    assert next(s for s in table if s.clip == "EP01_01").apex == 15
    (line,) = table.corrected
    assert (line.field, line.old, line.new, line.code) == ("apex", "14", "15", "apex-replaced")


def test_a_line_whose_old_value_is_gone_does_nothing(tmp_path):
    file = own(tmp_path, ["", "sub61", "EP01_01", "label", "fear", "anger", "looked again", "me"])
    table = open_dataset("casme2", layouts.write_casme2(tmp_path / "root"), corrections=file)
    assert not table.corrected
    assert next(s for s in table if s.clip == "EP01_01").label == "disgust"


def test_a_line_for_another_version_does_nothing(tmp_path):
    file = own(tmp_path, ["20190701", "sub61", "EP01_01", "apex", "14", "15", "r", "me"])
    table = open_dataset("casme2", layouts.write_casme2(tmp_path / "root"), corrections=file)
    assert not table.corrected


def test_labels_and_units_can_be_corrected(tmp_path):
    file = own(
        tmp_path,
        ["", "sub61", "EP01_01", "label", "disgust", "fear", "r", "me"],
        ["", "sub61", "EP01_01", "action_units", "4+L10", "5", "r", "me"],
    )
    root = layouts.write_casme2(tmp_path / "root")
    sample = open_dataset("casme2", root, corrections=file).samples[0]
    assert sample.label == "fear"
    assert [unit.number for unit in sample.action_units] == [5]
    assert sample.source_row["Estimated Emotion"] == "disgust"


@pytest.mark.parametrize(
    "lines",
    [
        [["", "s", "c", "colour", "1", "2", "r", "me"]],
        [["", "s", "c", "apex", "1", "2", "r", "me"], ["", "s", "C", "apex", "3", "4", "r", "me"]],
    ],
)
def test_a_file_that_contradicts_itself_is_refused(tmp_path, lines):
    root = layouts.write_casme2(tmp_path / "root", [replace(take) for take in CASME2_TAKES])
    with pytest.raises(DatasetError, match="line"):
        open_dataset("casme2", root, corrections=own(tmp_path, *lines))
