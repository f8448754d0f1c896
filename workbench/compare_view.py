"""A and B on each other behind a divider, or beside each other under one cross-hair."""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2 import component

from workbench.player import STYLE as CONTROLS
from workbench.tiles import PIXELS, STYLE, Tile, payload

HERE = Path(__file__)
HINT = (
    "Move over the pictures for values; drag to move the divider, or the picture when it is zoomed."
)
_compare = component(
    "mer_workbench_compare",
    html='<div class="mer-compare"></div>\n',
    css=STYLE + CONTROLS + HERE.with_name("compare.css").read_text("utf-8"),
    js=PIXELS + HERE.with_name("compare.js").read_text("utf-8"),
    isolate_styles=False,
)


def draw_comparison(first: Tile, second: Tile, *, key: str, unit: str = "") -> None:
    """Draw two tiles of one form; they share a colour bar where they share a scale."""
    data = {
        "tiles": [payload(first, unit=unit), payload(second, unit=unit)],
        "shared": first.scale == second.scale,
        "unit": unit,
        "hint": HINT,
    }
    _compare(key=key, data=data)
