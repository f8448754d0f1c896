"""Finds a dataset's annotation file among the tables in a root, by name and then by content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mer_core.datasets.annotations import Columns, find_header
from mer_core.datasets.layout import find_sheets
from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.datasets.workbook import Sheet, Workbook, read_workbook
from mer_core.errors import DatasetError

_TRIED_AT_MOST = 20


@dataclass(frozen=True)
class AnnotationFile:
    """The file in use, the sheet of it that holds the clips, and what was passed over."""

    workbook: Workbook
    sheet: Sheet
    remarks: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.workbook.path


Accept = Callable[[Workbook], Sheet | None]


def sheet_with(columns: Columns, required: tuple[str, ...]) -> Accept:
    """Accepts a workbook by its first sheet that has a header row with these columns."""

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
