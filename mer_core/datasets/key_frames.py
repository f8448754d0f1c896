"""Onset, apex and offset of a clip: what is coded against what lies on disk.

A coded frame that cannot be right becomes missing, or the last file, and leaves a correction; an
offset that is not coded is the last file, and leaves a flag. An apex that is not coded stays
missing: a table is made without looking at a picture, and what needs an apex estimates it from the
motion of the face (`mer_core.inputs.apex`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mer_core.datasets.annotations import CellState, FrameCell
from mer_core.datasets.corrections import CorrectionRule
from mer_core.datasets.frame_files import frame_base
from mer_core.datasets.table import DataIssue, Reason
from mer_core.records import Derived


class Coding(StrEnum):
    """Source of a dataset's key frames."""

    SHEET = "onset, apex and offset in the sheet"
    NO_APEX = "onset and offset in the sheet"
    FILES = "nothing: the clip's first and last file are onset and offset"


@dataclass(frozen=True)
class CodedFrames:
    """The three cells as read."""

    onset: FrameCell
    apex: FrameCell
    offset: FrameCell


@dataclass(frozen=True)
class Change:
    """A coded value that was replaced: field, old and new text, and what was wrong with it."""

    field: str
    condition: str
    old: str
    new: str
    rule: CorrectionRule | None


@dataclass
class KeyFrames:
    """The outcome for one clip; `reason` is set where the clip cannot be kept."""

    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    numbers: tuple[int, ...] = ()
    derived: set[Derived] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    issues: list[tuple[DataIssue, str]] = field(default_factory=list)
    reason: Reason | None = None
    detail: str = ""


Rules = dict[str, CorrectionRule]
"""Field -> the keyed rule for this clip."""


def resolve_key_frames(
    coded: CodedFrames, numbers: Sequence[int], rules: Rules, *, coding: Coding, trimmed: bool
) -> KeyFrames:
    """Key frames on the recording's scale, from the sheet's cells and the files' numbers.

    Args:
        coded: The cells.
        numbers: Parsed from the file names, ascending; at least one.
        rules: Keyed corrections for this clip.
        coding: Source of the dataset's key frames.
        trimmed: Whether the folder holds exactly onset to offset.
    """
    frames = KeyFrames(numbers=tuple(numbers))
    _note_unreadable(coded, frames)
    if coding is Coding.FILES:
        _from_files(coded, frames)
    else:
        _place(coded, rules, frames, trimmed=trimmed)
    if frames.reason is None:
        _resolve_apex(coded.apex, rules, frames, coding)
    return frames


def _note_unreadable(coded: CodedFrames, frames: KeyFrames) -> None:
    for name in ("onset", "apex", "offset"):
        cell: FrameCell = getattr(coded, name)
        if cell.state is CellState.UNREADABLE:
            frames.issues.append((DataIssue.CELL_UNREADABLE, f"{name} is coded {cell.text!r}"))


def _from_files(coded: CodedFrames, frames: KeyFrames) -> None:
    first, last = frames.numbers[0], frames.numbers[-1]
    frames.onset = first if coded.onset.value is None else coded.onset.value
    frames.offset = last if coded.offset.value is None else coded.offset.value
    if not any(frames.onset <= number <= frames.offset for number in frames.numbers):
        _leave_out(frames, Reason.NO_FRAMES, _mismatch(frames.onset, frames.offset, frames))


def _place(coded: CodedFrames, rules: Rules, frames: KeyFrames, *, trimmed: bool) -> None:
    """Bring files and sheet onto one scale, then settle the offset."""
    onset, offset = coded.onset.value, coded.offset.value
    if onset is None:
        _leave_out(frames, Reason.ONSET_MISSING, f"onset is coded {coded.onset.text!r}")
        return
    if offset is None and not trimmed:
        _leave_out(
            frames,
            Reason.OFFSET_MISSING,
            f"offset is coded {coded.offset.text!r} and the folder holds the whole recording",
        )
        return
    shift, sure = frame_base(frames.numbers, onset, offset)
    frames.numbers = tuple(number + shift for number in frames.numbers)
    frames.onset = onset
    known = sure or onset in frames.numbers
    if not known:
        frames.issues.append((DataIssue.FRAME_BASE, _mismatch(onset, offset, frames)))
    _resolve_offset(coded.offset, rules.get("offset"), frames, known=known, trimmed=trimmed)
    if frames.reason is None and not any(
        onset <= number <= (frames.offset or onset) for number in frames.numbers
    ):
        _leave_out(frames, Reason.NO_FRAMES, _mismatch(onset, frames.offset, frames))


def _resolve_offset(
    cell: FrameCell, rule: CorrectionRule | None, frames: KeyFrames, *, known: bool, trimmed: bool
) -> None:
    last, onset = frames.numbers[-1], frames.onset or 0
    offset = cell.value
    if offset is None:
        frames.offset = last
        frames.derived.add(Derived.OFFSET)
        text = f"offset is coded {cell.text!r}; the last file, {last}, is taken"
        frames.issues.append((DataIssue.OFFSET_DERIVED, text))
        return
    frames.offset = offset
    condition = _offset_condition(offset, onset, last, known=known)
    keyed = rule is not None and rule.old == "not-last-file" and trimmed and offset != last
    if condition is None and not keyed:
        if known and trimmed and (frames.numbers[0], last) != (onset, offset):
            frames.issues.append((DataIssue.EXTENT, _mismatch(onset, offset, frames)))
        return
    if not trimmed and condition == "before-onset":
        _leave_out(frames, Reason.OFFSET_MISSING, f"offset {offset} lies before onset {onset}")
        return
    frames.offset = last
    frames.derived.add(Derived.OFFSET)
    fitting = rule if rule is not None and (keyed or rule.old == condition) else None
    changed = Change("offset", condition or "not-last-file", cell.text, str(last), fitting)
    frames.changes.append(changed)


def _offset_condition(offset: int, onset: int, last: int, *, known: bool) -> str | None:
    if offset < onset:
        return "before-onset"
    if known and offset > last:
        return "beyond-files"
    return None


def _resolve_apex(cell: FrameCell, rules: Rules, frames: KeyFrames, coding: Coding) -> None:
    rule = rules.get("apex")
    if cell.value is None:
        if cell.state is not CellState.MISSING or coding is not Coding.SHEET:
            return
        if rule is not None and rule.old == "missing":
            frames.changes.append(Change("apex", "missing", cell.text, "missing", rule))
        else:
            frames.issues.append((DataIssue.APEX_MISSING, f"apex is coded {cell.text!r}"))
        return
    condition = None
    if frames.onset is not None and cell.value < frames.onset:
        condition = "before-onset"
    elif frames.offset is not None and cell.value > frames.offset:
        condition = "after-offset"
    if condition is None:
        frames.apex = cell.value
        return
    fitting = rule if rule is not None and rule.old == condition else None
    frames.changes.append(Change("apex", condition, cell.text, "missing", fitting))


def _leave_out(frames: KeyFrames, reason: Reason, detail: str) -> None:
    frames.reason = reason
    frames.detail = detail


def _mismatch(onset: int | None, offset: int | None, frames: KeyFrames) -> str:
    return (
        f"the sheet says {onset} to {'?' if offset is None else offset}, "
        f"the files run {frames.numbers[0]} to {frames.numbers[-1]}"
    )
