"""The frames of a clip folder, in the order of the numbers in their names.

Padding differs within a release and even within a clip, extensions come doubled, and some
releases renumber a clip's files from 1 while the sheet keeps the recording's numbers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mer_core.frame_numbering import is_image, number_names


@dataclass(frozen=True, slots=True)
class FrameFiles:
    """Files of a clip folder, in the order of their frame numbers.

    Attributes:
        paths: One image per frame number.
        numbers: As parsed, ascending, without repeats.
        duplicates: Images whose number another one already has; left aside.
        strays: Files that are no images, and images without a number where others have one.
        double_extensions: Images whose extension is written twice.
    """

    paths: tuple[Path, ...] = ()
    numbers: tuple[int, ...] = ()
    duplicates: tuple[Path, ...] = ()
    strays: tuple[str, ...] = ()
    double_extensions: tuple[str, ...] = ()

    @property
    def gaps(self) -> tuple[int, ...]:
        """Numbers missing between the first and the last."""
        if not self.numbers:
            return ()
        return tuple(sorted(set(range(self.numbers[0], self.numbers[-1])) - set(self.numbers)))


def scan_frames(folder: Path) -> FrameFiles:
    """Read the names in `folder`; open nothing.

    Where no image carries a number, they are numbered from 1 in the order of their names.
    """
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_file())
    images = [name for name in names if is_image(name)]
    strays = [name for name in names if not is_image(name) and not name.startswith(".")]
    found = number_names(images)
    if found.by_number:
        strays += found.nameless
    frames = found.by_number or dict(enumerate(images, start=1))
    return FrameFiles(
        paths=tuple(folder / name for name in frames.values()),
        numbers=tuple(frames),
        duplicates=tuple(folder / name for name in found.repeats),
        strays=tuple(strays),
        double_extensions=tuple(name for name in images if is_image(Path(name).stem)),
    )


def frame_base(numbers: Sequence[int], onset: int | None, offset: int | None) -> tuple[int, bool]:
    """Return the shift of file numbers onto the sheet's scale, and whether that is certain.

    Absolute numbers need no shift: onset and offset (onset alone where offset is missing) are
    among them. Files that run 1..n with n = offset - onset + 1 are shifted by onset - 1. Anything
    else stays as it is and is uncertain.
    """
    known = set(numbers)
    if onset is None or not numbers:
        return 0, False
    if onset in known and (offset is None or offset in known):
        return 0, True
    renumbered = tuple(numbers) == tuple(range(1, len(numbers) + 1))
    if renumbered and offset is not None and len(numbers) == offset - onset + 1:
        return onset - 1, True
    return 0, False
