"""What is in this dataset?"""

from __future__ import annotations

from collections import Counter

import streamlit as st

from workbench import (
    address,
    cached,
    cached_results,
    dataset_selection,
    demo_mode,
    panels,
    selection,
)
from workbench.gallery import draw_gallery
from workbench.player import play_recording
from workbench.titles import sentence_case

address.begin_page("Clips", "What is in this dataset? Filter it, and open a clip on any page.")
row = panels.choice_row()
found = dataset_selection.dataset_choice(row)
if found is None:
    st.info("No dataset yet. Every other page works on clips that are drawn on the spot.")
    st.stop()
if isinstance(found, str):
    demo_mode.wait_for(found)
    st.stop()
source, table = found
if table.synthetic:
    address.mark_synthetic()
filters = dataset_selection.sample_filter(table, where=row)
verdicts = cached_results.verdicts(filters.study) if filters.study else {}
kept = [
    sample for sample in table if filters.keeps(sample) and filters.agrees(verdicts.get(sample.key))
]
words = Counter(sample.label for sample in kept)
counts = ", ".join(f"{sentence_case(word)} {count}" for word, count in words.most_common())
st.caption(
    f"{len(kept)} of {len(table)} clips of {len(table.subjects)} subjects: {counts}"
    if kept
    else "No clip passes these filters."
)
if kept:
    gallery, one = st.columns([3, 2], gap="large")
    sample = draw_gallery(source.dataset, kept, verdicts, where=gallery)
    choice = selection.ClipChoice(source.dataset, sample.subject, sample.clip)
    recording = cached.recording(choice)
    with one:
        st.subheader(f"Selected clip: {sample.subject} {sample.clip}", anchor=False)
        play_recording(recording, key="player", name=panels.clip_words(recording))
        link = {"source": source.dataset, "person": sample.subject, "clip": sample.clip}
        panels.open_elsewhere(link, panels.CLIP_PAGES)
        st.table(panels.facts(sample))
    rows = [panels.facts(sample) | {"Key": sample.key} for sample in kept]
    panels.export(f"clips_{source.dataset}", table=panels.csv_text(rows), synthetic=table.synthetic)
if table.warnings:
    part = panels.lazy_container(
        st.expander, f"{len(table.warnings)} things to know about these data", key="warnings"
    )
    if part.open:
        part.caption(f"Annotation version {table.sheet_version or 'none'}, {table.variant} frames.")
        part.markdown("\n".join(f"- {line}" for line in table.warnings))
address.share()
