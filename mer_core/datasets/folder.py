"""A user's own recordings: `ROOT/subject/emotion/clip/` full of images, with an optional sheet.

    ROOT/anna/happiness/take1/0001.png
    ROOT/annotations.csv        subject, clip, onset, apex, offset, emotion, action units, fps

Without a sheet the emotion is the folder's name and a clip runs from its first to its last file.
A sheet adds to clips that exist; its cells win over the folder's name. `ROOT/subject/clip/` is
read as well, with the emotion from the sheet. Frame numbers may start at 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mer_core.datasets.annotations import (
    AnnotationFile,
    AnnotationRow,
    Columns,
    find_annotation_file,
    frame_cell,
    read_annotations,
    sheet_with,
)
from mer_core.datasets.assembly import assemble
from mer_core.datasets.entry import Entry, ReaderInput
from mer_core.datasets.key_frames import CodedFrames, Coding
from mer_core.datasets.layout import (
    TRUTH_FOLDER,
    ClipFolder,
    FrameTree,
    clip_key,
    find_sheets,
    holds_images,
    index_folders,
    subfolders,
)
from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.datasets.table import DatasetTable

COLUMNS: Columns = {
    "subject": ("subject",),
    "clip": ("clip", "filename", "name"),
    "onset": ("onset", "onset frame", "onsetf"),
    "apex": ("apex", "apex frame", "apexf"),
    "offset": ("offset", "offset frame", "offsetf"),
    "label": ("emotion", "label", "estimated emotion"),
    "action_units": ("action units", "au", "aus"),
    "fps": ("fps", "frames per second"),
}


def read_folder(root: Path, options: ReaderOptions) -> DatasetTable:
    """Read a folder of one's own."""
    clips = index_folders(root, _clips(root))
    if not clips.folders:
        raise INFO.not_found("no folder of images", root, looked_for="subject/emotion/clip/")
    file = _sheet(root, options)
    annotations = read_annotations(file.sheet, COLUMNS) if file else None
    rows = annotations.rows if annotations else ()
    reader_input = ReaderInput(
        info=INFO,
        root=root,
        options=options,
        frame_tree=FrameTree(variant="as is", clips=clips),
        coding=Coding.FILES,
        sheet=file.path if file else None,
        marked_synthetic=bool(file and file.workbook.marked_synthetic),
        remarks=(*file.remarks, *annotations.remarks) if file and annotations else (),
    )
    named = {(row.fields["subject"].casefold(), clip_key(row.fields["clip"])) for row in rows}
    folders = {(f.subject, clip_key(f.clip)): f for f in clips}
    unnamed = [f for key, f in folders.items() if (key[0].casefold(), key[1]) not in named]
    return assemble(reader_input, [*_row_entries(rows, folders), *_bare_entries(unnamed, rows)])


def _clips(root: Path) -> Iterator[ClipFolder]:
    for subject in subfolders(root):
        if subject.name == TRUTH_FOLDER:
            continue
        for child in subfolders(subject):
            if holds_images(child):
                yield ClipFolder(subject.name, child.name, child)
            for clip in subfolders(child):
                if holds_images(clip):
                    yield ClipFolder(subject.name, clip.name, clip, child.name)


def _sheet(root: Path, options: ReaderOptions) -> AnnotationFile | None:
    if options.sheet is None and not find_sheets(root, ()):
        return None
    return find_annotation_file(root, INFO, options, sheet_with(COLUMNS, ("subject", "clip")))


def _row_entries(
    rows: tuple[AnnotationRow, ...], folders: Mapping[tuple[str, str], ClipFolder]
) -> Iterator[Entry]:
    spelled = {(subject.casefold(), clip): folder for (subject, clip), folder in folders.items()}
    for row in rows:
        cell = row.fields
        folder = spelled.get((cell["subject"].casefold(), clip_key(cell["clip"])))
        blank = next((name for name in ("subject", "clip") if not cell[name]), None)
        yield Entry(
            subject=folder.subject if folder else cell["subject"],
            clip=folder.clip if folder else cell["clip"],
            row=row.number,
            frames=CodedFrames(
                *(
                    frame_cell(cell.get(name, ""), zero_is_missing=False)
                    for name in ("onset", "apex", "offset")
                )
            ),
            label=cell.get("label", "") or (folder.group if folder else ""),
            action_units=cell.get("action_units", ""),
            cells=row.cells,
            problem=f"row {row.number}: no {blank} is named" if blank else "",
            folder=folder,
            fps=_fps(cell.get("fps", "")),
        )


def _bare_entries(folders: list[ClipFolder], rows: tuple[AnnotationRow, ...]) -> Iterator[Entry]:
    """Clips that no row names: everything about them comes from their folder."""
    last = rows[-1].number if rows else 0
    for row, folder in enumerate(folders, start=last + 1):
        yield Entry(
            subject=folder.subject,
            clip=folder.clip,
            row=row,
            label=folder.group,
            cells={"folder": folder.path.as_posix()},
            folder=folder,
        )


def _fps(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1e5 else None


INFO = DatasetInfo(
    name="folder",
    title="a folder of your own",
    citation="your own recordings",
    licence="nothing to obtain: arrange your clips like this",
    read=read_folder,
    fps=None,
    sheet_name="annotations.csv",
    sheets=("annotations",),
    layout=("ROOT/subject/emotion/clip/0001.png with an optional ROOT/annotations.csv",),
)
