import shutil

import pytest

from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.label_schemes import label_scheme
from mer_core.datasets.reconciliation import (
    UNKNOWN_VERSION,
    identify_version,
    reconcile,
    reconcile_all,
)
from mer_core.datasets.report import check_dataset
from tests.mer_core.datasets import layouts
from tests.mer_core.datasets.layouts import CASME2_TAKES, Take

SHEET_2014 = {
    "others": 99,
    "disgust": 63,
    "happiness": 32,
    "repression": 27,
    "surprise": 25,
    "sadness": 7,
    "fear": 2,
}


def test_the_surprises_tell_the_two_sheets_apart():
    moved = {**SHEET_2014, "surprise": 28, "sadness": 4}
    assert identify_version("casme2", rows=255, counts=SHEET_2014, stem="renamed") == "20140508"
    assert identify_version("casme2", rows=255, counts=moved, stem="renamed") == "20190701"
    other = {**SHEET_2014, "surprise": 26, "sadness": 6}
    assert identify_version("casme2", rows=255, counts=other, stem="x") == UNKNOWN_VERSION


def test_counts_beat_a_misleading_file_name():
    stem = "CASME2-coding-20190701"
    assert identify_version("casme2", rows=255, counts=SHEET_2014, stem=stem) == "20140508"


def test_rows_alone_tell_where_nothing_else_is_published():
    assert identify_version("casme", rows=193, counts={"tense": 1}, stem="x") == "20190721"


def test_three_columns_and_every_difference_explained(tmp_path):
    root = layouts.write_casme2(tmp_path)
    shutil.rmtree(layouts.casme2_clip(root, CASME2_TAKES[0]))
    counts = reconcile(open_dataset("casme2", root), label_scheme("paper4"))
    rows = {c.name: (c.found, c.sheet, c.paper) for c in counts.classes}
    assert rows == {
        "positive": (1, 1, 31),
        "negative": (0, 1, 72),
        "surprise": (1, 1, 25),
        "others": (1, 1, 126),
    }
    assert (counts.total.found, counts.total.sheet, counts.total.paper) == (3, 4, 254)
    assert "251" in counts.remarks[0]


def test_duplicated_rows_are_no_clips_of_the_sheet(tmp_path):
    root = layouts.write_casme2(tmp_path)
    rows = layouts.casme2_rows([*CASME2_TAKES, CASME2_TAKES[0]])
    layouts.write_xlsx(
        root / "CASME2-coding-20140508.xlsx", {"Sheet1": [layouts.CASME2_HEADER, *rows]}
    )
    counts = reconcile(open_dataset("casme2", root), label_scheme("raw"))
    assert {c.name: c.sheet for c in counts.classes}["disgust"] == 1


def test_words_without_a_class_are_named(tmp_path):
    takes = [*CASME2_TAKES, Take(64, "EP01_01", label="boredom")]
    table = open_dataset("casme2", layouts.write_casme2(tmp_path, takes))
    assert "without a class: boredom 1" in reconcile(table, label_scheme("natural4")).remarks
    assert ("label-unknown", "sub64", "EP01_01") in table.codes()


def test_every_scheme_that_covers_a_set_is_shown(tmp_path):
    table = open_dataset("smic", layouts.write_smic(tmp_path))
    assert [c.scheme for c in reconcile_all(table)] == ["raw", "megc3", "megc3-ep09", "natural4"]


@pytest.mark.parametrize("dataset", ["casme", "casme2", "samm", "smic"])
def test_found_and_sheet_agree_on_a_clean_set(tmp_path, dataset):
    table = open_dataset(dataset, getattr(layouts, f"write_{dataset}")(tmp_path))
    for counts in reconcile_all(table):
        assert all(c.found == c.sheet for c in counts.classes)


def test_the_report_repeats_the_table(tmp_path):
    table = open_dataset("samm", layouts.write_samm(tmp_path))
    document = check_dataset(table).document()
    assert document["clips"] == len(table) == sum(document["classes"].values())
    assert document["digest"] == table.digest
    assert document["classes"]["others"] == 1
