"""Checks of one clip that change nothing: its files, its words, its action units, its duration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mer_core.datasets.action_units import parse_action_units
from mer_core.datasets.annotations import frame_cell
from mer_core.datasets.entry import Entry
from mer_core.datasets.frame_files import FrameFiles
from mer_core.datasets.key_frames import KeyFrames
from mer_core.datasets.label_schemes import Spelling, emotion_word
from mer_core.datasets.table import DataIssue, Finding
from mer_core.image_header import read_header
from mer_core.records import Sample

_CONVENTION = 0.7
"""Share of labels in one letter case from which on it is the sheet's own."""


def file_issues(files: FrameFiles) -> list[tuple[DataIssue, str]]:
    """List the issues of a clip's files."""
    found = []
    if files.gaps:
        found.append((DataIssue.FRAME_GAP, f"{len(files.gaps)} missing, first {files.gaps[0]}"))
    if files.duplicates:
        names = ", ".join(path.name for path in files.duplicates[:3])
        found.append((DataIssue.FRAME_DUPLICATE, f"numbers already taken: {names}"))
    if files.strays:
        found.append((DataIssue.STRAY_FILE, f"not a frame: {', '.join(files.strays[:3])}"))
    if files.double_extensions:
        found.append((DataIssue.DOUBLE_EXTENSION, ", ".join(files.double_extensions[:3])))
    return found


def cell_issues(entry: Entry, frames: KeyFrames, dataset: str) -> list[tuple[DataIssue, str]]:
    """List the issues of a row's cells beside its frames."""
    found = []
    word = emotion_word(entry.label, dataset)
    if word.spelling is Spelling.TYPO:
        found.append((DataIssue.LABEL_TYPO, f"{entry.label!r} is read as {word.text!r}"))
    elif word.spelling is Spelling.UNKNOWN:
        found.append(
            (DataIssue.LABEL_UNKNOWN, f"{entry.label or 'blank'!r} is no word of {dataset}")
        )
    units = parse_action_units(entry.action_units)
    if not units.certain:
        found.append((DataIssue.AU_UNCERTAIN, entry.action_units))
    if units.unreadable:
        found.append(
            (DataIssue.AU_UNREADABLE, f"{', '.join(units.unreadable)} in {entry.action_units!r}")
        )
    if (mismatch := _duration_mismatch(entry, frames)) is not None:
        found.append((DataIssue.DURATION_MISMATCH, mismatch))
    return found


def _duration_mismatch(entry: Entry, frames: KeyFrames) -> str | None:
    """The sheet's own check of onset and offset; an offset already settled by the files passes."""
    onset, offset = entry.frames.onset.value, entry.frames.offset.value
    stated = frame_cell(entry.duration).value
    if stated is None or onset is None or offset is None or frames.offset is None:
        return None
    if stated in (offset - onset + 1, frames.offset - onset + 1):
        return None
    return f"duration {stated}, but offset - onset + 1 = {offset - onset + 1}"


def spelling_findings(samples: Sequence[Sample]) -> list[Finding]:
    """Labels spelt otherwise than the rest of their sheet, though understood.

    A word's usual spelling is its most frequent one; among equally frequent ones, and for a word
    that occurs once, the letter case of the sheet, if nearly all of it has one.
    """
    cases = Counter(_letter_case(sample.label) for sample in samples)
    usual_case, lines = cases.most_common(1)[0] if cases else ("", 0)
    fixed_case = usual_case if lines >= _CONVENTION * len(samples) else ""
    spellings: dict[str, Counter[str]] = {}
    for sample in samples:
        word = emotion_word(sample.label, sample.dataset)
        if word.spelling in (Spelling.KNOWN, Spelling.SYNONYM):
            spellings.setdefault(word.text, Counter())[sample.label] += 1
    usual = {
        word: max(counts, key=lambda text: (counts[text], _letter_case(text) == usual_case))
        for word, counts in spellings.items()
    }
    return [
        Finding(
            subject=sample.subject,
            clip=sample.clip,
            issue=DataIssue.LABEL_SPELLING,
            detail=f"label {sample.label!r}, where the sheet usually writes {text!r}",
        )
        for sample in samples
        if (word := emotion_word(sample.label, sample.dataset)).text in usual
        and (text := _in_case(usual[word.text], fixed_case)) != sample.label
        and word.spelling is not Spelling.TYPO
    ]


def _letter_case(text: str) -> str:
    return next(
        (name for name in ("lower", "upper", "capitalize") if getattr(text, name)() == text), ""
    )


def _in_case(text: str, case: str) -> str:
    return getattr(text, case)() if case else text


_HEADER_BYTES = 64 * 1024
"""Enough to see a frame's size, or a file cut short at its start; a check of a dataset looks at
tens of thousands."""


def _image_size(path: Path) -> tuple[int, int] | None:
    """Width and height by the file's header; None where it has none."""
    with path.open("rb") as file:
        header = read_header(file.read(_HEADER_BYTES))
    return (header.width, header.height) if header is not None and header.pixels else None


def image_issues(paths: Sequence[Path]) -> list[tuple[DataIssue, str]]:
    """Frames of a clip whose size differs from the most common one, or cannot be read."""
    sizes = {
        path: _image_size(path) for path in paths if path.suffix.lower() not in (".tif", ".tiff")
    }
    found = []
    broken = [path.name for path, size in sizes.items() if size is None]
    if broken:
        found.append((DataIssue.IMAGE_UNREADABLE, f"{len(broken)}, first {broken[0]}"))
    known = Counter(size for size in sizes.values() if size is not None)
    if len(known) > 1:
        text = ", ".join(f"{count} of {w}x{h}" for (w, h), count in known.most_common())
        found.append((DataIssue.IMAGE_SIZE, text))
    return found
