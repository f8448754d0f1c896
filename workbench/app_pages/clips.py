"""What is in this dataset?"""

from __future__ import annotations

from collections import Counter

import streamlit as st

from mer_core.records import Sample
from workbench import address, cached, cached_results, panels, selection
from workbench.drawings import webp_address
from workbench.gallery import Tile, gallery

PER_PAGE = 24

address.begin_page("Clips", "What is in this dataset? Filter it, and open a clip on any page.")
found = selection.dataset_choice()
if found is None:
    st.info(
        "No dataset lies here yet. The synthetic twins are being prepared; until they are there, "
        "every other page works on clips that are drawn on the spot."
    )
    st.stop()
source, table = found
st.caption(
    f"{source.title}: {len(table)} clips of {len(table.subjects)} subjects, {table.variant} "
    f"frames, annotation version {table.sheet_version or 'none'}.{panels.note(table.synthetic)}"
)
if table.warnings:
    part = panels.unfolding(
        st.expander, f"{len(table.warnings)} things to know about these data", key="warnings"
    )
    if part.open:
        part.markdown("\n".join(f"- {line}" for line in table.warnings))

filters = selection.sample_filter(table)
verdicts = cached_results.verdicts(filters.study) if filters.study else {}
kept = [
    sample for sample in table if filters.keeps(sample) and filters.agrees(verdicts.get(sample.key))
]
words = Counter(sample.label for sample in kept)
st.caption(
    f"{len(kept)} clips: " + ", ".join(f"{word} {count}" for word, count in words.most_common())
    if kept
    else "No clip passes these filters."
)
pages = max(1, -(-len(kept) // PER_PAGE))
if pages > 1:
    place, _ = st.columns([1, 4])
    page = address.number(f"Sheet, of {pages}", 1, pages, key="sheet", default=1, where=place)
else:
    page = 1
sheet = st.container()


def tile(sample: Sample) -> Tile:
    """A clip of the sheet, with what a study said of it."""
    verdict = verdicts.get(sample.key)
    mark = "" if verdict is None else (", right" if verdict.correct else ", wrong")
    return Tile(
        name=f"{sample.subject} {sample.clip}",
        word=f"{sample.label}{mark}",
        alt=f"Affective-motion image of {sample.key}: {sample.label}{mark}"
        f"{panels.note(table.synthetic)}",
        picture=webp_address(cached.thumbnail(source.dataset, sample.subject, sample.clip)),
    )


if kept:
    st.header("One of them")
    named = {f"{sample.subject} {sample.clip}": sample for sample in kept}
    shown = address.choose("Clip", list(named), key="look")
    with sheet:
        gallery(
            [tile(sample) for sample in kept[(page - 1) * PER_PAGE : page * PER_PAGE]],
            key="gallery",
            shown=shown,
            on_choice=lambda name: selection.look_at(source.dataset, named[name]),
        )
    sample = named[shown]
    choice = selection.ClipChoice(source.dataset, sample.subject, sample.clip)
    recording = cached.recording(choice)
    movie, facts = st.columns([2, 3], gap="large")
    with movie:
        panels.player(choice, recording)
    with facts:
        st.table(panels.facts(sample))
        st.markdown("Look at this clip in")
        link = {"source": source.dataset, "person": sample.subject, "clip": sample.clip}
        panels.open_elsewhere(link, panels.CLIP_PAGES, where=st.container(horizontal=True))
    rows = [panels.facts(sample) | {"Key": sample.key} for sample in kept]
    panels.take_away(
        f"clips_{source.dataset}", table=panels.csv_text(rows), synthetic=table.synthetic
    )
address.share()
