"""Networks side by side, each at its layer of one resolution."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mer_core.features import Ranking, matched_layers
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import shared_scale
from workbench import address, cached, panels
from workbench.map_export import export_maps
from workbench.picture_tiles import map_tiles
from workbench.selection import ClipChoice
from workbench.tiles import Badge, TileGroup, draw_groups

TILES = 6


@address.page_part
def draw_matched(
    choice: ClipChoice, weighting: str, models: Sequence[LoadedModel], rank: Ranking
) -> None:
    """Draw the leading maps of each network's layer, and behind one button their exports."""
    stages = matched_layers([model.entry for model in models])
    if not stages:
        st.info("These networks have no resolution in common outside their branches.")
        return
    stage = address.choose(
        "Resolution",
        list(stages),
        key="stage",
        titles=lambda name: f"{name} of the input",
        width=200,
        help="Networks are compared where their maps have the same resolution.",
    )
    region = cached.recording(choice).region
    groups, shown = [], []
    for model in models:
        layer = stages[stage][model.entry.name]
        found = cached.maps(choice, weighting, model)[layer.name]
        chosen = found.top(TILES, rank, region)
        values = found.values[chosen]
        scale = shared_scale([values], signed=bool((values < 0).any()))
        tiles = map_tiles(found.values, chosen, scale=scale, what=f"{model.entry.title}, map")
        weights = Badge(model.weights.label, "plain" if model.weights.trained else "bad")
        title = f"{model.entry.title}, {layer.title}"
        groups.append(TileGroup(title=title, tiles=tiles, badges=(weights,)))
        shown.append((title, model, layer, found.values, chosen, scale))
    draw_groups(groups, key="matched", columns=3)
    st.caption("Networks respond in units of their own, so each has its own scale.")
    part = panels.lazy_container(
        st.popover, "Export", key="export matched", icon=":material/download:"
    )
    if part.open:
        with part:
            for title, *exported in shown:
                st.markdown(f"**{title}**")
                export_maps(choice, weighting, *exported)
