"""From a network to one unit: the diagram, a layer's maps, one map, what its unit sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from mer_core.features import Ranking
from mer_core.features.maps import receptive_field
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import shared_scale
from mer_core.records import Layer
from workbench import address, cached, pointing
from workbench.map_export import export_maps
from workbench.network_diagram import draw_diagram
from workbench.picture_tiles import field_tile, map_tiles, motion_image_tile
from workbench.prediction_view import draw_weights
from workbench.selection import ClipChoice
from workbench.tiles import Press, draw_tiles
from workbench.titles import network_title

TILES = 12
_CELLS = 14


@address.page_part
def draw_explorer(
    choice: ClipChoice, weighting: str, models: Sequence[LoadedModel], rank: Ranking
) -> None:
    """Draw the input, the diagram, and below them what has been pressed."""
    recording = cached.recording(choice)
    named = {model.entry.name: model for model in models}
    seen, network = st.columns([1, 4], gap="large")
    with network:
        head = st.container(horizontal=True, vertical_alignment="bottom")
        model = named[
            address.switch(
                "Network",
                tuple(named),
                key="net",
                titles=network_title,
                where=head,
            )
        ]
        entry = model.entry
        layers = [layer.name for layer in entry.layers]
        address.drop_if_invalid("layer", layers)
        name = address.choose(
            "Layer",
            layers,
            key="layer",
            default=telling_layer(entry.layers, entry.input.size[0]),
            titles=lambda name: entry.layer(name).title,
            where=head,
            width=300,
        )
        draw_diagram(
            entry, key="diagram", current=name, on_layer=lambda n: address.set_widget("layer", n)
        )
        note = st.container(horizontal=True)
        note.caption("Press a layer to see its maps.", width="content")
        draw_weights(model, where=note)
    with seen:
        image = motion_image_tile(cached.image(choice, weighting), title="What the network sees")
        outlined = {} if recording.region is None else {"moving region": recording.region}
        draw_tiles([replace(image, outlines=outlined)], key="input", columns=1)
        if outlined:
            st.caption("Outlined is what the expression moves.")
    layer = entry.layer(name)
    found = cached.maps(choice, weighting, model)[name]
    region = recording.region
    top = found.top(TILES, rank, region if rank.needs_region else None)
    channel = address.number(
        "Map",
        0,
        layer.channels - 1,
        key="map",
        default=top[0],
        width=100,
        where=head,
    )
    values = found.values
    scale = shared_scale([values[top]], signed=bool((values[top] < 0).any()))
    tiles, single, field = st.columns([2, 1, 1], gap="large")
    with tiles:
        st.markdown(f"**{layer.title}**: {len(top)} of {layer.channels} maps. Press one.")
        draw_tiles(
            map_tiles(values, top, scale=scale, what=f"{layer.title}, map"),
            key="layer maps",
            columns=6,
            least=72,
            press="Look at one map",
            current=str(channel),
            on_press=_choose_map,
        )
        export_maps(choice, weighting, model, layer, values, top, scale)
    with single:
        st.markdown(f"**Map {channel}**. Press a unit.")
        (one,) = map_tiles(values, [channel], what=f"{layer.title}, map")
        draw_tiles([one], key="unit", columns=1, press="Choose a unit", on_press=_choose_unit)
    with field:
        if layer.receptive_field is None:
            st.caption("What a unit of this layer sees is not known.")
            return
        row, column = pointing.unit(values.shape[1:], default=_strongest(values[channel]))
        size = entry.input.size
        box = receptive_field(layer, row, column, size=size)
        words = (
            f"Activation {values[channel, row, column]:.3g}. The unit sees "
            f"{box.bottom - box.top} × {box.right - box.left} pixels."
        )
        picture = recording.image(weighting, size=size).image
        draw_tiles([field_tile(picture, box, caption=words)], key="field", columns=1)


def _choose_map(press: Press) -> None:
    """Show a map, and of it the unit that responds most."""
    address.set_widget("map", int(press.name))
    for key in ("row", "column"):
        address.forget(key)


def _strongest(plane: npt.NDArray[np.floating]) -> tuple[int, int]:
    row, column = np.unravel_index(int(np.abs(plane).argmax()), plane.shape)
    return int(row), int(column)


def _choose_unit(press: Press) -> None:
    address.set_widget("row", press.row)
    address.set_widget("column", press.column)


def telling_layer(layers: Sequence[Layer], size: int) -> str:
    """Return the last layer whose maps are fine enough to recognise a face in."""
    fine = [layer for layer in layers if -(-size // layer.stride) >= _CELLS]
    return (fine or layers)[-1].name
