"""Checks of one clip that change nothing: its files, its words, its action units, its duration."""

from __future__ import annotations

from mer_core.datasets.action_units import parse_action_units
from mer_core.datasets.annotations import frame_cell
from mer_core.datasets.emotion_words import Spelling, emotion_word
from mer_core.datasets.entry import Entry
from mer_core.datasets.frame_files import FrameFiles
from mer_core.datasets.table import Oddity


def file_oddities(files: FrameFiles) -> list[tuple[Oddity, str]]:
    """What is odd about the files of a clip."""
    found = []
    if files.gaps:
        found.append((Oddity.FRAME_GAP, f"{len(files.gaps)} missing, first {files.gaps[0]}"))
    if files.duplicates:
        names = ", ".join(path.name for path in files.duplicates[:3])
        found.append((Oddity.FRAME_DUPLICATE, f"numbers already taken: {names}"))
    if files.strays:
        found.append((Oddity.STRAY_FILE, f"not a frame: {', '.join(files.strays[:3])}"))
    if files.doubled:
        found.append((Oddity.DOUBLE_EXTENSION, ", ".join(files.doubled[:3])))
    return found


def cell_oddities(entry: Entry, dataset: str) -> list[tuple[Oddity, str]]:
    """What is odd about the cells of a row beside its frames."""
    found = []
    word = emotion_word(entry.label, dataset)
    if word.spelling is Spelling.TYPO:
        found.append((Oddity.LABEL_TYPO, f"{entry.label!r} is read as {word.text!r}"))
    elif word.spelling is Spelling.UNKNOWN:
        found.append((Oddity.LABEL_UNKNOWN, f"{entry.label or 'blank'!r} is no word of {dataset}"))
    units = parse_action_units(entry.action_units)
    if not units.certain:
        found.append((Oddity.AU_UNCERTAIN, entry.action_units))
    if units.unreadable:
        found.append(
            (Oddity.AU_UNREADABLE, f"{', '.join(units.unreadable)} in {entry.action_units!r}")
        )
    onset, offset = entry.frames.onset.value, entry.frames.offset.value
    stated = frame_cell(entry.duration).value
    if None not in (onset, offset, stated) and stated != (offset or 0) - (onset or 0) + 1:
        text = f"duration {stated}, but offset - onset + 1 = {(offset or 0) - (onset or 0) + 1}"
        found.append((Oddity.DURATION_MISMATCH, text))
    return found
