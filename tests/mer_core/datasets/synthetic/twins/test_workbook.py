"""The annotation files as other people's loaders see them, and equal bytes for equal content."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
import xlrd

from mer_core.datasets.synthetic.twins.workbook import Formula, Sheet, Workbook, write_workbook
from mer_core.errors import SettingsError
from tests.mer_core.datasets.synthetic.twins.stand_in import quick_twin

BOOK = Workbook("a.xlsx", (Sheet("Sheet1", (("Subject", None, "AU"), (1, None, "4+7"), (2,))),))


def renamed(name):
    return Workbook(name, BOOK.sheets)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.csv"])
def test_equal_workbooks_are_equal_files(name, tmp_path, monkeypatch):
    first = write_workbook(tmp_path / "1", renamed(name)).read_bytes()
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert write_workbook(tmp_path / "2", renamed(name)).read_bytes() == first


def test_an_xlsx_does_not_carry_the_hour_of_its_making(tmp_path):
    book = openpyxl.load_workbook(write_workbook(tmp_path, BOOK))
    assert book.properties.modified.year == book.properties.created.year == 2000


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("a.xlsx", lambda path: openpyxl.load_workbook(path).sheetnames),
        ("a.xls", lambda path: xlrd.open_workbook(path).sheet_names()),
    ],
)
def test_the_last_sheet_says_what_it_is(name, titles, tmp_path):
    assert titles(write_workbook(tmp_path, renamed(name))) == ["Sheet1", "SYNTHETIC"]


def test_a_formula_has_no_value_yet(tmp_path):
    book = Workbook("f.xlsx", (Sheet("S", ((1, Formula("A1+1")),)),))
    path = write_workbook(tmp_path, book)
    assert openpyxl.load_workbook(path, data_only=True)["S"]["B1"].value is None
    assert openpyxl.load_workbook(path)["S"]["B1"].value == "=A1+1"


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="ods"):
        write_workbook(tmp_path, renamed("a.ods"))


def test_casme2_as_pandas_reads_it(tmp_path):
    root = quick_twin("casme2", tmp_path / "twin").root
    frame = pd.read_excel(root / "CASME2-coding-20140508.xlsx")
    assert list(frame.columns) == [
        *("Subject", "Filename", "Unnamed: 2", "OnsetFrame", "ApexFrame", "OffsetFrame"),
        *("Unnamed: 6", "Action Units", "Estimated Emotion"),
    ]
    assert frame["Subject"].dtype.kind == "i"  # loaders format it with :02d
    frames = frame["OffsetFrame"] - frame["OnsetFrame"] + 1
    tree = root / "CASME2_RAW_selected" / "CASME2_RAW_selected"
    tree = tree if tree.exists() else root / "CASME2_preprocessed_Li Xiaobai" / "Cropped"
    for row, count in zip(frame.itertuples(), frames, strict=True):
        files = list((tree / f"sub{row.Subject:02d}" / row.Filename).iterdir())
        assert len(files) == count  # nothing but the frames, onset to offset


def test_samm_as_pandas_reads_it(tmp_path):
    root = quick_twin("samm", tmp_path / "twin").root
    path = root / "SAMM_Micro_FACS_Codes_v2.xlsx"
    above = pd.read_excel(path)
    assert above.loc[12].tolist()[:3] == ["Subject", "Filename", "Inducement Code"]
    frame = pd.read_excel(path, sheet_name="MICRO_ONLY", header=13)
    assert len(frame.columns) == 12
    for row in pd.read_excel(path, header=13, dtype={"Subject": str}).itertuples():
        assert (root / "SAMM_CROP" / row.Subject / row.Filename).is_dir()
    assert (frame["Duration"] == frame["Offset Frame"] - frame["Onset Frame"] + 1).all()


def test_casme_as_pandas_reads_it(tmp_path):
    root = quick_twin("casme", tmp_path / "twin").root
    frame = pd.read_excel(root / "CASME-coded-20190721.xls")
    assert list(frame.columns) == [
        *("Subject", "Filename", "Unnamed: 2", "OnsetF", "ApexF1", "ApexF2", "OffsetF"),
        *("Unnamed: 7", "Onset", "Total", "AU", "Emotion"),
    ]
    assert "\\" in set(frame["ApexF2"])


def test_casme_squared_has_three_sheets_without_header(tmp_path):
    root = quick_twin("casme-squared", tmp_path / "twin").root
    sheets = pd.read_excel(
        root / "CAS(ME)^2code_final(Updated).xlsx", sheet_name=None, header=None, dtype=str
    )
    assert list(sheets) == ["CASFEcode_final", "naming rule1", "naming rule2", "SYNTHETIC"]
    codes, subjects, videos = list(sheets.values())[:3]
    assert codes.shape == (30, 9)
    assert set(codes[7]) == {"macro-expression", "micro-expression"}
    assert subjects.iloc[0].tolist() == ["51", "s51", "31"]
    assert videos.iloc[2].tolist() == ["0401", "anger1"]
