"""What a reader hands over: annotated clips with their cells still as text, and where to look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mer_core.datasets.annotations import CellState, FrameCell
from mer_core.datasets.key_frames import CodedFrames, Coding
from mer_core.datasets.layout import ClipFolder, FrameTree, clip_key
from mer_core.datasets.release import DatasetInfo, ReaderOptions
from mer_core.records import Expression

_NOT_CODED = FrameCell(None, CellState.MISSING, "")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One annotated clip as a reader hands it over, cells still as text.

    Attributes:
        subject: Subject key, normalised by the reader; "" where the cell cannot be read.
        clip: The clip's name as written.
        row: The row's number in the sheet, or the clip's position where there is none.
        frames: Onset, apex and offset as coded.
        label: The coder's word.
        action_units: The cell.
        duration: The cell that repeats offset - onset + 1, where there is one.
        expression: Micro or macro.
        cells: The whole row for the record.
        problem: Reason why the row cannot be used, or "".
        folder: The clip's folder, where the reader knows it already.
        cut: Whether that folder holds a whole recording of which onset to offset is the clip.
        fps: The clip's own frame rate, where it has one.
        version_word: The word that release counts go by, where it is not the label.
    """

    subject: str
    clip: str
    row: int
    frames: CodedFrames = CodedFrames(_NOT_CODED, _NOT_CODED, _NOT_CODED)
    label: str = ""
    action_units: str = ""
    duration: str = ""
    expression: Expression = Expression.MICRO
    cells: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    folder: ClipFolder | None = None
    cut: bool = False
    fps: float | None = None
    version_word: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """(subject, clip) as folders are keyed."""
        return self.subject, clip_key(self.clip)


@dataclass(frozen=True, kw_only=True)
class ReaderInput:
    """Findings of a reader: everything `assemble` needs beside the rows."""

    info: DatasetInfo
    root: Path
    options: ReaderOptions
    frame_tree: FrameTree
    coding: Coding = Coding.SHEET
    sheet: Path | None = None
    marked_synthetic: bool = False
    remarks: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
