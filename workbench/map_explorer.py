"""Feature maps: from a network to one unit, networks side by side, and the maps as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from mer_core.features import Ranking, matched_layers
from mer_core.features.feature_map_script import MapsRecipe, maps_script
from mer_core.features.maps import receptive_field
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import ColourScale, shared_scale
from mer_core.records import Layer
from workbench import address, cached, panels, pointing, selection, widgets
from workbench.network_diagram import draw_diagram
from workbench.networks import draw_weights
from workbench.picture_tiles import field_tile, map_tiles, motion_image_tile
from workbench.selection import ClipChoice
from workbench.tiles import Badge, Press, TileGroup, draw_groups, draw_tiles
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
            widgets.switch(
                "Network",
                tuple(named),
                key="net",
                titles=network_title,
                where=head,
            )
        ]
        entry = model.entry
        layers = [layer.name for layer in entry.layers]
        widgets.drop_if_invalid("layer", layers)
        name = widgets.choose(
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
    channel = widgets.number(
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


def export_maps(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    layer: Layer,
    values: npt.NDArray[np.float32],
    channels: Sequence[int],
    scale: ColourScale,
) -> None:
    """Draw the export of maps."""
    recipe = _recipe(choice, weighting, model, layer)
    stem = f"maps_{choice.key.replace('/', '-')}_{model.entry.name}_{layer.name}"
    panels.export(
        stem,
        partial(_sheet, values, channels, scale, recipe.synthetic),
        array=values,
        script=maps_script(recipe, name=f"{stem}_synthetic" if recipe.synthetic else stem),
        synthetic=recipe.synthetic,
    )


def _sheet(
    values: npt.NDArray[np.float32], channels: Sequence[int], scale: ColourScale, synthetic: bool
) -> bytes:
    """Return maps as a figure for print, three to a row."""
    # Matplotlib takes half a second to load, and only who exports a picture needs it.
    from mer_core.plots.static import ONE_COLUMN
    from mer_core.plots.static.tiles import Tile, TileBlock, tile_figure

    tiles = [Tile(values=values[channel], caption=f"map {channel}") for channel in channels]
    rows = [tiles[start : start + 3] for start in range(0, len(tiles), 3)]
    block = TileBlock(rows=rows, scale=scale)
    return tile_figure([[block]], synthetic=synthetic, width=ONE_COLUMN).png


def _recipe(choice: ClipChoice, weighting: str, model: LoadedModel, layer: Layer) -> MapsRecipe:
    return MapsRecipe(
        clip=selection.clip_code(choice),
        model=model,
        weights=cached.weights_of(model),
        layer=layer.name,
        weighting=weighting,
        synthetic=cached.recording(choice).clip.synthetic or model.weights.synthetic,
    )


MATCHED_TILES = 6


@address.page_part
def draw_matched(
    choice: ClipChoice, weighting: str, models: Sequence[LoadedModel], rank: Ranking
) -> None:
    """Draw the leading maps of each network's layer, and behind one button their exports."""
    stages = matched_layers([model.entry for model in models])
    if not stages:
        st.info("These networks have no resolution in common outside their branches.")
        return
    stage = widgets.choose(
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
        chosen = found.top(MATCHED_TILES, rank, region)
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
