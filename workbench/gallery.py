"""Clips as small pictures, one of which is selected.

One part of the page for all of them: three for each clip, its picture, word and button, took a
browser 5 ms at every visit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component

HERE = Path(__file__)
# Not in a tree of its own, so that what looks for the page's pictures finds these too.
_gallery = component(
    "mer_workbench_gallery",
    html='<ul class="mer-gallery"></ul>',
    css=HERE.with_suffix(".css").read_text("utf-8"),
    js=HERE.with_suffix(".js").read_text("utf-8"),
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
        wrong: Whether the word is to be seen as a mistake.
    """

    name: str
    word: str
    alt: str
    picture: str
    wrong: bool = False


def gallery(
    tiles: Sequence[Tile],
    *,
    key: str,
    shown: str,
    movie: Callable[[str], str],
    on_choice: Callable[[str], None],
) -> None:
    """Draw the tiles, mark the one that is `shown`, play the one under the pointer.

    A name that no tile has is not passed on, whoever sent it.

    Args:
        tiles: In reading order.
        key: Of the component on its page.
        shown: Name of the selected tile.
        movie: The address of a tile's moving picture; asked when a pointer rests on it.
        on_choice: Called with the name of the tile that is pressed.
    """
    names = [tile.name for tile in tiles]

    def chosen() -> None:
        choice = st.session_state[key].get("choice")
        if choice in names:
            on_choice(choice)

    held = st.session_state.get(key, {}).get("pointed")
    moving = {held: movie(held)} if held in names else {}
    data = {"tiles": [asdict(tile) for tile in tiles], "shown": shown, "movies": moving}
    result = _gallery(key=key, data=data, on_choice_change=chosen, on_pointed_change=lambda: None)
    if result.get("choice") in names:
        st.rerun()
