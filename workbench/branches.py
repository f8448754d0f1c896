"""A network's parallel kernels side by side: the same depth of each branch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from mer_core.features import RANKINGS
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import shared_scale
from workbench import address, cached, selection, widgets
from workbench.picture_tiles import map_tiles
from workbench.selection import ClipChoice
from workbench.tiles import TileGroup, draw_groups
from workbench.titles import kernel_title, sentence_case

TILES = 4
OWN, SHARED = "own", "shared"
SCALES = {OWN: "Own scale for each kernel", SHARED: "One scale for all"}


@address.page_part
def draw_branches(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    region: npt.NDArray[np.bool_] | None,
    *,
    rank: str | None = None,
) -> None:
    """Draw the choice of depth (and of a ranking, unless one is given), and each kernel's maps."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    rank = rank or selection.ranking(region=region is not None, where=row)
    branches = model.entry.branches()
    shortest = min(branches.values(), key=len)
    parts = {layer.name.rsplit(".", 1)[-1]: layer.title for layer in shortest}
    level = list(parts).index(
        widgets.choose(
            "Depth",
            list(parts),
            key="part",
            titles=lambda n: sentence_case(_depth(parts[n])),
            where=row,
            width=260,
        )
    )
    scaled = widgets.switch(
        "Colours", tuple(SCALES), key="scale", titles=SCALES.__getitem__, where=row
    )
    maps = cached.maps(choice, weighting, model)
    picked = {}
    for branch, layers in branches.items():
        found = maps[layers[level].name]
        picked[branch] = (layers[level], found.top(TILES, RANKINGS.get(rank), region), found.values)
    joint = shared_scale([values[chosen] for _, chosen, values in picked.values()], signed=False)
    groups = []
    for branch, (layer, chosen, values) in picked.items():
        scale = joint if scaled == SHARED else shared_scale([values[chosen]], signed=False)
        tiles = map_tiles(values, chosen, scale=scale, what=f"{layer.title}, map")
        groups.append(
            TileGroup(
                title=f"{kernel_title(branch)} · {len(chosen)} of {layer.channels} maps",
                tiles=tiles,
            )
        )
    draw_groups(groups, key="branches", columns=2)


def _depth(title: str) -> str:
    """The part of a layer's title that its neighbours in other branches share."""
    words = title.partition(", ")[2] or title
    return words.rpartition(" ")[0] or words
