"""Clips as small pictures, one of which is looked at.

One part of the page for all of them: three for each clip, its picture, word and button, took a
browser 6 ms each at every visit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

TILE = 104  # pixels; three beside each other on a telephone

_CSS = f"""
.mer-gallery {{
  display: grid; grid-template-columns: repeat(auto-fill, {TILE}px); gap: 1rem;
  list-style: none; margin: 0; padding: 0;
}}
.mer-gallery li {{ position: relative; margin: 0; text-align: center; font-size: 0.875rem; }}
.mer-gallery img {{
  display: block; width: {TILE}px; height: {TILE}px; object-fit: cover;
  border-radius: var(--st-base-radius);
}}
.mer-gallery p {{
  margin: 0.35rem 0 0; font-size: inherit; color: var(--st-text-color); opacity: 0.7;
}}
.mer-gallery button {{
  font: inherit; color: var(--st-text-color); background: none; border: 0; padding: 0.1rem 0;
  cursor: pointer; overflow-wrap: anywhere;
}}
.mer-gallery button::after {{
  content: ""; position: absolute; inset: -0.3rem; border-radius: var(--st-base-radius);
}}
.mer-gallery button:hover {{ color: var(--st-primary-color); }}
.mer-gallery button:hover::after {{ outline: 1px solid var(--st-border-color); }}
.mer-gallery button[aria-current]::after, .mer-gallery button:focus-visible::after {{
  outline: 2px solid var(--st-primary-color);
}}
.mer-gallery button:focus-visible {{ outline: none; text-decoration: underline; }}
"""
# Not in a tree of its own, so that what looks for the page's pictures finds these too.
_gallery = component(
    "mer_workbench_gallery",
    html='<ul class="mer-gallery"></ul>',
    css=_CSS,
    js=Path(__file__).with_name("gallery.js").read_text("utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Tile:
    """One clip of a gallery.

    Attributes:
        name: What it is called; no other tile of the gallery is called so.
        word: What is said of it.
        alt: What its picture shows.
        picture: The address of its picture, which may hold the picture itself.
    """

    name: str
    word: str
    alt: str
    picture: str


def gallery(
    tiles: Sequence[Tile], *, key: str, shown: str, on_choice: Callable[[str], None]
) -> None:
    """Draws the tiles, marks the one that is `shown`, and says which one a reader chooses.

    A name that no tile has is not passed on, whoever sent it.
    """
    names = [tile.name for tile in tiles]

    def chosen() -> None:
        choice = st.session_state[key].get("choice")
        if choice in names:
            on_choice(choice)

    data = {"tiles": [asdict(tile) for tile in tiles], "shown": shown}
    _gallery(key=key, data=data, on_choice_change=chosen)
