"""A network as boxes and arrows from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mer_core.plots.canvas import Canvas, Colour, rgb
from mer_core.plots.colour import Rgb
from mer_core.plots.raster import FAINT
from mer_core.plots.theme import PALETTE

_COLUMN, _ROW, _BOX, _TALL, _MARGIN, _HEAD = 128, 62, 100, 46, 18, 48


@dataclass(frozen=True, kw_only=True)
class Box:
    """One box.

    Attributes:
        name: What arrows call it.
        lines: Up to three lines of text, the first one large.
        column: Distance from the left, in boxes.
        height: Position from top (0) to bottom (1).
        kind: Boxes of one kind share a colour.
        after: The boxes whose arrows end here.
    """

    name: str
    lines: tuple[str, ...]
    column: int
    height: float
    kind: str
    after: tuple[str, ...] = ()


def box_diagram(boxes: Sequence[Box], *, rows: int, title: str, note: str = "") -> Rgb:
    """Draws `boxes` on `rows` rows; colours go to kinds in order of appearance."""
    columns = max(box.column for box in boxes) + 1
    tall = rows * _ROW
    page = Canvas(columns * _COLUMN + 2 * _MARGIN, tall + _HEAD + _MARGIN + 20)
    page.text(title, (_MARGIN, 20), size=12)
    page.text(note, (_MARGIN, tall + _HEAD + 22), size=8.5, colour=FAINT)
    kinds = list(dict.fromkeys(box.kind for box in boxes))
    shades = {kind: _shade(PALETTE[i % len(PALETTE)]) for i, kind in enumerate(kinds)}
    middle = {
        box.name: (_MARGIN + (box.column + 0.5) * _COLUMN, _HEAD + box.height * tall)
        for box in boxes
    }
    for box in boxes:
        x, y = middle[box.name]
        for source in box.after:
            start, level = middle[source]
            bend = x - _BOX / 2 - 12
            points = [(start + _BOX / 2, level), (bend, y), (x - _BOX / 2, y)]
            if abs(level - y) > 1:
                # Level as far as the column before, so that no arrow crosses a box on its way.
                points.insert(1, (max(start + _BOX / 2, x - _COLUMN + _BOX / 2 + 4), level))
            page.line(points, colour=FAINT, thickness=1, arrow=True)
    for box in boxes:
        x, y = middle[box.name]
        light, dark = shades[box.kind]
        page.box((x - _BOX / 2, y - _TALL / 2), (_BOX, _TALL), fill=light, edge=dark)
        step = _TALL / (len(box.lines) + 1)
        for i, line in enumerate(box.lines):
            size = 8.5 if i == 0 else 7
            at = (x, y - _TALL / 2 + (i + 1) * step)
            page.text(line, at, size=size, align="centre", width=_BOX - 8)
    return page.image


def _shade(colour: str) -> tuple[Colour, Colour]:
    """A light tint for the inside and the colour itself for the edge."""
    red, green, blue = rgb(colour)
    tint = [round(255 - (255 - channel) * 0.16) for channel in (red, green, blue)]
    return (tint[0], tint[1], tint[2]), (red, green, blue)
