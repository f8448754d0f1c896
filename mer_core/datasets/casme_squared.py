"""CAS(ME)^2: 22 subjects, 30 frames per second, macro- and micro-expressions in one sheet.

    selectedpic/selectedpic/s15/anger1_1/img123.jpg     clips, full frame; subjects with "s"
    cropped/cropped/15/anger1_1/img123.jpg              face crops; subjects without "s"
    rawpic/s15/15_0401title/img001.jpg                  whole recordings ("long")
    CAS(ME)^2code_final.xlsx                            three sheets, no header row anywhere

Sheet 0 holds the clips, sheet 1 the folder number of each of the subjects 1..22, sheet 2 the
video code of each clip prefix. A label is the stimulus in the clip's name, the coders' estimate,
or the subject's own report; which one must be chosen, and is stated in every report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mer_core.datasets.annotations import AnnotationRow, find_annotation_file, read_headless
from mer_core.datasets.assembly import assemble
from mer_core.datasets.coded_release import read_key_frames, row_problem
from mer_core.datasets.entry import Entry, ReaderInput
from mer_core.datasets.layout import (
    ClipFolder,
    ClipFolders,
    FrameTree,
    Tree,
    find_frame_tree,
    subject_number,
)
from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.datasets.table import DatasetTable
from mer_core.datasets.workbook import Sheet, Workbook
from mer_core.records import Expression

FIELDS = (
    "subject",
    "clip",
    "onset",
    "apex",
    "offset",
    "action_units",
    "estimated",
    "expression",
    "self-report",
)
SUBJECTS = (15, 16, *range(19, 28), *range(29, 39), 40)
"""Folder numbers of the subjects 1..22, to check the workbook's own list against."""

_PREFIX = re.compile(r"([A-Za-z]+?)(\d*)_\d+\s*")
_VIDEO = re.compile(r"(\d{1,3})_(\d{4})")


def subject_key(number: int) -> str:
    """Folder number 15 is `s15`, with or without the "s" on disk."""
    return f"s{number:02d}"


def read_casme_squared(root: Path, options: ReaderOptions) -> DatasetTable:
    """Read a copy of CAS(ME)^2."""
    file = find_annotation_file(root, INFO, options, _clip_sheet)
    naming, remarks = _subject_names(file.workbook)
    annotations = read_headless(file.sheet, FIELDS)
    frame_tree = find_frame_tree(
        root, INFO, options, name_subject=subject_key, variant_of=_variant, whole=_is_whole
    )
    entries = list(_entries(annotations.rows, naming, options.label_source))
    if frame_tree.variant == "long":
        entries, frame_tree = _cut_from_recordings(entries, frame_tree, _video_codes(file.workbook))
    reader_input = ReaderInput(
        info=INFO,
        root=root,
        options=options,
        frame_tree=frame_tree,
        sheet=file.path,
        marked_synthetic=file.workbook.marked_synthetic,
        remarks=(*file.remarks, *annotations.remarks, *remarks),
        choices={"expression": options.expression, "label_source": options.label_source},
    )
    return assemble(reader_input, entries)


def _clip_sheet(workbook: Workbook) -> Sheet | None:
    """The first sheet in which some column says macro- or micro-expression."""

    def labels_expressions(sheet: Sheet) -> bool:
        return any(_expression(cell) for row in sheet.rows for cell in row)

    return next((sheet for sheet in workbook.sheets if labels_expressions(sheet)), None)


def _expression(cell: str) -> Expression | None:
    """`macro-expression`, `Micro expression` -> which; None for any other cell."""
    words = cell.casefold().replace("-", " ").split()
    return Expression(words[0]) if words and words[0] in ("macro", "micro") else None


def _subject_names(workbook: Workbook) -> tuple[Mapping[int, str], list[str]]:
    """Subject number in the clip sheet -> subject key, from the sheet that says so."""
    known = {index: subject_key(number) for index, number in enumerate(SUBJECTS, start=1)}
    if len(workbook.sheets) < 2:
        return known, ["no sheet names the subject folders; the published order is used"]
    found = {}
    for row in workbook.sheets[1].rows:
        cells = [subject_number(cell) for cell in row if cell]
        if len(cells) >= 2 and cells[0] is not None and cells[-1] is not None:
            found[cells[-1]] = subject_key(cells[0])
    if not found:
        return known, ["the sheet of subject folders is empty; the published order is used"]
    return found, []


