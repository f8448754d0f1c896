import shutil

import pytest

from mer_core.datasets.catalog import open_dataset
from tests.mer_core.datasets import layouts
from tests.mer_core.datasets.layouts import write_frames, write_xlsx


@pytest.fixture
def root(tmp_path):
    return layouts.write_smic(tmp_path)


def test_nobody_coded_an_apex(root):
    samples = open_dataset("smic", root).samples
    assert {sample.apex for sample in samples} == {None}


def test_other_cameras_and_clips_without_expression_are_left_aside(root):
    tree = root / "SMIC_all_raw"
    shutil.copytree(tree / "HS", tree / "NIR")
    shutil.copytree(tree / "HS" / "s21" / "micro", tree / "HS" / "s21" / "non_micro")
    assert len(open_dataset("smic", root)) == len(layouts.SMIC_TAKES)


def test_the_extended_set_has_a_sheet_with_text_below(tmp_path):
    folder = tmp_path / "SMIC-E_raw image" / "HS_long" / "SMIC-HS-E" / "s21" / "s21_ne_01"
    write_frames(folder, [f"image{n:06d}.jpg" for n in range(1, 40)])
    rows = [
        ["Subject", "Filename", "OnsetF", "OffsetF", "Emotion", "FirstF"],
        [21, "s21_ne_01", 10, 20, "negative", 1],
        [None, None],
        ["The onset is the first frame of the expression", None],
    ]
    write_xlsx(tmp_path / "SMIC-HS-E_annotation.xlsx", {"Sheet1": rows})
    table = open_dataset("smic", tmp_path, variant="long")
    (sample,) = table
    assert (sample.onset, sample.apex, sample.offset) == (10, None, 20)
    assert len(sample.frames) == 39
    assert len(sample.expression_frames()) == 11
    assert any("row of text" in remark for remark in table.remarks)
