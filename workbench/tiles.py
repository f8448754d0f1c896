"""Pictures in a grid: pixels are drawn from arrays, and words stand beside them as text.

The one part of a page that shows frames, images, maps and attributions. A reader sees the value
under the pointer in all tiles at once, enlarges a tile, and does both with the keyboard too.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.components.v2 import component

from mer_core.plots.attributions import region_colours
from mer_core.plots.colour import ColourScale, Rgb, plotly_scale, spoken
from mer_core.plots.pixels import OPACITY, coded, grey, polygons, rgba_png, veil
from mer_core.plots.raster import png_bytes
from workbench.drawings import drawn

HERE = Path(__file__)
PIXELS = HERE.with_name("pixels.js").read_text("utf-8")
STYLE = HERE.with_suffix(".css").read_text("utf-8")
SMALL, LARGE = 96, 200  # pixels below which tiles are not shrunk, on a telephone too

# Not in a tree of its own, so that what looks for the page's pictures finds these too.
_tiles = component(
    "mer_workbench_tiles",
    html='<div class="mer-tiles"></div>\n',
    css=STYLE,
    js=PIXELS + HERE.with_suffix(".js").read_text("utf-8"),
    isolate_styles=False,
)

Values = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Badge:
    """A word on a coloured ground; `tone` is "good", "doubtful", "bad" or "plain"."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, kw_only=True, eq=False)
