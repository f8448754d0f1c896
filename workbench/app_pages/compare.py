"""What changes between A and B?"""

from __future__ import annotations

import streamlit as st

from mer_core.models.shipped import shown_weighting
from workbench import address, cached, cached_attributions, comparison, panels, selection, widgets
from workbench.comparison import draw_comparison
from workbench.networks import PredictionView, draw_marks
from workbench.tiles import draw_tiles
from workbench.titles import network_title

address.begin_page(
    "Compare", "What changes between A and B, which differ in one thing? Swipe, zoom, read values."
)
row = panels.choice_row()
choice, recording = selection.open_clip(row)
weighting = selection.weighting("Weighting", key="w1", default=shown_weighting(), where=row)
name = widgets.choose(
    "Network", selection.image_models(), key="net", titles=network_title, where=row, width=170
)
model = cached.network(name, weighting)
address.pin(model.entry.name, model.entry.title, model.weights.digest)

controls = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
kind = widgets.switch(
    "Compare two",
    tuple(comparison.KINDS),
    key="compare",
    titles=comparison.KINDS.__getitem__,
    where=controls,
)
first, second = comparison.second_side(
    comparison.Side(choice, weighting, model), kind, where=controls
)
view = widgets.switch(
    "Show", tuple(comparison.VIEWS), key="show", titles=comparison.VIEWS.__getitem__, where=controls
)
details = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
pair = comparison.PAIRS[view](first, second, details)

pictures, side = st.columns([2, 1], gap="large")
with pictures:
    draw_comparison(*pair.tiles, key=f"compare {view}")
with side:
    if pair.difference is not None:
        tile = comparison.difference_tile(pair.difference, smooth=view != comparison.MAPS)
        draw_tiles([tile], key="difference", columns=1)
    comparison.draw_reason(pair)
    st.subheader("Predictions", anchor=False)
    for letter, one in zip("AB", (first, second), strict=True):
        inspection = cached_attributions.inspection(one.choice, one.weighting, one.model)
        clip = cached.recording(one.choice)
        st.markdown(f"**{letter}** · {one.title}")
        PredictionView(one.model, inspection.answer, clip.label).draw()
        draw_marks([one.model], clip)
address.share()
