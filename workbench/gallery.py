"""Clips as small pictures, one of which is selected.

One part of the page for all of them: three for each clip, its picture, word and button, took a
browser 5 ms at every visit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from mer_core.records import Prediction, Sample
from workbench import cached, dataset_selection, widgets
from workbench.drawings import webp_address
from workbench.titles import sentence_case

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
        key: Key of the component on its page.
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


PER_PAGE = 24


def draw_gallery(
    dataset: str,
    samples: Sequence[Sample],
    verdicts: Mapping[str, Prediction],
    *,
    where: Any,
) -> Sample:
    """Draw a page of thumbnails and the choice of one clip; returns the chosen one."""
    named = {f"{sample.subject} {sample.clip}": sample for sample in samples}
    pages = max(1, -(-len(samples) // PER_PAGE))
    with where:
        bar = st.container(horizontal=True, vertical_alignment="bottom")
        shown = widgets.choose("Selected clip", list(named), key="look", where=bar, width=260)
        page = 1
        if pages > 1:
            page = widgets.number(
                f"Page (1 to {pages})", 1, pages, key="sheet", default=1, where=bar, width=140
            )
        part = samples[(page - 1) * PER_PAGE : page * PER_PAGE]

        @st.fragment
        def thumbnails() -> None:
            gallery(
                [_tile(dataset, sample, verdicts.get(sample.key)) for sample in part],
                key="gallery",
                shown=shown,
                movie=lambda name: webp_address(
                    cached.small_movie(dataset, named[name].subject, named[name].clip)
                ),
                on_choice=lambda name: dataset_selection.look_at(dataset, named[name]),
            )

        thumbnails()
        st.caption(
            "Each picture is what changes in a clip, on one scale: grey is no change, black "
            f"and white are {cached.THUMBNAIL_REACH:.0f} grey levels of weighted mean change."
        )
    return named[shown]


def _tile(dataset: str, sample: Sample, verdict: Prediction | None) -> Tile:
    """A clip of the page, with what a study predicted where that is wrong."""
    mark = ""
    if verdict is not None:
        mark = " ✓" if verdict.correct else f", predicted {sentence_case(verdict.predicted)}"
    word = f"{sentence_case(sample.label)}{mark}"
    return Tile(
        name=f"{sample.subject} {sample.clip}",
        word=word,
        wrong=verdict is not None and not verdict.correct,
        alt=f"Affective-motion image of {sample.subject} {sample.clip}: {word}",
        picture=webp_address(cached.thumbnail(dataset, sample.subject, sample.clip)),
    )
