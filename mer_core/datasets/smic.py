"""SMIC-HS: 16 subjects, 100 frames per second, and in the short set no sheet at all.

    SMIC_all_raw/HS/s1/micro/negative/s1_ne_01/image000123.bmp           short set, full frames
    SMIC_all_cropped/HS/s1/micro/negative/s1_ne_01/reg_image000123.bmp   short set, face crops
    SMIC-E_raw image/HS_long/SMIC-HS-E/s01/s01_ne_01/image000123.jpg     extended set ("long")

In the short set folders name subject, emotion and clip, and a clip's first and last file are its
onset and offset. SMIC codes no apex. The near-infrared and visible-light recordings (NIR, VIS) and
the clips without expression (non_micro) are other sets and left aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from mer_core.datasets.annotations import (
    Columns,
    find_annotation_file,
    read_annotations,
    sheet_with,
)
from mer_core.datasets.assembly import assemble
from mer_core.datasets.coded_release import read_entries
from mer_core.datasets.entry import Entry, ReaderInput
from mer_core.datasets.key_frames import Coding
from mer_core.datasets.layout import (
    ClipFolder,
    ClipFolders,
    FrameTree,
    Tree,
    find_frame_tree,
    index_folders,
    subfolders,
    subject_number,
)
from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.datasets.table import DatasetTable

COLUMNS: Columns = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetF",),
    "offset": ("OffsetF",),
    "label": ("Emotion",),
    "first": ("FirstF",),
}
_EXTENDED = ("hs_long", "smic-hs-e", "smic-e")
_OTHER_CAMERAS = frozenset({"nir", "vis"})


def subject_key(number: int) -> str:
    """Subject 1 is `s1`, padded or not on disk."""
    return f"s{number}"


def read_smic(root: Path, options: ReaderOptions) -> DatasetTable:
    """Read a copy of SMIC-HS, the short set unless only the extended one is there."""
    frame_tree = find_frame_tree(
        root,
        INFO,
        options,
        name_subject=subject_key,
        variant_of=_variant,
        index=_micro_clips,
        whole=lambda _: False,
    )
    if frame_tree.variant == "long":
        return _read_extended(root, options, frame_tree)
    reader_input = ReaderInput(
        info=INFO, root=root, options=options, frame_tree=frame_tree, coding=Coding.FILES
    )
    return assemble(reader_input, _folder_entries(frame_tree))


def _read_extended(root: Path, options: ReaderOptions, frame_tree: FrameTree) -> DatasetTable:
    accept = sheet_with(COLUMNS, ("subject", "clip", "onset", "first"))
    file = find_annotation_file(root, INFO, options, accept)
    annotations = read_annotations(file.sheet, COLUMNS)
    reader_input = ReaderInput(
        info=INFO,
        root=root,
        options=options,
        frame_tree=frame_tree,
        coding=Coding.NO_APEX,
        sheet=file.path,
        marked_synthetic=file.workbook.marked_synthetic,
        remarks=(*file.remarks, *annotations.remarks),
    )
    return assemble(reader_input, read_entries(annotations.rows, subject_key))


def _variant(tree: Tree) -> str | None:
    if _OTHER_CAMERAS & set(PurePosixPath(tree.inside).parts):
        return None
    if any(word in tree.inside for word in _EXTENDED):
        return "long"
    return "cropped" if "crop" in tree.inside else "raw"


def _micro_clips(tree: Path | None, name_subject: Callable[[int], str]) -> ClipFolders:
    """Clips of `subject/micro/emotion/clip`, or of `subject/clip` in the extended set."""
    return index_folders(tree, _walk(tree, name_subject) if tree else ())


def _walk(tree: Path, name_subject: Callable[[int], str]) -> Iterator[ClipFolder]:
    for folder in subfolders(tree):
        if (number := subject_number(folder.name)) is None:
            continue
        subject = name_subject(number)
        inside = subfolders(folder)
        micro = next((child for child in inside if child.name.casefold() == "micro"), None)
        if micro is None:
            yield from (ClipFolder(subject, clip.name, clip) for clip in inside)
            continue
        for emotion in subfolders(micro):
            for clip in subfolders(emotion):
                yield ClipFolder(subject, clip.name, clip, emotion.name)


def _folder_entries(frame_tree: FrameTree) -> Iterator[Entry]:
    for row, folder in enumerate(frame_tree.clips, start=1):
        yield Entry(
            subject=folder.subject,
            clip=folder.clip,
            row=row,
            label=folder.group,
            cells={"folder": folder.path.as_posix()},
            folder=folder,
        )


INFO = DatasetInfo(
    name="smic",
    title="SMIC-HS",
    citation="Li et al., A Spontaneous Micro-expression Database, IEEE FG 2013",
    licence="sign the release agreement of the Center for Machine Vision and Signal Analysis, "
    "University of Oulu, and ask for the download",
    read=read_smic,
    fps=100.0,
    sheet_name="SMIC-HS-E_annotation.xlsx",
    sheets=("smic-hs-e", "smic"),
    layout=("ROOT/.../HS/s1/micro/negative/s1_ne_01/image000123.bmp",),
)
