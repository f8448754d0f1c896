"""Annotation sheets as typed rows: the header found by content, columns by normalised name.

The same sheet circulates with its blank columns dropped, its header pushed down by a paragraph of
text, its numbers turned to text. What identifies it is what it says, so that is what is read.

The sheet is sought among the tables in a root, by name and then by content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from mer_core.datasets.layout import find_sheets
from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.datasets.workbook import Sheet, Workbook, read_workbook
from mer_core.errors import DatasetError

MISSING = frozenset({"", "/", "\\", "null", "nan", "none", "n/a", "na", "-"})
"""Cells, in lower case, by which the releases and their copies say "not coded"."""

_INTEGER = re.compile(r"[+-]?\d+(?:\.0+)?")


class CellState(StrEnum):
    """Outcome of reading a cell that should hold a frame number."""

    GIVEN = "given"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FrameCell:
    """A frame number as coded, or why there is none; `text` is the cell as read."""

    value: int | None
    state: CellState
    text: str


def frame_cell(text: str, *, zero_is_missing: bool = True) -> FrameCell:
    """Read a frame number; a missing one is a slash either way, NULL, 0 or blank."""
    clean = text.strip()
    if clean.casefold() in MISSING:
        return FrameCell(None, CellState.MISSING, text)
    if not _INTEGER.fullmatch(clean) or clean.startswith("-"):
        return FrameCell(None, CellState.UNREADABLE, text)
    number = int(float(clean)) if "." in clean else int(clean)
    if number == 0 and zero_is_missing:
        return FrameCell(None, CellState.MISSING, text)
    return FrameCell(number, CellState.GIVEN, text)


def is_missing(text: str) -> bool:
    """Whether a cell says "not coded"."""
    return text.strip().casefold() in MISSING


def normalise(text: str) -> str:
    """A column name reduced to its letters and digits in lower case."""
    return "".join(character for character in text.casefold() if character.isalnum())


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """One row that speaks of a clip.

    Attributes:
        number: The row's number in the sheet, counted from 1 as spreadsheet programs do.
        cells: Everything in the row, by the sheet's own column names.
        fields: The cells asked for, by the reader's names; "" where the sheet has no such column.
        uncached: Fields whose formula was saved without a computed value.
    """

    number: int
    cells: Mapping[str, str]
    fields: Mapping[str, str]
    uncached: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AnnotationTable:
    """The rows of a sheet, and what else stood in it."""

    title: str
    rows: tuple[AnnotationRow, ...]
    columns: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


Columns = Mapping[str, Sequence[str]]
"""Reader's field name -> names the column goes by, in any spelling."""


def find_header(sheet: Sheet, columns: Columns, required: Sequence[str]) -> int | None:
    """Index of the first row that names every required column, or None."""
    wanted = [{normalise(name) for name in columns[field_]} for field_ in required]
    for index, row in enumerate(sheet.rows):
        names = {normalise(cell) for cell in row}
        if all(names & options for options in wanted):
            return index
    return None


def read_annotations(
    sheet: Sheet, columns: Columns, *, required: Sequence[str] = ("subject", "clip")
) -> AnnotationTable:
    """Read every row below the header that names a subject or a clip.

    Blank rows are skipped. Rows that hold text but neither subject nor clip are no clips; they
    are named in `remarks`, so nothing leaves unseen. With `required`, the columns without which
    the sheet is not the one looked for.
    """
    header = find_header(sheet, columns, required)
    if header is None:
        raise DatasetError(
            f"no row names the columns {' and '.join(columns[name][0] for name in required)}",
            where=sheet.title,
            remedy="check that this is the annotation sheet of the release",
        )
    names = sheet.rows[header]
    places, remarks = _locate(names, columns)
    absent = [spellings[0] for name, spellings in columns.items() if name not in places]
    if absent:
        remarks.append(f"the sheet has no column for {', '.join(absent)}")
    return _collect(sheet, header + 1, names, places, remarks)


def read_headless(sheet: Sheet, fields: Sequence[str]) -> AnnotationTable:
    """Read a sheet that has no header row: the columns are `fields`, by position."""
    places = {name: index for index, name in enumerate(fields)}
    return _collect(sheet, 0, tuple(fields), places, [])


def _locate(names: Sequence[str], columns: Columns) -> tuple[dict[str, int], list[str]]:
    found = [normalise(name) for name in names]
    places: dict[str, int] = {}
    remarks: list[str] = []
    for field_, spellings in columns.items():
        options = [normalise(name) for name in spellings]
        hits = [found.index(name) for name in options if name in found]
        if hits:
            places[field_] = hits[0]
        repeats = sum(name in options for name in found)
        if repeats > 1:
            remarks.append(f"{repeats} columns are called {names[hits[0]]!r}; the first is used")
    return places, remarks