def _video_codes(workbook: Workbook) -> Mapping[str, str]:
    """Clip prefix -> video code, such as anger1 -> 0401, from the third sheet."""
    rows = workbook.sheets[2].rows if len(workbook.sheets) > 2 else ()
    pairs = ([cell for cell in row if cell] for row in rows)
    return {pair[1].casefold(): pair[0].zfill(4) for pair in pairs if len(pair) >= 2}


def _entries(
    rows: tuple[AnnotationRow, ...], naming: Mapping[int, str], source: str
) -> Iterator[Entry]:
    for row in rows:
        number = subject_number(row.fields["subject"])
        subject = naming.get(number or 0, "")
        clip = row.fields["clip"]
        match = _PREFIX.fullmatch(clip)
        prefix = match[1].casefold() if match else ""
        expression = _expression(row.fields["expression"])
        problem = row_problem(row, number)
        if not problem and not subject:
            problem = f"row {row.number}: subject {number} has no folder in the naming sheet"
        if not problem and expression is None:
            problem = f"row {row.number}: {row.fields['expression']!r} is neither macro nor micro"
        yield Entry(
            subject=subject,
            clip=clip,
            row=row.number,
            frames=read_key_frames(row),
            label=prefix if source == "prefix" else row.fields[source],
            action_units=row.fields["action_units"],
            expression=expression or Expression.MICRO,
            cells=row.cells,
            problem=problem,
            version_word=prefix or "?",
        )


def _variant(tree: Tree) -> str | None:
    if "rawvideo" in tree.inside:
        return None
    if "rawpic" in tree.inside:
        return "long"
    return "cropped" if "crop" in tree.inside else "raw"


def _is_whole(tree: Tree) -> bool:
    return "rawpic" in tree.inside


@dataclass(frozen=True)
class _Recording:
    """A recording's folder, by the subject and video its own name gives."""

    subject: str
    code: str
    path: Path
    misfiled: bool


def _recordings(clips: ClipFolders) -> Iterator[_Recording]:
    for folder in clips:
        if match := _VIDEO.match(folder.path.name):
            subject = subject_key(int(match[1]))
            yield _Recording(subject, match[2], folder.path, subject != folder.subject)


def _cut_from_recordings(
    entries: list[Entry], frame_tree: FrameTree, codes: Mapping[str, str]
) -> tuple[list[Entry], FrameTree]:
    """Point each entry at the recording of its subject and video.

    The number in a recording's name is trusted over the folder it lies in, and every such
    disagreement is reported.
    """
    recordings = list(_recordings(frame_tree.clips))
    by_video = {(r.subject, r.code): r.path for r in recordings}
    placed = []
    for entry in entries:
        code = codes.get(entry.clip.rsplit("_", 1)[0].casefold(), "")
        path = by_video.get((entry.subject, code))
        folder = None if path is None else ClipFolder(entry.subject, entry.clip, path)
        placed.append(replace(entry, folder=folder, cut=True))
    remarks = [
        f"misfiled-folder: {r.path.parent.name}/{r.path.name} belongs to {r.subject}"
        for r in recordings
        if r.misfiled
    ]
    whole = replace(
        frame_tree,
        clips=ClipFolders(frame_tree.clips.tree),
        remarks=(*frame_tree.remarks, *remarks),
    )
    return placed, whole


INFO = DatasetInfo(
    name="casme-squared",
    title="CAS(ME)²",
    citation="Qu et al., CAS(ME)^2, IEEE TAC 9(4), 2018",
    licence="sign the release agreement of the CASME group, Institute of Psychology, Chinese "
    "Academy of Sciences, and ask for the download",
    read=read_casme_squared,
    fps=30.0,
    sheet_name="CAS(ME)^2code_final.xlsx",
    sheets=(r"cas\(me\)\^?2.*code", "code_final"),
    layout=(
        "ROOT/selectedpic/s15/anger1_1/img123.jpg or ROOT/cropped/15/anger1_1/img123.jpg beside "
        "CAS(ME)^2code_final.xlsx",
    ),
    options=frozenset({"expression", "label_source"}),
)
