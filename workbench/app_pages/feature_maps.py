"""What does each layer answer, beside other networks, other clips and other ablations?"""

from __future__ import annotations

import streamlit as st

from mer_core.features import RANKINGS, matched_layers
from mer_core.plots.colour import shared_scale
from workbench import address, cached, panels, selection
from workbench.branches import draw_branches
from workbench.map_views import choose_layer, draw_difference, draw_unit, take_maps
from workbench.networks import asked_networks, more_choices, weights_note
from workbench.picture_tiles import map_tiles
from workbench.tiles import draw_tiles

TILES = 6
CLOSER_TITLES = {"one unit": "One unit and what it sees", "a difference": "A difference"}
CLOSER = tuple(CLOSER_TITLES)  # one at a time, so that neither waits for the other

address.begin_page(
    "Feature maps", "What does each layer answer, beside other networks, clips and ablations?"
)
choice = selection.clip_choice()
recording = cached.recording(choice)
synthetic = recording.clip.synthetic
first, second = st.columns([5, 1.2], vertical_alignment="bottom")
asked, weighting = asked_networks(
    choice, selection.image_models(), where=first, more=more_choices(second)
)
models = {model.entry.name: model for model in asked}
maps = {name: cached.maps(choice, weighting, model) for name, model in models.items()}

st.header("Networks at matched depth")
first, second = st.columns(2, vertical_alignment="bottom")
rank = RANKINGS.get(selection.ranking(region=recording.region is not None, where=first))
stages = matched_layers([model.entry for model in models.values()])
if not stages:
    st.info("These networks have no resolution in common outside their branches.")
    for model in asked:
        st.caption(f"{model.entry.title}: {weights_note(model)}")
else:
    stage = address.choose(
        "Resolution",
        list(stages),
        key="stage",
        where=second,
        help="Of the maps, as a part of the picture's. Networks are compared where it is the same.",
    )
    for column, (name, layer) in zip(
        st.columns(max(len(models), 2)), stages[stage].items(), strict=False
    ):
        found = maps[name][layer.name]
        chosen = found.top(TILES, rank, recording.region)
        values = found.values[chosen]
        scale = shared_scale([values], signed=bool((values < 0).any()))
        title = models[name].entry.title
        with column:
            st.caption(
                f"**{title}**, {layer.title}: {len(chosen)} of "
                f"{layer.channels} maps by {rank.title.lower()}."
                f"{panels.note(synthetic)} {weights_note(models[name])}"
            )
            draw_tiles(
                map_tiles(found.values, chosen, scale=scale, what=f"{title} at {stage}, map"),
                key=f"maps {name}",
                columns=3,
            )
            take_maps(choice, weighting, models[name], layer, found.values, chosen, scale)
    st.caption("Networks answer in units of their own, so each has its own scale.")

branched = [model for model in asked if model.entry.branches()]
if branched:
    st.header("Kernel by kernel")
    draw_branches(choice, weighting, branched[0], recording.region, rank=rank.name)

closer = address.switch("Look closer at", CLOSER, key="closer")
st.header(CLOSER_TITLES[closer])
name, layer, beside = choose_layer(models)
if closer == CLOSER[0]:
    draw_unit(choice, weighting, models[name], layer, maps[name][layer.name], rank, where=beside)
else:
    draw_difference(choice, weighting, models[name], layer, maps[name][layer.name])
address.share()
