"""Each reader keeps the contract on a small root in its release's layout."""

from __future__ import annotations

import shutil

import pytest

from mer_core.datasets.catalog import open_dataset
from tests.mer_core.datasets import layouts
from tests.mer_core.datasets.contract import ReaderContract
from tests.mer_core.datasets.layouts import write_frames, write_xlsx


class TestCasme(ReaderContract):
    dataset = "casme"
    takes = layouts.CASME_TAKES
    build = staticmethod(layouts.write_casme)
    clip_folder = staticmethod(layouts.casme_clip)

    def subject(self, take):
        return f"sub{take.number}"


class TestCasme2(ReaderContract):
    dataset = "casme2"
    takes = layouts.CASME2_TAKES
    build = staticmethod(layouts.write_casme2)
    clip_folder = staticmethod(layouts.casme2_clip)

    def subject(self, take):
        return f"sub{take.number}"


class TestSamm(ReaderContract):
    dataset = "samm"
    takes = layouts.SAMM_TAKES
    build = staticmethod(layouts.write_samm)
    clip_folder = staticmethod(layouts.samm_clip)

    def subject(self, take):
        return f"{take.number:03d}"


class TestCasmeSquared(ReaderContract):
    dataset = "casme-squared"
    takes = layouts.SQUARED_TAKES
    build = staticmethod(layouts.write_casme_squared)
    clip_folder = staticmethod(layouts.squared_clip)

    def subject(self, take):
        return {1: "s55", 2: "s56", 6: "s57"}[take.number]

    def label(self, take):
        return take.clip.rstrip("_0123456789")


class TestSmic(ReaderContract):
    dataset = "smic"
    takes = layouts.SMIC_TAKES
    rows_name_clips = False
    codes_apex = False
    codes_units = False
    build = staticmethod(layouts.write_smic)
    clip_folder = staticmethod(layouts.smic_clip)

    def subject(self, take):
        return f"s{take.number}"


class TestFolder(ReaderContract):
    dataset = "folder"
    takes = layouts.FOLDER_TAKES
    build = staticmethod(layouts.write_folder)
    clip_folder = staticmethod(layouts.folder_clip)

    def subject(self, take):
        return f"person{take.number}"

    def test_a_folder_without_a_row_is_named(self, root):
        import shutil

        first = self.clip_folder(root, self.takes[0])
        shutil.copytree(first, first.with_name("take9"))
        table = self.open(root)
        assert not table.excluded
        (bare,) = [sample for sample in table if sample.clip == "take9"]
        assert bare.label == self.takes[0].label
        assert (bare.onset, bare.apex, bare.offset) == (11, None, 18)


@pytest.fixture
def smic_root(tmp_path):
    return layouts.write_smic(tmp_path)


def test_nobody_coded_an_apex_in_smic(smic_root):
    samples = open_dataset("smic", smic_root).samples
    assert {sample.apex for sample in samples} == {None}


def test_other_cameras_of_smic_and_clips_without_expression_are_left_aside(smic_root):
    tree = smic_root / "SMIC_all_raw"
    shutil.copytree(tree / "HS", tree / "NIR")
    shutil.copytree(tree / "HS" / "s21" / "micro", tree / "HS" / "s21" / "non_micro")
    assert len(open_dataset("smic", smic_root)) == len(layouts.SMIC_TAKES)


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
