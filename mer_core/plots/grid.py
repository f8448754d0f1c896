"""Pictures in a grid with headings, one size of type throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mer_core.plots.canvas import Canvas
from mer_core.plots.colour import Rgb
from mer_core.plots.raster import FAINT

_GAP, _TYPE, _SMALL, _LINE = 6, 8.5, 7.5, 18
_LETTER_WIDTH = 8.2  # of the type of row names, on average


@dataclass(frozen=True, eq=False, kw_only=True)
class Cell:
    """A picture and the few words below it."""

    picture: Rgb
    caption: str = ""


def labelled_grid(
    cells: Sequence[Sequence[Cell]],
    *,
    rows: Sequence[str],
    columns: Sequence[str] = (),
    lines: Sequence[str] = (),
) -> Rgb:
    """Rows of pictures of one size.

    Args:
        cells: Row by row; rows may differ in length.
        rows: A name for each row.
        columns: Headings, each over an equal share of the columns.
        lines: What stands above everything.
    """
    high, wide = cells[0][0].picture.shape[:2]
    count = max(len(row) for row in cells)
    left = round(max((len(name) for name in rows), default=0) * _LETTER_WIDTH) + 3 * _GAP
    top = _GAP + len(lines) * _LINE + (_LINE + 4 if columns else 0)
    step = high + _LINE + _GAP
    grid = count * (wide + _GAP)
    longest = max((len(line) for line in lines), default=0) * _LETTER_WIDTH
    page = Canvas(round(max(left + grid, longest + 2 * _GAP)), top + len(cells) * step)
    for i, line in enumerate(lines):
        page.text(line, (2 * _GAP, _GAP + (i + 0.5) * _LINE), size=_TYPE)
    for i, heading in enumerate(columns):
        middle = left + (i + 0.5) * grid / len(columns)
        width = grid / len(columns) - 2 * _GAP
        page.text(heading, (middle, top - _LINE / 2), size=_TYPE, align="centre", width=width)
    for j, (name, row) in enumerate(zip(rows, cells, strict=True)):
        y = top + j * step
        page.text(name, (2 * _GAP, y + high / 2), size=_TYPE, width=left - 3 * _GAP)
        for i, cell in enumerate(row):
            x = left + i * (wide + _GAP)
            page.paste(cell.picture, (x, y))
            at = (x + wide / 2, y + high + _LINE / 2)
            page.text(cell.caption, at, size=_SMALL, colour=FAINT, align="centre", width=wide)
    return page.image
