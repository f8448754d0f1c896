"""Annotation files as rows of text: `.xlsx`, the old binary `.xls`, and `.csv`.

Every cell becomes text the way a person reads it in the sheet: `12.0` is "12", blank is "". What
a cell means is for `annotations` to say.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mer_core.errors import DatasetError

SUFFIXES = (".xlsx", ".xls", ".csv")
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """One sheet as text.

    Attributes:
        title: The tab's name; the file's stem for a CSV.
        rows: All rows from the top, blank ones included, so that a row's number is its index + 1.
        uncached: (row, column) indices of formulas that were saved without a computed value.
    """

    title: str
    rows: tuple[tuple[str, ...], ...]
    uncached: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Workbook:
    """An annotation file: its sheets in order."""

    path: Path
    sheets: tuple[Sheet, ...]

    @property
    def marked_synthetic(self) -> bool:
        """Whether a sheet's title or any cell carries the word that marks a twin."""
        return any(
            "synthetic" in text.casefold()
            for sheet in self.sheets
            for text in (sheet.title, *(cell for row in sheet.rows for cell in row))
        )


def read_workbook(path: Path) -> Workbook:
    """Read `path` by its content; the suffix is often wrong after a rename."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"the annotation file cannot be read ({error.strerror})", where=path
        ) from error
    try:
        if content.startswith(_ZIP):
            sheets = _read_xlsx(content)
        elif content.startswith(_OLE):
            sheets = _read_xls(content)
        else:
            sheets = (_read_csv(content, path.stem),)
    # A file cut short makes the parsers raise nearly anything, struct.error and KeyError included.
    except Exception as error:
        raise DatasetError(
            f"the annotation file is damaged or of another kind ({type(error).__name__}: {error})",
            where=path,
            remedy="open it in a spreadsheet program and save it again as .xlsx",
        ) from error
    return Workbook(path, sheets)


def cell_text(value: object) -> str:
    """Return a cell as people read it: whole floats without point, ISO dates, blank as ""."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float() if value != value:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.isoformat()
        case _:
            return " ".join(str(value).split())


def _read_xlsx(content: bytes) -> tuple[Sheet, ...]:
    import openpyxl

    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(content), data_only=False)
    return tuple(
        Sheet(
            sheet.title,
            tuple(
                tuple(cell_text(cell) for cell in row) for row in sheet.iter_rows(values_only=True)
            ),
            _without_value(sheet, formulas[sheet.title]),
        )
        for sheet in values.worksheets
    )


def _without_value(values: Any, formulas: Any) -> frozenset[tuple[int, int]]:
    pairs = zip(values.iter_rows(), formulas.iter_rows(), strict=True)
    return frozenset(
        (cell.row - 1, cell.column - 1)
        for row, source in pairs
        for cell, formula in zip(row, source, strict=True)
        if cell.value is None and formula.data_type == "f"
    )


def _read_xls(content: bytes) -> tuple[Sheet, ...]:
    import xlrd

    book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
    return tuple(
        Sheet(
            sheet.name,
            tuple(
                tuple(cell_text(cell) for cell in sheet.row_values(index))
                for index in range(sheet.nrows)
            ),
        )
        for sheet in book.sheets()
    )


def _read_csv(content: bytes, stem: str) -> Sheet:
    if b"\x00" in content[:1024] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("binary content")
    text = _decode(content)
    head = text[:4096]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return Sheet(stem, tuple(tuple(_csv_text(cell) for cell in row) for row in rows))


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The releases come from a Chinese-language Excel as often as from a western one.
        return content.decode("gb18030", errors="replace")


def _csv_text(cell: str) -> str:
    text = " ".join(cell.split())
    return "" if text.casefold() == "nan" else text
