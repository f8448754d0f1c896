"""A network as boxes and arrows from left to right, broken into bands like lines of a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from mer_core.plots.static.figure import TWO_COLUMNS, StaticFigure, static_figure
from mer_core.plots.theme import FAINT, PALETTE

_COLUMN, _ROW = 0.98, 0.46  # inches between the middles of boxes
_WIDE, _TALL = 0.76, 0.38
_BETWEEN = 0.3  # inches between bands, where the arrow from one to the next runs


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
        label: Written above the box: what a paper calls its output.
    """

    name: str
    lines: tuple[str, ...]
    column: int
    height: float
    kind: str
    after: tuple[str, ...] = ()
    label: str = ""


def network_figure(
    boxes: Sequence[Box], *, kinds: dict[str, str], note: str = "", width: float = TWO_COLUMNS
) -> StaticFigure:
    """Draw `boxes` on as many bands as `width` needs.

    Args:
        boxes: A band ends where a single box is the only way on.
        kinds: Kind -> what the legend calls it; the order gives the colours.
        note: Below everything.
        width: Inches.
    """
    bands = _bands(boxes, room=int((width - 0.1) / _COLUMN))
    rows = [max(_count(band, column) for column in _columns(band)) for band in bands]
    heights = [max(count, 1) * _ROW + _BETWEEN for count in rows]
    foot = 0.2 + 0.13 * len(note.splitlines())
    height = sum(heights) + foot
    colours = {kind: PALETTE[i % len(PALETTE)] for i, kind in enumerate(kinds)}

    def draw(page: Figure) -> None:
        axes = page.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, width), ylim=(0, height))
        axes.set_axis_off()
        top = height - 0.05
        place: dict[str, tuple[float, float]] = {}
        for band, tall in zip(bands, heights, strict=True):
            first = min(_columns(band))
            spread = tall - _BETWEEN
            middle = {
                box.name: (0.5 + (box.column - first) * _COLUMN, top - box.height * spread)
                for box in band
            }
            place |= middle
            for box in band:
                for source in box.after:
                    start, end = place[source], middle[box.name]
                    if source not in middle:
                        start = _next_line(axes, start, end, level=top + 0.45 * _BETWEEN)
                    axes.add_patch(_arrow(start, end))
            for box in band:
                _draw_box(axes, box, middle[box.name], colours[box.kind])
            top -= tall
        _legend(axes, {kinds[kind]: colours[kind] for kind in kinds}, foot)
        for i, line in enumerate(note.splitlines()):
            axes.text(0.04, foot - 0.26 - 0.13 * i, line, size=6.5, color=FAINT, va="center")

    return static_figure(draw, width=width, height=height, synthetic=False)


def _columns(boxes: Sequence[Box]) -> set[int]:
    return {box.column for box in boxes}


def _count(boxes: Sequence[Box], column: int) -> int:
    return sum(box.column == column for box in boxes)


def _bands(boxes: Sequence[Box], *, room: int) -> list[list[Box]]:
    """`boxes` cut after columns that hold one box and that no arrow passes."""
    last = max(_columns(boxes))
    where = {box.name: box.column for box in boxes}
    crossed = {
        column
        for box in boxes
        for source in box.after
        for column in range(where[source] + 1, box.column)
    }
    cuts = [c for c in range(last) if _count(boxes, c) == 1 and c not in crossed]
    bands, start = [], 0
    while start <= last:
        left = last - start + 1
        even = start + left / -(-left // room) - 1
        within = [c for c in cuts if start <= c < start + room]
        end = min(within, key=lambda c: abs(c - even)) if left > room and within else last
        bands.append([box for box in boxes if start <= box.column <= end])
        start = end + 1
    return bands


def _draw_box(axes: Axes, box: Box, middle: tuple[float, float], colour: str) -> None:
    x, y = middle
    tint = [1 - (1 - channel) * 0.16 for channel in to_rgb(colour)]
    axes.add_patch(
        FancyBboxPatch(
            (x - _WIDE / 2, y - _TALL / 2),
            _WIDE,
            _TALL,
            boxstyle="round,pad=0,rounding_size=0.04",
            facecolor=tint,
            edgecolor=colour,
            linewidth=0.8,
        )
    )
    axes.text(x, y + _TALL / 2 + 0.05, box.label, size=6.5, style="italic", ha="center")
    step = _TALL / (len(box.lines) + 0.6)
    for i, line in enumerate(box.lines):
        level = y + _TALL / 2 - (i + 0.8) * step
        axes.text(
            x,
            level,
            line,
            size=6.5 if i == 0 else 5.5,
            weight="bold" if i == 0 else "normal",
            ha="center",
            va="center",
        )


def _arrow(start: tuple[float, float], end: tuple[float, float]) -> FancyArrowPatch:
    """From the right edge of one box to the left edge of another, level at both."""
    return FancyArrowPatch(
        (start[0] + _WIDE / 2, start[1]),
        (end[0] - _WIDE / 2, end[1]),
        arrowstyle="-|>,head_length=2.6,head_width=1.3",
        connectionstyle="arc3",
        shrinkA=0,
        shrinkB=0,
        linewidth=0.7,
        color=FAINT,
    )


def _next_line(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], *, level: float
) -> tuple[float, float]:
    """The way from the end of one band to the beginning of the next; where the arrow starts."""
    right, left = start[0] + _WIDE / 2, end[0] - _WIDE / 2
    x = (right, right + 0.08, right + 0.08, left - 0.09, left - 0.09)
    axes.plot(x, (start[1], start[1], level, level, end[1]), color=FAINT, linewidth=0.7)
    return left - 0.09 - _WIDE / 2, end[1]


def _legend(axes: Axes, colours: dict[str, str], foot: float) -> None:
    x = 0.04
    for name, colour in colours.items():
        axes.add_patch(
            FancyBboxPatch(
                (x, foot - 0.15), 0.1, 0.08, boxstyle="square,pad=0", facecolor=colour, linewidth=0
            )
        )
        axes.text(x + 0.14, foot - 0.11, name, size=6.5, va="center")
        x += 0.24 + 0.056 * len(name)
