import shutil

import pytest

from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.layout import find_sheets, find_trees, subject_number
from mer_core.errors import DatasetError
from tests.mer_core.datasets import layouts


@pytest.mark.parametrize("text", ["sub01", "s01", "s1", "01", "1", "1.0", "001", "Sub 1"])
def test_a_subject_is_its_number_in_any_spelling(text):
    assert subject_number(text) == 1


@pytest.mark.parametrize("text", ["", "s", "EP01_01", "1.5", "sub1b", "HS"])
def test_other_names_are_no_subjects(text):
    assert subject_number(text) is None


def test_trees_are_found_by_content_at_any_nesting(tmp_path):
    root = layouts.write_casme2(tmp_path)
    (tree,) = find_trees(root)
    assert tree.inside == "casme2_raw_selected/casme2_raw_selected"
    deep = tmp_path / "Again" / "Again"
    shutil.move(root / "CASME2_RAW_selected", deep)
    assert len(open_dataset("casme2", root)) == 4


def test_padded_subject_folders_are_the_same_subjects(tmp_path):
    root = layouts.write_casme2(tmp_path)
    tree = root / "CASME2_RAW_selected" / "CASME2_RAW_selected"
    for folder in tree.iterdir():
        folder.rename(tree / folder.name.replace("sub", "s0"))
    assert {s.subject for s in open_dataset("casme2", root)} == {"sub61", "sub62", "sub63"}


def test_crops_come_first_and_either_can_be_asked_for(tmp_path):
    root = layouts.write_casme2(tmp_path)
    tree = root / "CASME2_RAW_selected" / "CASME2_RAW_selected"
    shutil.copytree(tree, root / "preprocessed" / "Cropped")
    assert open_dataset("casme2", root).variant == "cropped"
    assert open_dataset("casme2", root, variant="raw").variant == "raw"
    shutil.rmtree(root / "preprocessed")
    with pytest.raises(DatasetError, match="no cropped frames, but raw ones"):
        open_dataset("casme2", root, variant="cropped")


def test_trimmed_clips_are_preferred_to_whole_recordings(tmp_path):
    root = layouts.write_casme2(tmp_path)
    tree = root / "CASME2_RAW_selected" / "CASME2_RAW_selected"
    shutil.copytree(tree, root / "CASME2-RAW")
    table = open_dataset("casme2", root)
    assert "CASME2_RAW_selected" in str(table.samples[0].frames[0])
    assert any("several raw trees" in remark for remark in table.remarks)


def test_whole_recordings_keep_all_frames_and_the_coded_ends(tmp_path):
    root = layouts.write_casme2(tmp_path)
    tree = root / "CASME2_RAW_selected" / "CASME2_RAW_selected"
    shutil.move(tree, root / "CASME2-RAW")
    shutil.rmtree(root / "CASME2_RAW_selected")
    for number in (1, 2, 40):
        (root / "CASME2-RAW" / "sub61" / "EP01_01" / f"img{number}.jpg").touch()
    sample = open_dataset("casme2", root).samples[0]
    assert (sample.frame_numbers[0], sample.frame_numbers[-1]) == (1, 40)
    assert len(sample.expression_frames()) == 8


def test_the_likeliest_sheet_comes_first_and_clips_are_not_searched(tmp_path):
    root = layouts.write_casme2(tmp_path)
    layouts.write_csv(root / "aaa.csv", [["x"]])
    layouts.write_csv(root / "CASME2_RAW_selected" / "notes.csv", [["x"]])
    layouts.write_csv(layouts.casme2_clip(root, layouts.CASME2_TAKES[0]) / "z.csv", [["x"]])
    names = [path.name for path in find_sheets(root, ("casme2-coding",))]
    assert names == ["CASME2-coding-20140508.xlsx", "aaa.csv", "notes.csv"]


def test_two_sheets_are_remarked_and_one_can_be_named(tmp_path):
    root = layouts.write_casme2(tmp_path)
    second = root / "CASME2-coding-20190701.xlsx"
    shutil.copy(root / "CASME2-coding-20140508.xlsx", second)
    table = open_dataset("casme2", root)
    assert any("2 annotation files" in remark for remark in table.remarks)
    assert open_dataset("casme2", root, sheet=second).sheet == second


def test_a_root_without_a_sheet_names_what_it_saw(tmp_path):
    root = layouts.write_casme2(tmp_path)
    (root / "CASME2-coding-20140508.xlsx").unlink()
    layouts.write_csv(root / "other.csv", [["a", "b"]])
    with pytest.raises(DatasetError, match=r"other\.csv has other columns") as caught:
        open_dataset("casme2", root)
    assert "CASME2-coding-20140508.xlsx" in str(caught.value)