def _collect(
    sheet: Sheet,
    first: int,
    names: Sequence[str],
    places: Mapping[str, int],
    remarks: list[str],
) -> AnnotationTable:
    labels = _column_labels(names, max((len(row) for row in sheet.rows), default=0))
    rows: list[AnnotationRow] = []
    text_rows: list[int] = []
    for index, row in enumerate(sheet.rows[first:], start=first):
        if not any(row):
            continue
        fields = {name: row[at] if at < len(row) else "" for name, at in places.items()}
        if _is_text(row, fields):
            text_rows.append(index + 1)
            continue
        gone = frozenset(name for name, at in places.items() if (index, at) in sheet.uncached)
        cells = {label: cell for label, cell in zip(labels, row, strict=False) if cell}
        rows.append(AnnotationRow(index + 1, cells, fields, gone))
    if text_rows:
        remarks.append(
            f"{len(text_rows)} row{'s' if len(text_rows) > 1 else ''} of text without a clip "
            f"(row {_ranges(text_rows)}) left aside"
        )
    formulas = sum(len(row.uncached) for row in rows)
    if formulas:
        remarks.append(
            f"{formulas} formula cells carry no computed value; open and save the sheet in a "
            "spreadsheet program to restore them"
        )
    return AnnotationTable(sheet.title, tuple(rows), dict(places), tuple(remarks))


def _is_text(row: Sequence[str], fields: Mapping[str, str]) -> bool:
    """A remark below the data: no clip is named, and the subject cell names no subject."""
    if fields.get("clip", ""):
        return False
    subject = fields.get("subject", "")
    return not any(character.isdigit() for character in subject) or (
        len(subject.split()) > 2 and sum(map(bool, row)) == 1
    )


def _column_labels(names: Sequence[str], width: int) -> list[str]:
    """The sheet's own names, blank and repeated ones made distinct by their position."""
    labels: list[str] = []
    for index in range(width):
        name = names[index] if index < len(names) else ""
        label = name or f"column {index + 1}"
        labels.append(label if label not in labels else f"{label} ({index + 1})")
    return labels


def _ranges(numbers: Sequence[int]) -> str:
    """`3, 5-8`: consecutive numbers joined."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


_TRIED_AT_MOST = 20


@dataclass(frozen=True)
class AnnotationFile:
    """The file in use, the sheet of it that holds the clips, and what was passed over."""

    workbook: Workbook
    sheet: Sheet
    remarks: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Path of the file."""
        return self.workbook.path


Accept = Callable[[Workbook], Sheet | None]


def sheet_with(columns: Columns, required: tuple[str, ...]) -> Accept:
    """Accept a workbook by its first sheet that has a header row with these columns."""

    def accept(workbook: Workbook) -> Sheet | None:
        hits = (s for s in workbook.sheets if find_header(s, columns, required) is not None)
        return next(hits, None)

    return accept


def find_annotation_file(
    root: Path, info: DatasetInfo, options: ReaderOptions, accept: Accept
) -> AnnotationFile:
    """The likeliest annotation file below `root` that `accept` recognises.

    Refuses with the names looked for, the files seen and why each was not the one.
    """
    if options.sheet is not None:
        found = _open(options.sheet, accept)
        if isinstance(found, str):
            raise DatasetError(f"not the annotation sheet of {info.title}: {found}")
        return found
    tried: list[str] = []
    accepted: list[AnnotationFile] = []
    for path in find_sheets(root, info.sheets)[:_TRIED_AT_MOST]:
        found = _open(path, accept)
        if isinstance(found, str):
            tried.append(found)
        else:
            accepted.append(found)
    if not accepted:
        seen = f"; seen: {' | '.join(tried)}" if tried else ""
        raise info.not_found(
            f"no annotation sheet of {info.title}{seen}",
            root,
            looked_for=f"a file like {info.sheet_name}, as .xlsx, .xls or .csv",
        )
    chosen, *rest = accepted
    if not rest:
        return chosen
    names = ", ".join(other.path.name for other in rest)
    remark = f"{len(accepted)} annotation files; {chosen.path.name} is used, not {names}"
    return AnnotationFile(chosen.workbook, chosen.sheet, (remark,))


def _open(path: Path, accept: Accept) -> AnnotationFile | str:
    """The annotation file at `path`, or why it is none."""
    try:
        workbook = read_workbook(path)
    except DatasetError as error:
        return str(error)
    sheet = accept(workbook)
    return f"{path.name} has other columns" if sheet is None else AnnotationFile(workbook, sheet)
