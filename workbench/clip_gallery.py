"""Clips as small pictures on one scale: a pointer plays one, a press selects it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mer_core.records import Prediction, Sample
from workbench import address, cached, dataset_selection
from workbench.drawings import webp_address
from workbench.gallery import Tile, gallery
from workbench.titles import sentence_case

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
        shown = address.choose("Selected clip", list(named), key="look", where=bar, width=260)
        page = 1
        if pages > 1:
            page = address.number(
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
