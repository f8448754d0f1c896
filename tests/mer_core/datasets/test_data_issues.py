from dataclasses import replace

import pytest

from mer_core.datasets.catalog import open_dataset
from tests.mer_core.datasets import layouts
from tests.mer_core.datasets.layouts import CASME2_TAKES, SAMM_TAKES


def codes(table):
    return {(finding.clip, finding.code) for finding in table.findings}


def with_first(takes, **changes):
    return [replace(takes[0], **changes), *takes[1:]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"label": "disgst"}, "label-typo"),
        ({"label": "boredom"}, "label-unknown"),
        ({"label": "DISGUST"}, "label-spelling"),
        ({"units": "4?"}, "au-uncertain"),
        ({"units": "smile"}, "au-unreadable"),
        ({"apex": ""}, "apex-missing"),
        ({"apex": "around 14"}, "cell-unreadable"),
    ],
)
def test_each_odd_cell_gives_one_line_of_its_clip(tmp_path, changes, code):
    takes = with_first(CASME2_TAKES, **changes)
    table = open_dataset("casme2", layouts.write_casme2(tmp_path, takes))
    assert codes(table) == {("EP01_01", code)}
    (noted,) = [sample for sample in table if sample.notes]
    assert noted.notes[0].startswith(code)


def test_the_rarer_spelling_of_a_word_is_the_odd_one(tmp_path):
    takes = [
        *SAMM_TAKES,
        replace(SAMM_TAKES[2], clip="107_3_2", label="Others"),
        replace(SAMM_TAKES[2], clip="107_3_3"),
    ]
    table = open_dataset("samm", layouts.write_samm(tmp_path, takes))
    assert codes(table) == {("107_3_2", "label-spelling")}


def rewrite_samm(root, **cells):
    rows = layouts.samm_rows(SAMM_TAKES)
    for column, value in cells.items():
        rows[0][layouts.SAMM_HEADER.index(column.replace("_", " "))] = value
    table = [layouts.SAMM_HEADER, *rows]
    layouts.write_xlsx(root / "SAMM_Micro_FACS_Codes_v2.xlsx", {"MICRO_ONLY": table})


def test_a_duration_that_contradicts_onset_and_offset_is_noticed(tmp_path):
    root = layouts.write_samm(tmp_path)
    rewrite_samm(root, Duration=99)
    assert codes(open_dataset("samm", root)) == {("106_1_2", "duration-mismatch")}


def test_a_duration_that_agrees_with_the_settled_offset_is_no_second_line(tmp_path):
    root = layouts.write_samm(tmp_path)
    rewrite_samm(root, Offset_Frame=10903)
    table = open_dataset("samm", root)
    assert not table.findings
    assert [line.code for line in table.corrected] == ["offset-beyond-files"]


def test_a_formula_without_value_is_remarked(tmp_path):
    root = layouts.write_samm(tmp_path)
    rewrite_samm(root, Duration="=F2-D2+1")
    table = open_dataset("samm", root)
    assert not table.findings
    assert any("formula" in remark for remark in table.remarks)
