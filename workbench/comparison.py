"""Two sides that differ in one thing, and what can be laid beside each other of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.components.v2 import component

from mer_core.attribution import METHODS
from mer_core.features import RANKINGS, comparable_models, matched_layers
from mer_core.models.loaded import LoadedModel
from mer_core.plots.attributions import map_scale
from mer_core.plots.colour import Rgb, shared_scale
from mer_core.records import AttributionRequest
from workbench import address, cached, cached_attributions, networks, selection, widgets
from workbench.attribution_map import UNDER, constant_in_words, map_background
from workbench.cached_results import study_title
from workbench.map_explorer import telling_layer
from workbench.picture_tiles import motion_image_tile
from workbench.player import STYLE as CONTROLS
from workbench.selection import ClipChoice
from workbench.tiles import PIXELS, STYLE, Tile, payload
from workbench.titles import network_title, sentence_case, weighting_title

Plane = npt.NDArray[np.floating]
CLIPS, WEIGHTINGS, NETWORKS, CHECKPOINTS = "clips", "weightings", "networks", "checkpoints"
KINDS = {
    CLIPS: "Clips",
    WEIGHTINGS: "Weightings",
    NETWORKS: "Networks",
    CHECKPOINTS: "Checkpoints",
}
IMAGE, FRAME, MAPS, ATTRIBUTION = "image", "frame", "map", "attribution"
VIEWS = {
    IMAGE: "Affective-motion image",
    FRAME: "Apex frame",
    MAPS: "Feature map",
    ATTRIBUTION: "Attribution",
}
UNTRAINED = "untrained"


@dataclass(frozen=True)
class Side:
    """A clip, a weighting and a network, and what the side is called."""

    choice: ClipChoice
    weighting: str
    model: LoadedModel
    title: str = ""


@dataclass(frozen=True, eq=False)
class Pair:
    """Tiles of both sides, and A minus B where that means something.

    Attributes:
        tiles: A and B.
        difference: A minus B on one grid; None where there is none.
        reason: Why there is none, or "".
    """

    tiles: tuple[Tile, Tile]
    difference: Plane | None
    reason: str = ""


def second_side(first: Side, kind: str, *, where: Any) -> tuple[Side, Side]:
    """Draw the choice of what B has other than A; returns both with their titles."""
    model = first.model
    match kind:
        case "clips":
            other = selection.second_clip(first.choice, where=where)
            titles = selection.clip_titles((first.choice, other))
            sides = (first, replace(first, choice=other))
        case "weightings":
            other = selection.weighting("Weighting of B", key="w2", default="linear", where=where)
            titles = [weighting_title(one) for one in (first.weighting, other)]
            sides = (first, replace(first, weighting=other))
        case "networks":
            names = [name for name in selection.image_models() if name != model.entry.name]
            other = widgets.choose(
                "Network of B", names, key="rival", titles=network_title, where=where
            )
            second = cached.network(other, first.weighting)
            titles = [model.entry.title, second.entry.title]
            sides = (first, replace(first, model=second))
        case _:
            second, title = _other_checkpoint(first, where)
            titles = [model.weights.label, title]
            sides = (first, second)
    address.pin(
        sides[1].model.entry.name, sides[1].model.entry.title, sides[1].model.weights.digest
    )
    named = [replace(s, title=sentence_case(t)) for s, t in zip(sides, titles, strict=True)]
    return named[0], named[1]


def _other_checkpoint(first: Side, where: Any) -> tuple[Side, str]:
    name = first.model.entry.name
    studies = selection.cached_results.studies_of(name)
    titles = {UNTRAINED: "Untrained", **{study: study_title(study) for study in studies}}
    chosen = widgets.choose(
        "Checkpoint of B", list(titles), key="rivalrun", titles=titles.__getitem__, where=where
    )
    held_out = None
    if chosen != UNTRAINED:
        instead = "B is the untrained network."
        held_out = networks.held_out_network(chosen, first.choice, instead=instead)
    if held_out is None:
        untrained = cached.untrained_network(name, first.model.classes)
        return replace(first, model=untrained), titles[UNTRAINED]
    return replace(first, model=held_out.model, weighting=held_out.weighting), titles[chosen]


def trained_alike(first: LoadedModel, second: LoadedModel) -> bool:
    """Return whether two networks were trained in one way, so that what differs is the network."""
    a, b = first.weights, second.weights
    return (a.kind, a.synthetic) == (b.kind, b.synthetic)


def image_pair(first: Side, second: Side) -> Pair:
    """Return the affective-motion images; their difference is one of raw sums."""
    images = [cached.image(side.choice, side.weighting) for side in (first, second)]
    tiles = [
        replace(motion_image_tile(image), title=side.title)
        for image, side in zip(images, (first, second), strict=True)
    ]
    return _paired(tiles, [image.total.mean(axis=2) for image in images])


def frame_pair(first: Side, second: Side) -> Pair:
    """Return the apex frames; their difference is one of grey levels."""
    frames = [_apex(side) for side in (first, second)]
    greys = [frame.mean(axis=2) for frame in frames]
    tiles = [
        Tile(picture=frame, values=grey, title=side.title, alt=f"Apex frame of {side.title}")
        for frame, grey, side in zip(frames, greys, (first, second), strict=True)
    ]
    return _paired(tiles, greys)


def _apex(side: Side) -> Rgb:
    recording = cached.recording(side.choice)
    numbers = recording.clip.frame_numbers
    apex = recording.apex if recording.apex in numbers else numbers[len(numbers) // 2]
    return recording.clip.frames[numbers.index(apex)]


def map_pair(first: Side, second: Side, *, where: Any) -> Pair:
    """Draw the choice of a layer, a map and a scale; return that map of both sides."""
    entry, other = first.model.entry, second.model.entry
    titles = {layer.name: layer.title for layer in entry.layers}
    alike = {one.name for one in comparable_models(entry.layers[0], entry)} | {entry.name}
    if other.name not in alike:
        stages = matched_layers([entry, other])
        titles = {pair[entry.name].name: pair[entry.name].title for pair in stages.values()}
        theirs = {pair[entry.name].name: pair[other.name].name for pair in stages.values()}
    else:
        theirs = {name: name for name in titles if any(one.name == name for one in other.layers)}
        titles = {name: title for name, title in titles.items() if name in theirs}
    name = widgets.choose(
        "Layer",
        list(titles),
        key="layer",
        default=telling_layer([entry.layer(name) for name in titles], entry.input.size[0]),
        titles=titles.__getitem__,
        where=where,
        width=320,
    )
    maps = [
        cached.maps(first.choice, first.weighting, first.model)[name],
        cached.maps(second.choice, second.weighting, second.model)[theirs[name]],
    ]
    region = cached.recording(first.choice).region
    rank = RANKINGS.get(selection.ranking(region=region is not None, where=where))
    regions = [cached.recording(side.choice).region for side in (first, second)]
    best = [
        one.top(1, rank, area)[0] if area is not None or not rank.needs_region else 0
        for one, area in zip(maps, regions, strict=True)
    ]
    same = other.name in alike and trained_alike(first.model, second.model)
    if same:
        channel = widgets.number(
            "Map", 0, len(maps[0].values) - 1, key="map", default=best[0], where=where, width=120
        )
        best = [channel, channel]
    planes = [one.values[i] for one, i in zip(maps, best, strict=True)]
    signed = any(bool((plane < 0).any()) for plane in planes)
    scales = [shared_scale(planes if same else [plane], signed=signed) for plane in planes]
    tiles = [
        Tile(
            values=plane,
            scale=scale,
            title=f"{side.title}: {one.layer.title}, map {i}",
            alt=f"Map {i} of {one.layer.title}, {side.title}, {scale.describe()}",
        )
        for plane, scale, side, one, i in zip(
            planes, scales, (first, second), maps, best, strict=True
        )
    ]
    if same:
        return _paired(tiles, planes)
    return Pair(
        (tiles[0], tiles[1]),
        None,
        "Map numbers of networks that were not trained alike have nothing to do with each other: "
        "shown is the first of each by the chosen ranking, each on its own scale.",
    )


def attribution_pair(first: Side, second: Side, *, where: Any) -> Pair:
    """Draw the choice of a method; return its maps of both sides for one class."""
    availability = [cached_attributions.available_methods(side.model) for side in (first, second)]
    usable = [
        {available.method.name: available.forwards for available in one if available.applies}
        for one in availability
    ]
    names = sorted(set(usable[0]) & set(usable[1]), key=usable[0].__getitem__)
    method = METHODS.get(
        widgets.choose(
            "Method",
            names,
            key="method",
            titles=lambda n: METHODS.get(n).title,
            where=where,
            width=260,
        )
    )
    inspections = [
        cached_attributions.inspection(s.choice, s.weighting, s.model) for s in (first, second)
    ]
    target = inspections[0].predicted
    shared = target if target in second.model.classes else None
    found = [
        cached_attributions.attribution(
            side.choice,
            side.weighting,
            side.model,
            AttributionRequest(method=method.name, target=shared),
        )
        for side in (first, second)
    ]
    planes = [np.asarray(one.values) for one in found]
    scales = [map_scale(plane, signed=one.signed) for plane, one in zip(planes, found, strict=True)]
    tiles = [
        Tile(
            picture=map_background(side.choice, inspection, UNDER[0]),
            values=plane,
            scale=scale,
            smooth=True,
            outlines=inspection.regions.masks if inspection.regions else {},
            title=f"{side.title}: {method.title} for {sentence_case(one.target)}",
            caption=constant_in_words(one, side.model) if one.constant else "",
            alt=f"{method.title} of {side.title} for {one.target}, {scale.describe()}",
        )
        for side, inspection, plane, one, scale in zip(
            (first, second), inspections, planes, found, scales, strict=True
        )
    ]
    return _paired(tiles, planes)


def _paired(tiles: list[Tile], planes: list[Plane]) -> Pair:
    pair = (tiles[0], tiles[1])
    if planes[0].shape != planes[1].shape:
        return Pair(pair, None, "The two have different sizes, so there is no difference.")
    return Pair(pair, planes[0] - planes[1])


PAIRS: Mapping[str, Any] = {
    IMAGE: lambda first, second, where: image_pair(first, second),
    FRAME: lambda first, second, where: frame_pair(first, second),
    MAPS: lambda first, second, where: map_pair(first, second, where=where),
    ATTRIBUTION: lambda first, second, where: attribution_pair(first, second, where=where),
}


def difference_tile(values: Plane, *, smooth: bool = True) -> Tile:
    """Return A minus B on a scale that is symmetric about zero."""
    scale = shared_scale([values], signed=True)
    return Tile(
        values=values,
        scale=scale,
        smooth=smooth,
        title="A minus B",
        alt=f"A minus B, {scale.describe()}",
    )


def draw_reason(pair: Pair) -> None:
    """Draw why there is no difference."""
    if pair.reason:
        st.caption(pair.reason)


HERE = Path(__file__)
HINT = (
    "Move over the pictures for values; drag to move the divider, or the picture when it is zoomed."
)
_compare = component(
    "mer_workbench_compare",
    html='<div class="mer-compare"></div>\n',
    css=STYLE + CONTROLS + HERE.with_name("compare.css").read_text("utf-8"),
    js=PIXELS + HERE.with_name("compare.js").read_text("utf-8"),
    isolate_styles=False,
)


def draw_comparison(first: Tile, second: Tile, *, key: str, unit: str = "") -> None:
    """Draw two tiles of one form; they share a colour bar where they share a scale."""
    data = {
        "tiles": [payload(first, unit=unit), payload(second, unit=unit)],
        "shared": first.scale == second.scale,
        "unit": unit,
        "hint": HINT,
    }
    _compare(key=key, data=data)
