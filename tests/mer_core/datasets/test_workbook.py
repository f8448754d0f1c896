from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.datasets.workbook import cell_text, read_workbook
from mer_core.errors import DatasetError
from tests.mer_core.datasets.layouts import write_csv, write_xls, write_xlsx

ROWS = [["Subject", "Filename", None], [1, "EP01_01", 12.0], ["006", " b ", None]]
TEXT = (("Subject", "Filename", ""), ("1", "EP01_01", "12"), ("006", "b", ""))


def test_three_formats_give_the_same_text(tmp_path):
    xlsx = read_workbook(write_xlsx(tmp_path / "a.xlsx", {"S": ROWS}))
    xls = read_workbook(write_xls(tmp_path / "a.xls", ROWS))
    plain = read_workbook(write_csv(tmp_path / "a.csv", [*ROWS[:1], [1, "EP01_01", 12], ROWS[2]]))
    assert xlsx.sheets[0].rows == xls.sheets[0].rows == plain.sheets[0].rows == TEXT


def test_content_decides_where_the_suffix_lies(tmp_path):
    lying = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS}).rename(tmp_path / "a.xls")
    assert read_workbook(lying).sheets[0].rows == TEXT


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_spreadsheet_programs_export_it(tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    path.write_bytes(delimiter.join(["编号", "b", "c"]).encode(encoding))
    assert read_workbook(path).sheets[0].rows == (("编号", "b", "c"),)


def test_a_formula_saved_without_value_is_known_from_a_blank(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"S": [["Duration"], ["=B1-A1+1"], [None]]})
    sheet = read_workbook(path).sheets[0]
    assert sheet.rows[1] == ("",)
    assert sheet.uncached == {(1, 0)}


def test_the_word_synthetic_is_seen_in_a_title_or_cell(tmp_path):
    plain = write_xlsx(tmp_path / "a.xlsx", {"S": ROWS})
    titled = write_xlsx(tmp_path / "b.xlsx", {"S": ROWS, "SYNTHETIC": [["made"]]})
    written = write_xls(tmp_path / "c.xls", [*ROWS, ["a Synthetic sheet"]])
    assert [read_workbook(path).marked_synthetic for path in (plain, titled, written)] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("cut", [10, 500, 3000])
@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_a_truncated_file_is_refused_in_one_line(tmp_path, capsys, suffix, cut):
    whole = tmp_path / f"whole{suffix}"
    (write_xlsx(whole, {"S": ROWS}) if suffix == ".xlsx" else write_xls(whole, ROWS))
    part = tmp_path / f"part{suffix}"
    part.write_bytes(whole.read_bytes()[:cut])
    with pytest.raises(DatasetError, match="damaged") as caught:
        read_workbook(part)
    assert "\n" not in str(caught.value)
    assert capsys.readouterr().out == ""


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DatasetError, match="cannot be read"):
        read_workbook(tmp_path / "none.xlsx")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (12.0, "12"),
        (12.5, "12.5"),
        (float("nan"), ""),
        (date(2020, 1, 2), "2020-01-02"),
    ],
)
def test_a_cell_reads_as_in_the_sheet(value, text):
    assert cell_text(value) == text


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_a_table_or_a_refusal(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "a.xlsx"
    path.write_bytes(content)
    try:
        sheets = read_workbook(path).sheets
    except DatasetError as error:
        assert "\n" not in str(error)
    else:
        assert all(isinstance(cell, str) for row in sheets[0].rows for cell in row)
