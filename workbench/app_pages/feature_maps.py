"""What does each layer answer, beside other networks, other clips and other ablations?"""

from __future__ import annotations

import streamlit as st

from mer_core.features import RANKINGS, comparable_models, difference, matched_layers
from mer_core.features.field import receptive_field
from mer_core.models.catalog import model_entry
from mer_core.plots.colour import shared_scale
from mer_core.plots.images import map_sheet
from mer_core.plots.picking import pickable_map
from mer_core.plots.raster import frame_box
from workbench import address, cached, gestures, panels, selection

TILES = 6

address.begin_page(
    "Feature maps", "What does each layer answer, beside other networks, clips and ablations?"
)
choice = selection.clip_choice()
recording = cached.recording(choice)
synthetic = recording.clip.synthetic
names = address.several(
    "Networks", selection.image_models(), key="nets", default=selection.image_models()[:3]
)
names = names or selection.image_models()[:1]
weighting = selection.weighting("Weighting", key="w1", default="full")
models = {name: cached.network(name, choice) for name in names}
st.caption(" · ".join(f"{m.entry.title}: **{m.weights.label}**" for m in models.values()))
maps = {name: cached.maps(choice, weighting, name) for name in names}
rank = RANKINGS.get(selection.ranking(region=recording.region is not None))

st.subheader("Networks at matched depth")
stages = matched_layers([model.entry for model in models.values()])
stage = address.choose("Resolution", list(stages), key="stage")
picked = {}
for name, layer in stages[stage].items():
    found = maps[name][layer.name]
    chosen = found.top(TILES, rank, recording.region)
    picked[name] = (layer, chosen, found.values[chosen])
scales = {
    name: shared_scale([values], signed=bool((values < 0).any()))
    for name, (_, _, values) in picked.items()
}
for column, (name, (layer, chosen, values)) in zip(
    st.columns(len(picked)), picked.items(), strict=True
):
    sheet, scale = map_sheet(
        values, [f"map {i}" for i in chosen], columns=2, size=120, scale=scales[name]
    )
    column.image(
        sheet,
        width="stretch",
        caption=f"{models[name].entry.title}, {layer.title}: {len(chosen)} of {layer.channels} "
        f"maps by {rank.title.lower()}; {scale.describe()}.{panels.note(synthetic)}",
        alt=f"First maps of {models[name].entry.title} at {stage}, {scale.describe()}",
    )
st.caption("Networks answer in units of their own, so each column declares its own scale.")

st.subheader("One unit and what it sees")
left, right = st.columns(2, gap="large")
with left:
    name = address.choose("Network", names, key="net")
    layers = [layer.name for layer in models[name].entry.layers if layer.receptive_field]
    layer = models[name].entry.layer(address.choose("Layer", layers, key="layer"))
    (first,) = maps[name][layer.name].top(1, rank, recording.region)
    channel = address.number("Map", 0, layer.channels - 1, key="map", default=first)
    plane = maps[name][layer.name].values[channel]
    scale = shared_scale([plane], signed=bool((plane < 0).any()))
    event = panels.chart(
        pickable_map(plane, scale),
        key="unit",
        on_select="rerun",
        selection_mode="points",
        alt=f"Map {channel} of {layer.title}, {scale.describe()}; click a unit",
    )
with right:
    row, column = selection.unit(plane.shape, clicked=gestures.clicked_unit(dict(event)))
    size = models[name].entry.input.size
    field = receptive_field(layer, row, column, size=size)
    image = recording.image(weighting, size=size).image
    st.image(
        frame_box(image, field.top, field.left, field.bottom, field.right),
        width="stretch",
        caption=f"Unit ({row}, {column}) of map {channel} answers {plane[row, column]:.3g} to the "
        f"{field.bottom - field.top} x {field.right - field.left} pixels in the box."
        f"{panels.note(synthetic)}",
        alt=f"Receptive field: rows {field.top} to {field.bottom}, columns {field.left} to "
        f"{field.right}",
    )

st.subheader("A difference")
kind = address.switch("Between", ("two networks", "two clips"), key="between")
if kind == "two networks":
    peers = comparable_models(layer, models[name].entry)
    rival = address.choose("and", [peer.name for peer in peers], key="rival")
    second, title = cached.maps(choice, weighting, rival), model_entry(rival).title
    weights = cached.network(rival, choice).weights.label
else:
    other = selection.second_clip(choice)
    second, title = cached.maps(other, weighting, name), cached.recording(other).clip.name
    weights = models[name].weights.label
found = difference(maps[name][layer.name], second[layer.name])
top = found.order[:TILES]
stack = [*found.first.values[top], *found.second.values[top]]
plain = shared_scale(stack, signed=False)
signed = shared_scale([found.values[top]], signed=True)
for column, (caption, values, scale) in zip(
    st.columns(3),
    (
        (models[name].entry.title, found.first.values[top], plain),
        (title, found.second.values[top], plain),
        ("First less second", found.values[top], signed),
    ),
    strict=True,
):
    sheet, _ = map_sheet(values, [f"map {i}" for i in top], columns=2, size=120, scale=scale)
    column.image(
        sheet,
        width="stretch",
        caption=f"{caption}; {scale.describe()}.{panels.note(synthetic)}",
        alt=f"{caption}: the {len(top)} most different maps of {layer.title}",
    )
st.caption(
    f"{layer.title}: rank correlation {found.correlation:.2f} over all "
    f"{layer.channels} maps. {title}: {weights}."
)
panels.downloads(
    f"difference_{name}_{layer.name}",
    map_sheet(found.values[top], [f"map {i}" for i in top], columns=3, scale=signed)[0],
    array=found.values,
    synthetic=synthetic,
)
address.share()
