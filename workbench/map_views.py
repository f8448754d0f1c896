"""Views of feature maps: one unit with its receptive field, and two sets of maps subtracted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.features import FeatureMaps, Ranking, comparable_models, difference
from mer_core.features.field import receptive_field
from mer_core.features.script import MapsRecipe, maps_script
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import ColourScale, shared_scale
from mer_core.plots.images import map_sheet
from mer_core.plots.picking import pickable_map
from mer_core.records import Layer
from workbench import address, cached, gestures, panels, pointing, selection
from workbench.drawings import drawn
from workbench.networks import SHIPPED, held_out_network
from workbench.picture_tiles import field_tile, map_tiles
from workbench.selection import ClipChoice
from workbench.tiles import draw_tiles

TILES = 6


def choose_layer(models: Mapping[str, LoadedModel]) -> tuple[str, Layer, DeltaGenerator]:
    """Draws the choice of a network and of one of its layers; also gives the place beside them."""
    first, second, third = st.columns([2, 3, 1])
    name = address.choose("Network", list(models), key="net", where=first)
    entry = models[name].entry
    layers = [layer.name for layer in entry.layers if layer.receptive_field]
    wanted = address.choose("Layer", layers, key="layer", default=_wide(layers), where=second)
    return name, entry.layer(wanted), third


def draw_unit(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    layer: Layer,
    maps: FeatureMaps,
    rank: Ranking,
    *,
    where: DeltaGenerator,
) -> None:
    """Draws one map of a layer, whose units can be clicked, and what the unit sees."""
    recording = cached.recording(choice)
    (first,) = maps.top(1, rank, recording.region)
    channel = address.number("Map", 0, layer.channels - 1, key="map", default=first, where=where)
    plane = maps.values[channel]
    scale = shared_scale([plane], signed=bool((plane < 0).any()))
    left, right = st.columns(2, gap="large")
    with left:
        st.caption("Click a unit of the map, or type its row and column.")
        event = panels.chart(
            partial(pickable_map, plane, scale),
            key="unit",
            on_select="rerun",
            selection_mode="points",
            alt=f"Map {channel} of {layer.title}, {scale.describe()}; click a unit",
        )
    with right:
        row, column = pointing.unit(plane.shape, clicked=gestures.clicked_unit(dict(event)))
        size = model.entry.input.size
        field = receptive_field(layer, row, column, size=size)
        image = recording.image(weighting, size=size).image
        caption = (
            f"{layer.title}: activation {plane[row, column]:.3g}. Framed is what the unit sees, "
            f"{field.bottom - field.top} × {field.right - field.left} pixels."
        )
        draw_tiles([field_tile(image, field, caption=caption)], key="field", columns=1)


def _wide(layers: list[str]) -> str:
    """The layer before the last: its units see a part of the face that means something."""
    return layers[max(len(layers) - 2, 0)]


def draw_difference(
    choice: ClipChoice, weighting: str, model: LoadedModel, layer: Layer, mine: FeatureMaps
) -> None:
    """Draws the layer's maps, those of another network or clip, and the signed difference."""
    synthetic = cached.recording(choice).clip.synthetic
    first, second, third = st.columns(3, vertical_alignment="bottom")
    kind = address.switch("Between", ("two networks", "two clips"), key="between", where=first)
    other, rival, theirs = choice, model, layer
    if kind == "two networks":
        peers = [peer.name for peer in comparable_models(layer, model.entry)]
        if not peers:
            st.info(f"No other network has a layer like {layer.title}; compare two clips instead.")
            return
        rival = _rival(choice, weighting, peers, name_at=second, run_at=third)
        theirs, title = rival.entry.layer(layer.name), rival.entry.title
    else:
        other = selection.second_clip(choice, where=second)
        title = cached.recording(other).clip.name
    found = difference(mine, cached.maps(other, weighting, rival)[theirs.name])
    top = found.order[:TILES]
    stack = [*found.first.values[top], *found.second.values[top]]
    plain = shared_scale(stack, signed=False)
    signed = shared_scale([found.values[top]], signed=True)
    titled = model.entry.title if kind == "two networks" else cached.recording(choice).clip.name
    for column, (caption, values, scale) in zip(
        st.columns(3),
        (
            (titled, found.first.values, plain),
            (title, found.second.values, plain),
            ("First minus second", found.values, signed),
        ),
        strict=True,
    ):
        column.caption(f"**{caption}**{panels.note(synthetic)}")
        draw_tiles(
            map_tiles(values, top, scale=scale, what=f"{caption}: {layer.title}, map"),
            key=f"difference {caption}",
            columns=3,
            where=column,
        )
    st.caption(
        f"{layer.title}, the {len(top)} maps that differ most. Over all {layer.channels} the rank "
        f"correlation is {found.correlation:.2f}: 1 where both answer alike whatever their gain. "
        f"{title}: {rival.weights.label}."
    )
    take_maps(choice, weighting, model, layer, found.values, top, signed, less=(other, rival))


def _rival(
    choice: ClipChoice, weighting: str, peers: list[str], *, name_at: Any, run_at: Any
) -> LoadedModel:
    """The network to compare with: of a study on this machine, or as it ships."""
    name = address.choose("and the network", peers, key="rival", where=name_at)
    run = selection.study_choice(
        "of the study", key="rivalrun", none=SHIPPED, network=name, where=run_at
    )
    held_out = held_out_network(run, choice) if run else None
    return cached.network(name, weighting) if held_out is None else held_out


def take_maps(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    layer: Layer,
    values: npt.NDArray[np.float32],
    channels: Sequence[int],
    scale: ColourScale,
    *,
    less: tuple[ClipChoice, LoadedModel] | None = None,
) -> None:
    """Draws what can be taken away of maps, or of their difference to those of `less`."""
    recipes = [_recipe(choice, weighting, model, layer)]
    stem = f"maps_{choice.key.replace('/', '-')}_{model.entry.name}_{layer.name}"
    if less is not None:
        recipes.append(_recipe(less[0], weighting, less[1], layer))
        other = less[1].entry.name if less[1] is not model else less[0].key.replace("/", "-")
        stem = f"{stem}_less_{other}"
    synthetic = any(recipe.synthetic for recipe in recipes)
    names = [f"map {channel}" for channel in channels]
    sheet = partial(map_sheet, values[list(channels)], names, columns=3, scale=scale)
    panels.take_away(
        stem,
        lambda: drawn(sheet)[0],
        array=values,
        script=maps_script(*recipes, name=f"{stem}_synthetic" if synthetic else stem),
        synthetic=synthetic,
    )


def _recipe(choice: ClipChoice, weighting: str, model: LoadedModel, layer: Layer) -> MapsRecipe:
    return MapsRecipe(
        clip=selection.clip_code(choice),
        model=model,
        weights=cached.weights_of(model),
        layer=layer.name,
        weighting=weighting,
        synthetic=cached.recording(choice).clip.synthetic or model.weights.synthetic,
    )
