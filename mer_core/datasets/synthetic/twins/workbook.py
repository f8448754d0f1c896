"""Annotation workbooks as data, written as `.xlsx`, binary `.xls` or `.csv`.

Equal workbooks give equal bytes, so that a twin generated twice has one digest.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mer_core.atomic import write_bytes
from mer_core.errors import SettingsError

MARKER = "SYNTHETIC"
NOTICE = "SYNTHETIC: generated faces and invented annotations, not the licensed dataset"

_EPOCH = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula cell, without the leading "=" and, as generators leave it, without a value."""

    text: str


Cell = str | int | float | Formula | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its tab's name and its rows from the top, header included."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook's file name, whose suffix decides the format, and its sheets in order."""

    name: str
    sheets: tuple[Sheet, ...]


def write_workbook(folder: Path, book: Workbook) -> Path:
    """Write `book` into `folder` with a last sheet that says what it is; return the file.

    Loaders address the first sheet or a sheet by name, so the marker does not disturb them. A
    `.csv` has one sheet and no marker: its folder's `SYNTHETIC.txt` speaks for it.
    """
    encoders = {".xlsx": _xlsx, ".xls": _xls, ".csv": _csv}
    suffix = Path(book.name).suffix
    if suffix not in encoders:
        raise SettingsError(
            f"no writer for {suffix!r} sheets",
            where=book.name,
            remedy=f"use one of {', '.join(encoders)}",
        )
    target = folder / book.name
    write_bytes(target, encoders[suffix](book.sheets))
    return target


def _mark_sheets(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    return (*sheets, Sheet(MARKER, ((NOTICE,),)))


def _xlsx(sheets: Sequence[Sheet]) -> bytes:
    from openpyxl import Workbook as Book

    book = Book()
    book.remove(book.worksheets[0])
    for sheet in _mark_sheets(sheets):
        page = book.create_sheet(sheet.name)
        for y, row in enumerate(sheet.rows, start=1):
            for x, cell in enumerate(row, start=1):
                if isinstance(cell, Formula):
                    page.cell(y, x, f"={cell.text}")
                elif cell is not None:
                    page.cell(y, x, cell)
    book.properties.title = MARKER
    book.properties.description = NOTICE
    book.properties.creator = "mer-workbench"
    book.properties.created = _EPOCH
    content = io.BytesIO()
    book.save(content)
    return _remove_dates(content.getvalue())


def _remove_dates(content: bytes) -> bytes:
    # openpyxl stamps the hour of saving on the archive's entries and in its properties.
    fixed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            body = before.read(name)
            if name == "docProps/core.xml":
                body = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", body
                )
            entry = zipfile.ZipInfo(name, _EPOCH.timetuple()[:6])
            after.writestr(entry, body, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def _xls(sheets: Sequence[Sheet]) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    book.set_owner("mer-workbench " + MARKER)
    for sheet in _mark_sheets(sheets):
        page = book.add_sheet(sheet.name)
        for y, row in enumerate(sheet.rows):
            for x, cell in enumerate(row):
                if cell is not None:
                    page.write(y, x, xlwt.Formula(cell.text) if isinstance(cell, Formula) else cell)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _csv(sheets: Sequence[Sheet]) -> bytes:
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    for row in sheets[0].rows:
        writer.writerow(["" if cell is None else _text(cell) for cell in row])
    return content.getvalue().encode()


def _text(cell: Cell) -> str:
    return f"={cell.text}" if isinstance(cell, Formula) else str(cell)
