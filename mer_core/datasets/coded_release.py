"""A release with one sheet, a header row and clips in `subject/clip/`: CASME, CASME II, SAMM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mer_core.datasets.annotations import (
    AnnotationRow,
    Columns,
    find_annotation_file,
    frame_cell,
    read_annotations,
    sheet_with,
)
from mer_core.datasets.assembly import assemble
from mer_core.datasets.entry import Entry, ReaderInput
from mer_core.datasets.key_frames import CodedFrames
from mer_core.datasets.layout import find_frame_tree, subject_number
from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.datasets.table import DatasetTable


def read_coded_release(
    root: Path,
    options: ReaderOptions,
    *,
    info: DatasetInfo,
    columns: Columns,
    name_subject: Callable[[int], str],
) -> DatasetTable:
    """Read such a release.

    Args:
        root: Folder of the copy.
        options: The user's choices.
        info: The release.
        columns: Its columns, by the names `read_entries` knows them.
        name_subject: Subject number -> subject key, which is also the folder's usual name.
    """
    accept = sheet_with(columns, ("subject", "clip", "onset", "label"))
    file = find_annotation_file(root, info, options, accept)
    annotations = read_annotations(file.sheet, columns)
    reader_input = ReaderInput(
        info=info,
        root=root,
        options=options,
        frame_tree=find_frame_tree(root, info, options, name_subject=name_subject),
        sheet=file.path,
        marked_synthetic=file.workbook.marked_synthetic,
        remarks=(*file.remarks, *annotations.remarks),
    )
    return assemble(reader_input, read_entries(annotations.rows, name_subject))


def read_entries(
    rows: Iterable[AnnotationRow], name_subject: Callable[[int], str]
) -> Iterator[Entry]:
    """One entry per row; a row whose subject or clip cannot be read says so."""
    for row in rows:
        cell = row.fields
        number = subject_number(cell["subject"])
        yield Entry(
            subject="" if number is None else name_subject(number),
            clip=cell["clip"],
            row=row.number,
            frames=read_key_frames(row),
            label=cell.get("label", ""),
            action_units=cell.get("action_units", ""),
            duration=cell.get("duration", ""),
            cells=row.cells,
            problem=row_problem(row, number),
        )


def read_key_frames(row: AnnotationRow) -> CodedFrames:
    """The three key-frame cells of a row."""
    onset, apex, offset = (
        frame_cell(row.fields.get(name, "")) for name in ("onset", "apex", "offset")
    )
    return CodedFrames(onset, apex, offset)


def row_problem(row: AnnotationRow, subject: int | None) -> str:
    """Return why a row names no clip, or ""."""
    if subject is None:
        return f"row {row.number}: {row.fields['subject'] or 'blank'!r} is no subject"
    return "" if row.fields["clip"] else f"row {row.number}: no clip is named"
