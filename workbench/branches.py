"""A network's parallel kernels side by side: the same depth of each branch, on one scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from mer_core.features import RANKINGS
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import shared_scale
from workbench import address, cached, panels, selection
from workbench.picture_tiles import map_tiles
from workbench.selection import ClipChoice
from workbench.tiles import draw_tiles

TILES = 4


def draw_branches(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    region: npt.NDArray[np.bool_] | None,
    *,
    rank: str | None = None,
) -> None:
    """Draws the choice of depth (and of a ranking, unless one is given), and each kernel's maps."""
    first, second = st.columns([3, 2], vertical_alignment="bottom")
    depth = first if rank else second
    rank = rank or selection.ranking(region=region is not None, where=first)
    branches = model.entry.branches()
    shortest = min(branches.values(), key=len)
    parts = [layer.name.rsplit(".", 1)[-1] for layer in shortest]
    level = parts.index(address.choose("Depth", parts, key="part", where=depth))
    maps = cached.maps(choice, weighting, model)
    picked, found_values = {}, {}
    for branch, layers in branches.items():
        found = maps[layers[level].name]
        chosen = found.top(TILES, RANKINGS.get(rank), region)
        picked[branch] = (chosen, found.values[chosen])
        found_values[branch] = found.values
    scale = shared_scale([values for _, values in picked.values()], signed=False)
    for column, (branch, layers) in zip(st.columns(len(branches)), branches.items(), strict=True):
        layer = layers[level]
        chosen, _ = picked[branch]
        column.caption(
            f"{layer.title}: {len(chosen)} of {layer.channels} maps, one cell for "
            f"{layer.stride} × {layer.stride} pixels."
        )
        draw_tiles(
            map_tiles(found_values[branch], chosen, scale=scale, what=f"{layer.title}, map"),
            key=f"branch {branch}",
            columns=2,
            where=column,
        )
    st.caption(
        f"One scale for all: {scale.words}.{panels.note(cached.recording(choice).clip.synthetic)}"
    )
