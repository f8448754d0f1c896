"""Tiles of pictures and maps in rows, with outlines, colour bars and headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from textwrap import wrap

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from mer_core.plots.colour import SIGNED, UNSIGNED, ColourScale, shared_scale, spoken
from mer_core.plots.static.figure import (
    TWO_COLUMNS,
    StaticFigure,
    add_axes,
    draw_bar,
    static_figure,
)
from mer_core.plots.theme import FAINT, PALETTE

_GAP = 0.04  # inches between tiles
_BAR, _BAR_ROOM = 0.06, 0.46  # inches: a colour bar, and it with its numbers
_LINE, _LETTER = 0.115, 0.049  # inches: a line of type, and a letter's width on average
_NOTE_LETTER = 0.052  # inches
_BETWEEN = 0.14  # inches between blocks
_OUTLINE = PALETTE[1]


class TileScale(StrEnum):
    """Which tiles of a block share one scale."""

    ROW = "one scale per row"
    OWN = "each map on its own scale"


@dataclass(frozen=True, eq=False, kw_only=True)
class Tile:
    """One square.

    Attributes:
        values: H x W numbers, coloured by a scale, or an H x W x 3 picture, shown as it is.
        caption: A few words below it.
        region: Outlined on it, whatever the size of the mask.
    """

    values: npt.NDArray[np.floating | np.integer]
    caption: str = ""
    region: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class TileBlock:
    """Tiles in rows under one heading.

    Attributes:
        rows: None longer than the first.
        title: Over the block, at its left; "" for none.
        subtitle: Below the title.
        columns: A heading for each column, or none.
        names: A name for each row, at its left, or none.
        scales: Which tiles share a scale.
        signed: Whether scales are symmetric about zero.
        scale: One scale for all, in place of `scales`.
        room: Whether room is left where a bar would be, so that bands with and without bars align.
    """

    rows: Sequence[Sequence[Tile]]
    title: str = ""
    subtitle: str = ""
    columns: Sequence[str] = ()
    names: Sequence[str] = ()
    scales: TileScale = TileScale.ROW
    signed: bool = False
    scale: ColourScale | None = None
    room: bool = False

    @property
    def names_room(self) -> float:
        """Inches that the names of rows take."""
        longest = max((len(line) for name in self.names for line in name.splitlines()), default=0)
        return _LETTER * longest + (0.14 if longest else 0)

    @property
    def coloured(self) -> bool:
        """Whether any tile takes a scale."""
        return any(tile.values.ndim == 2 for row in self.rows for tile in row)

    @property
    def barred(self) -> bool:
        """Whether rows have colour bars."""
        return self.coloured and (self.scales == TileScale.ROW or self.scale is not None)

    def caption(self, tile: Tile) -> str:
        """Return the caption of `tile`, with the ends of its scale where no bar gives them."""
        if self.barred or tile.values.ndim == 3:
            return tile.caption
        scale = _scale([tile.values], signed=self.signed)
        return f"{tile.caption}\n{_minus(spoken(scale.low))} to {spoken(scale.high)}".strip()

    def row_scale(self, row: Sequence[Tile]) -> ColourScale:
        """The scale that the maps of `row` share."""
        maps = [tile.values for tile in row if tile.values.ndim == 2]
        return self.scale or _scale(maps, signed=self.signed)


def tile_figure(
    bands: Sequence[Sequence[TileBlock]],
    *,
    synthetic: bool,
    width: float = TWO_COLUMNS,
    note: str = "",
) -> StaticFigure:
    """Bands of blocks below each other; blocks of a band stand side by side.

    Args:
        bands: All tiles of a band have one size, such that the band fills the width.
        synthetic: Whether any data were generated.
        width: Width of the figure in inches.
        note: Written below everything.
    """
    placed = [_Band.of(blocks, width=width) for blocks in bands]
    room = int(width / _NOTE_LETTER)
    lines = [line for part in note.splitlines() for line in wrap(part, room)]
    foot = _LINE * 1.1 * len(lines) + (0.05 if note else 0)
    height = sum(band.height for band in placed) + foot

    def draw(page: Figure) -> None:
        # A subfigure of whole pages keeps inches: positions are shares of this page's part.
        top = height
        for band in placed:
            band.draw(page, top, width, height)
            top -= band.height
        for i, line in enumerate(lines):
            y = (foot - _LINE * 1.1 * (i + 0.5) - 0.02) / height
            page.text(0.005, y, line, size=6.5, color=FAINT, va="center")

    return static_figure(draw, width=width, height=height, synthetic=synthetic)


@dataclass(frozen=True, eq=False)
class _Band:
    """Blocks side by side and the size of their tiles, in inches."""

    blocks: Sequence[TileBlock]
    tile: float
    head: float
    steps: list[float]

    @classmethod
    def of(cls, blocks: Sequence[TileBlock], *, width: float) -> _Band:
        columns = sum(len(block.rows[0]) for block in blocks)
        gaps = sum(_GAP * (len(block.rows[0]) - 1) for block in blocks)
        bars = sum(_BAR_ROOM for block in blocks if block.barred or block.room)
        names = sum(block.names_room for block in blocks)
        spare = width - names - gaps - bars - _BETWEEN * (len(blocks) - 1) - 0.05
        titled = any(block.title for block in blocks)
        subtitled = any(block.subtitle for block in blocks)
        headed = max(
            (name.count("\n") + 1 for block in blocks for name in block.columns), default=0
        )
        captions = [0] * max(len(block.rows) for block in blocks)
        for block in blocks:
            for j, row in enumerate(block.rows):
                lines = max(len(block.caption(tile).splitlines()) for tile in row)
                captions[j] = max(captions[j], lines)
        tile = spare / columns
        return cls(
            blocks=blocks,
            tile=tile,
            head=0.04
            + 0.17 * titled
            + _LINE * subtitled
            + headed * _LINE
            + (0.03 if headed else 0),
            steps=[tile + n * _LINE + _GAP + (0.02 if n else 0) for n in captions],
        )

    @property
    def height(self) -> float:
        return self.head + sum(self.steps)

    def draw(self, page: Figure, top: float, width: float, height: float) -> None:
        def at(x: float, y: float) -> tuple[float, float]:
            return x / width, y / height

        left = 0.02
        for block in self.blocks:
            left += block.names_room
            if block.title:
                page.text(*at(left, top - 0.1), block.title, size=7.5, weight="bold", va="center")
            page.text(*at(left, top - 0.24), block.subtitle, size=6.5, va="center")
            for i, heading in enumerate(block.columns):
                x = left + i * (self.tile + _GAP) + self.tile / 2
                page.text(
                    *at(x, top - self.head + 0.035), heading, size=6.5, ha="center", va="bottom"
                )
            for j, row in enumerate(block.rows):
                y = top - self.head - sum(self.steps[:j]) - self.tile
                if block.names:
                    middle = at(left - 0.07, y + self.tile / 2)
                    page.text(*middle, block.names[j], size=6.5, ha="right", va="center")
                self._row(page, block, row, left, y, (width, height))
            left += len(block.rows[0]) * (self.tile + _GAP) - _GAP
            left += (_BAR_ROOM if block.barred or block.room else 0) + _BETWEEN

    def _row(
        self,
        page: Figure,
        block: TileBlock,
        row: Sequence[Tile],
        left: float,
        y: float,
        size: tuple[float, float],
    ) -> None:
        width, height = size
        shared = block.row_scale(row) if block.coloured else None
        for i, tile in enumerate(row):
            x = left + i * (self.tile + _GAP)
            axes = add_axes(page, (x, y, self.tile, self.tile), size)
            own = tile.values.ndim == 2 and not block.barred
            _draw_tile(axes, tile, _scale([tile.values], signed=block.signed) if own else shared)
            for k, line in enumerate(block.caption(tile).splitlines()):
                middle = ((x + self.tile / 2) / width, (y - _LINE * (k + 0.85)) / height)
                page.text(*middle, line, size=6, ha="center", va="baseline")
        if block.barred and shared is not None and any(tile.values.ndim == 2 for tile in row):
            x = left + len(block.rows[0]) * (self.tile + _GAP)
            axes = add_axes(page, (x, y, _BAR, self.tile), size)
            ticks = {_minus(mark): place for mark, place in shared.ticks.items()}
            name = SIGNED if shared.signed else UNSIGNED
            draw_bar(axes, name, ticks, interpolation="bilinear")


def _scale(maps: Sequence[npt.NDArray[np.floating | np.integer]], *, signed: bool) -> ColourScale:
    found = shared_scale(maps, signed=signed)
    if signed or found.low < 0:
        return found
    # From zero where values cannot be negative: what is dark is then what is silent.
    return ColourScale(low=0.0, high=found.high)


def _draw_tile(axes: Axes, tile: Tile, scale: ColourScale | None) -> None:
    picture = tile.values if tile.values.ndim == 3 or scale is None else scale.apply(tile.values)
    axes.imshow(picture, extent=(0, 1, 1, 0), aspect="auto")
    axes.set_axis_off()
    if tile.region is not None and tile.region.any():
        rows, columns = tile.region.shape
        x, y = (np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows
        drawn = axes.contour(
            x, y, tile.region.astype(float), levels=[0.5], colors=[_OUTLINE], linewidths=0.6
        )
        drawn.set_path_effects([withStroke(linewidth=1.2, foreground="white")])
    axes.set(xlim=(0, 1), ylim=(1, 0))


def _minus(number: str) -> str:
    """A number with the sign that printers use."""
    return number.replace("-", "\N{MINUS SIGN}")