class Tile:
    """One picture with its words.

    Attributes:
        alt: What it shows, for whoever does not see it.
        picture: Pixels, H x W x 3.
        values: One number for each cell of a grid, which a reader can ask for.
        scale: The colours of `values`; without one they are not drawn, only told.
        outlines: Region by name, drawn as lines.
        box: Top, left, bottom and right of what is framed, in pixels of the picture.
        smooth: Whether cells run into each other when they are enlarged.
        shared: Whether what is encoded may be kept for others; not for what a reader uploads.
        title: First words below it.
        caption: Further words below it.
        badges: Between the two.
        name: What a press on it reports.
    """

    alt: str
    picture: Rgb | None = None
    values: Values | None = None
    scale: ColourScale | None = None
    outlines: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    box: tuple[int, int, int, int] | None = None
    smooth: bool = False
    shared: bool = True
    title: str = ""
    caption: str = ""
    badges: tuple[Badge, ...] = ()
    name: str = ""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the pixels that decide its form."""
        pixels = self.values if self.picture is None else self.picture
        assert pixels is not None, "a tile shows something"
        return pixels.shape[0], pixels.shape[1]


@dataclass(frozen=True, kw_only=True, eq=False)
class TileGroup:
    """Tiles under a heading of their own, as one kernel's maps are.

    Attributes:
        title: The heading.
        tiles: From left to right.
        badges: After the heading.
    """

    title: str
    tiles: Sequence[Tile]
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True)
class Press:
    """Where a tile was pressed: its name, the cell, and shares of its width and height."""

    name: str
    row: int
    column: int
    x: float
    y: float


def draw_tiles(
    tiles: Sequence[Tile],
    *,
    key: str,
    columns: int,
    least: int = SMALL,
    unit: str = "",
    press: str = "",
    current: str | None = None,
    on_press: Callable[[Press], None] | None = None,
    where: Any = st,
) -> Press | None:
    """Draw tiles, with one colour bar where all have one scale, and else one under each.

    Args:
        tiles: From left to right.
        key: Key of the component on its page.
        columns: Tiles beside each other where there is room.
        least: Pixels below which a tile is not shrunk; fewer stand beside each other then.
        unit: Unit of the values.
        press: What a press does, in words; without it a press enlarges.
        current: The name of the tile that is marked.
        on_press: Called with the press before the page is drawn again.
        where: Container to draw in.
    """
    group = TileGroup(title="", tiles=tiles)
    return _draw([group], key, columns, least, unit, press, current, on_press, where)


def draw_groups(
    groups: Sequence[TileGroup], *, key: str, columns: int, least: int = SMALL, where: Any = st
) -> None:
    """Draw groups of tiles beside each other; `columns` are those of one group.

    What a pointer rests on is told in all of them, and a browser builds one part of the page
    rather than four for each group.
    """
    _draw(groups, key, columns, least, "", "", None, None, where)


def _draw(
    groups: Sequence[TileGroup],
    key: str,
    columns: int,
    least: int,
    unit: str,
    press: str,
    current: str | None,
    on_press: Callable[[Press], None] | None,
    where: Any,
) -> Press | None:
    names = [tile.name for group in groups for tile in group.tiles]

    def pressed() -> None:
        found = _press(st.session_state[key].get("press"), names)
        if found is not None and on_press is not None:
            on_press(found)

    data = {
        # A tuple: whether a list is a table, Streamlit asks pandas, half a second on a first page.
        "groups": tuple(_group(group, unit) for group in groups),
        "columns": columns,
        "least": least,
        "unit": unit,
        "press": press,
        "current": current,
    }
    with where.container():
        result = _tiles(key=key, data=data, on_press_change=pressed)
    return _press(result.get("press"), names)


def _group(group: TileGroup, unit: str) -> dict[str, Any]:
    scales = {tile.scale for tile in group.tiles if tile.scale is not None}
    shared = next(iter(scales)) if len(scales) == 1 and len(group.tiles) > 1 else None
    return {
        "title": group.title,
        "badges": _badges(group.badges),
        "tiles": [payload(tile, unit=unit) for tile in group.tiles],
        "shared": None if shared is None else scale_payload(shared, unit),
    }


def _badges(badges: Sequence[Badge]) -> list[dict[str, str]]:
    return [{"text": one.text, "tone": one.tone} for one in badges]


def _press(sent: Any, names: Sequence[str]) -> Press | None:
    """Return the press that the browser sent, if it is on one of the tiles."""
    try:
        found = Press(
            str(sent["name"]),
            int(sent["row"]),
            int(sent["column"]),
            float(sent["x"]),
            float(sent["y"]),
        )
    except (TypeError, KeyError, ValueError):
        return None
    return found if found.name in names and 0 <= found.x < 1 and 0 <= found.y < 1 else None


def payload(tile: Tile, *, unit: str = "") -> dict[str, Any]:
    """A tile as the browser takes it."""
    keep = drawn if tile.shared else _anew
    layers = []
    if tile.picture is not None:
        muted = tile.scale is not None
        layers.append(_layer(keep(partial(_encoded, tile.picture, muted)), smooth=True))
    if tile.values is not None and tile.scale is not None:
        over = tile.picture is not None
        layers.append(
            _layer(keep(partial(_coloured, tile.values, tile.scale, over)), smooth=tile.smooth)
        )
    colours = region_colours(tile.outlines)
    return {
        "alt": tile.alt,
        "title": tile.title,
        "caption": tile.caption,
        "badges": _badges(tile.badges),
        "name": tile.name,
        "shape": tile.shape,
        "layers": layers,
        "values": None if tile.values is None else _readable(tile.values, keep),
        "scale": None if tile.scale is None else scale_payload(tile.scale, unit),
        "outlines": [
            {"path": _path(mask, tile.shape, keep), "colour": colours[name]}
            for name, mask in tile.outlines.items()
        ],
        "box": tile.box,
    }


def scale_payload(scale: ColourScale, unit: str) -> dict[str, Any]:
    """A colour scale as the browser takes it."""
    stops = ", ".join(f"{colour} {100 * float(at):.1f}%" for at, colour in plotly_scale(scale.name))
    return {
        "ticks": sorted(
            ((mark.replace("-", "\N{MINUS SIGN}"), at) for mark, at in scale.ticks.items()),
            key=itemgetter(1),
        ),
        "words": f"Colour bar from {spoken(scale.low)} to {spoken(scale.high)} {unit}".strip(),
        "gradient": f"linear-gradient(90deg, {stops})",
        "unit": unit,
    }


def _layer(content: bytes, *, smooth: bool) -> dict[str, Any]:
    return {"src": png_address(content), "smooth": smooth}


def png_address(content: bytes) -> str:
    """The address of a PNG that holds all of it."""
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _anew(make: partial[Any]) -> Any:
    return make()


def _encoded(picture: Rgb, muted: bool) -> bytes:
    return png_bytes(grey(picture) if muted else picture)


def _coloured(values: Values, scale: ColourScale, over: bool) -> bytes:
    return (
        rgba_png(veil(values, scale, opacity=OPACITY)) if over else png_bytes(scale.apply(values))
    )


def _readable(values: Values, keep: Callable[[partial[Any]], Any]) -> dict[str, Any]:
    content, low, high = keep(partial(_read, values))
    return {"src": png_address(content), "low": low, "high": high, "shape": values.shape}


def _read(values: Values) -> tuple[bytes, float, float]:
    code = coded(values)
    return png_bytes(code.pixels), code.low, code.high


def _path(
    mask: npt.NDArray[np.bool_], shape: tuple[int, int], keep: Callable[[partial[Any]], Any]
) -> str:
    """The outlines of a mask as an SVG path over pixels of `shape`."""
    down, across = (side / cells for side, cells in zip(shape, mask.shape, strict=True))
    return "".join(
        "M" + "L".join(f"{x * across:.2f} {y * down:.2f}" for x, y in line) + "Z"
        for line in keep(partial(polygons, mask))
    )
