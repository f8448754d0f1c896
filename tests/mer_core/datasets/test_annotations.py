import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer_core.datasets.annotations import CellState, frame_cell, read_annotations, read_headless
from mer_core.datasets.workbook import Sheet
from mer_core.errors import DatasetError

COLUMNS = {"subject": ("Subject",), "clip": ("Filename",), "onset": ("OnsetFrame", "OnsetF")}


def sheet(*rows: list[str]) -> Sheet:
    return Sheet("Sheet1", tuple(tuple(row) for row in rows))


@pytest.mark.parametrize(
    "text", ["", " ", "/", "\\", "NULL", "null", "0", "0.0", "NaN", "None", "-"]
)
def test_every_marker_of_a_missing_frame_is_known(text):
    assert frame_cell(text).state is CellState.MISSING


@pytest.mark.parametrize(("text", "value"), [("12", 12), (" 12 ", 12), ("12.0", 12), ("007", 7)])
def test_numbers_come_as_text_as_well(text, value):
    assert frame_cell(text).value == value


@pytest.mark.parametrize("text", ["12.5", "-3", "about 12", "1e3"])
def test_other_cells_are_unreadable_and_not_missing(text):
    assert frame_cell(text).state is CellState.UNREADABLE


def test_zero_is_a_frame_where_numbering_starts_there():
    assert frame_cell("0", zero_is_missing=False).value == 0


@given(st.integers(1, 10**9))
def test_any_frame_number_is_itself(number):
    assert frame_cell(str(number)).value == number


def test_the_header_is_found_below_text_in_any_spelling():
    table = read_annotations(
        sheet(
            ["About this sheet", "", ""],
            ["", "", ""],
            ["  FILENAME ", "onset frame", "subject"],
            ["EP01", "3", "1"],
        ),
        COLUMNS,
    )
    (row,) = table.rows
    assert row.number == 4
    assert row.fields == {"subject": "1", "clip": "EP01", "onset": "3"}
    assert row.cells == {"  FILENAME ": "EP01", "onset frame": "3", "subject": "1"}


def test_blank_rows_are_skipped_and_text_below_is_named():
    table = read_annotations(
        sheet(
            ["Subject", "Filename", "OnsetF"],
            ["1", "EP01", "3"],
            ["", "", ""],
            ["1", "EP02", "4"],
            ["Thanks to all coders", "", ""],
            ["", "", "see also"],
        ),
        COLUMNS,
    )
    assert [row.number for row in table.rows] == [2, 4]
    assert "row 5-6" in table.remarks[0]


def test_a_clip_without_subject_is_a_row_all_the_same():
    table = read_annotations(
        sheet(["Subject", "Filename", "OnsetF"], ["", "EP02", "4"], ["3", "", "4"]), COLUMNS
    )
    assert len(table.rows) == 2


def test_a_missing_column_and_a_repeated_one_are_remarked():
    table = read_annotations(sheet(["Subject", "Filename", "Filename"], ["1", "a", "b"]), COLUMNS)
    assert table.rows[0].fields["clip"] == "a"
    assert "onset" not in table.rows[0].fields
    assert any("no column for OnsetFrame" in remark for remark in table.remarks)
    assert any("2 columns" in remark for remark in table.remarks)


def test_formulas_without_value_are_counted():
    damaged = Sheet(
        "S", (("Subject", "Filename", "OnsetF"), ("1", "EP01", "")), frozenset({(1, 2)})
    )
    table = read_annotations(damaged, COLUMNS)
    assert table.rows[0].uncached == {"onset"}
    assert "1 formula cells" in table.remarks[0]


def test_a_sheet_of_something_else_is_refused():
    with pytest.raises(DatasetError, match="Subject and Filename"):
        read_annotations(sheet(["a", "b"], ["1", "2"]), COLUMNS)


def test_a_sheet_without_header_is_read_by_position():
    table = read_headless(sheet(["1", "anger1_1", "5"]), ("subject", "clip", "onset"))
    assert table.rows[0].fields == {"subject": "1", "clip": "anger1_1", "onset": "5"}
