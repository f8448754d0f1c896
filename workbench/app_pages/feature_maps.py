"""What does each layer respond to?"""

from __future__ import annotations

import streamlit as st

from mer_core.features import RANKINGS, matched_layers
from mer_core.plots.colour import shared_scale
from workbench import address, cached, panels, selection
from workbench.branches import draw_branches
from workbench.map_explorer import draw_explorer
from workbench.map_export import export_maps
from workbench.networks import chosen_networks, columns, more_choices
from workbench.picture_tiles import map_tiles
from workbench.prediction_view import draw_weights
from workbench.tiles import draw_tiles

TILES = 6

address.begin_page(
    "Feature maps", "What does each layer respond to? From the network to a layer, a map, a unit."
)
row = panels.choice_row()
choice, recording = selection.open_clip(row)
more = more_choices(row)
models, weighting = chosen_networks(choice, selection.image_models(), where=row, more=more)
ranking = selection.ranking(region=recording.region is not None, where=row)

draw_explorer(choice, weighting, models, RANKINGS.get(ranking))

branched = [model for model in models if model.entry.branches()]
if branched:
    st.header("Kernel by kernel", anchor=False)
    draw_branches(choice, weighting, branched[0], recording.region, rank=ranking)

st.header("Networks at matched depth", anchor=False)
stages = matched_layers([model.entry for model in models])
if not stages:
    st.info("These networks have no resolution in common outside their branches.")
else:
    stage = address.choose(
        "Resolution",
        list(stages),
        key="stage",
        titles=lambda name: f"{name} of the input",
        width=200,
        help="Networks are compared where their maps have the same resolution.",
    )
    rank = RANKINGS.get(ranking)
    for column, model in zip(columns(models), models, strict=False):
        layer = stages[stage][model.entry.name]
        found = cached.maps(choice, weighting, model)[layer.name]
        chosen = found.top(TILES, rank, recording.region)
        values = found.values[chosen]
        scale = shared_scale([values], signed=bool((values < 0).any()))
        with column:
            st.markdown(f"**{model.entry.title}**, {layer.title}")
            draw_weights(model)
            draw_tiles(
                map_tiles(found.values, chosen, scale=scale, what=f"{model.entry.title}, map"),
                key=f"maps {model.entry.name}",
                columns=3,
            )
            export_maps(choice, weighting, model, layer, found.values, chosen, scale)
    st.caption("Networks respond in units of their own, so each has its own scale.")
panels.open_elsewhere({}, {"compare": "Compare two clips, networks or checkpoints at any layer"})
address.share()
