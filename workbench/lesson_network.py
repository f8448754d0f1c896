"""Steps about networks: what they see, what they predict, and how to doubt a map."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mer_core.attribution import METHODS
from mer_core.attribution.control_maps import CONTROL_MAPS
from mer_core.attribution.localisation import METRICS
from mer_core.features.maps import receptive_field
from mer_core.lessons import agreement
from mer_core.models.catalog import branched_models, compared_models
from mer_core.models.shipped import shown_weighting
from mer_core.plots.attributions import map_scale
from mer_core.records import AttributionRequest
from mer_core.seeding import generator
from workbench import cached, cached_attributions, widgets
from workbench.lesson import answer, ask, example
from workbench.networks import PredictionView, draw_weights
from workbench.picture_tiles import attribution_tile, field_tile, motion_image_tile
from workbench.tiles import draw_tiles
from workbench.titles import kernel_title, sentence_case


def kernels() -> None:
    """Four widths of looking."""
    choice, recording = example()
    entry = branched_models()[0]
    model = cached.network(entry.name)
    branches = entry.branches()
    st.markdown(
        f"{entry.title} looks through {len(branches)} kernels of different size side by side. A "
        "small one sees an edge, a large one what lies on both sides of it. Each box below is all "
        "that one unit of that branch can see; move the unit over the face."
    )
    draw_weights(model)
    parts = [layer.name.rsplit(".", 1)[-1] for layer in branches[next(iter(branches))]]
    level = parts.index(
        widgets.choose("Layer", parts, key="part", default=parts[-1], titles=sentence_case)
    )
    maps = cached.maps(choice, model.entry.input.weighting, model)
    shapes = {name: maps[layers[level].name].values.shape[1:] for name, layers in branches.items()}
    rows, columns = next(iter(shapes.values()))
    down, across = st.columns(2)
    row = widgets.number("Row", 0, rows - 1, key="row", default=rows * 2 // 3, where=down)
    column = widgets.number(
        "Column", 0, columns - 1, key="column", default=columns // 2, where=across
    )
    image = recording.image(model.entry.input.weighting, size=entry.input.size).image
    for place, (branch, layers) in zip(st.columns(len(branches)), branches.items(), strict=True):
        layer, (height, width) = layers[level], shapes[branch]
        unit = (min(row, height - 1), min(column, width - 1))
        field = receptive_field(layer, *unit, size=entry.input.size)
        tall, wide = field.bottom - field.top, field.right - field.left
        seen = f"{tall} × {wide} pixels"
        if min(tall, wide) < (layer.receptive_field or 0):
            seen += f", cut off by the border from {layer.receptive_field}"
        tile = field_tile(image, field, caption=f"{kernel_title(branch)}: {seen}")
        draw_tiles([tile], key=f"field {branch}", columns=1, where=place)
    if ask("kernels", [kernel_title(name) for name in branches]):
        sides = {name: layers[level].receptive_field for name, layers in branches.items()}
        answer(
            "kernels",
            fields=", ".join(
                f"{side} pixels for {kernel_title(name)}" for name, side in sides.items()
            ),
            side=str(entry.input.size[0]),
        )


def attribution() -> None:
    """A map that looks convincing may be no map of the network at all."""
    choice, recording = example()
    entry = branched_models()[0]
    model = cached.network(entry.name)
    inspection = cached_attributions.inspection(choice, model.entry.input.weighting, model)
    st.markdown(
        "An attribution says which pixels mattered for an answer. It is a picture over a face, "
        "and pictures over faces convince. One of these maps comes from a network; the others "
        "were made without any."
    )
    quick = min(
        (
            o
            for o in cached_attributions.available_methods(model)
            if o.applies and o.method.needs_layer
        ),
        key=lambda available: available.forwards,
    )
    found = cached_attributions.attribution(
        choice, model.entry.input.weighting, model, AttributionRequest(method=quick.method.name)
    )
    candidates = {"network": np.asarray(found.values)} | inspection.distinct_control_maps()
    order = list(candidates)
    generator(sum(choice.key.encode()), "lesson order").shuffle(order)
    base = recording.image(model.entry.input.weighting).image
    regions = inspection.regions.masks if inspection.regions is not None else {}
    letters = dict(zip("ABCDEFGH", order, strict=False))
    for column, (letter, name) in zip(st.columns(len(order)), letters.items(), strict=True):
        values = candidates[name]
        scale = map_scale(values, signed=False)
        tile = attribution_tile(
            base, values, scale, regions=regions, alt=f"Map {letter}", title=f"Map {letter}"
        )
        draw_tiles([tile], key=f"map {letter}", columns=1, where=column)
    letters_shown = [f"Map {letter}" for letter in letters]
    if not ask("attribution", letters_shown, about=choice):
        return
    titles = CONTROL_MAPS | {
        "network": f"{METHODS.get(found.method).title} of {entry.title}, {model.weights.label}"
    }
    metric = METRICS.get("mass")
    scores = {name: inspection.localise(values) for name, values in candidates.items()}
    answer(
        "attribution",
        maps="\n".join(
            f"- **{letter}** is {titles[name]}"
            + (
                f": {metric.title.lower()} {score.scores[metric.name].normalised:.2f} times chance"
                if (score := scores[name]) is not None
                else ""
            )
            for letter, name in letters.items()
        ),
    )
    st.markdown("Every map on the Attributions page carries sanity checks that ask both.")
    st.page_link("app_pages/attributions.py", label="Go to Attributions")


def prediction() -> None:
    """One network, one answer."""
    choice, recording = example()
    entry = branched_models()[0]
    model = cached.network(entry.name)
    weighting = model.entry.input.weighting
    image, words = st.columns([1, 2], gap="large")
    with image:
        draw_tiles([motion_image_tile(cached.image(choice, weighting))], key="seen", columns=1)
    with words:
        st.markdown(
            f"This image is all that {entry.title} is given. It knows {len(model.classes)} "
            "classes, and has to choose one whatever it sees. What would you choose?"
        )
        draw_weights(model)
        classes = [sentence_case(name) for name in model.classes]
        if ask("prediction", classes, about=choice):
            shares = cached_attributions.inspection(choice, weighting, model).answer
            PredictionView(model, shares, recording.label).draw()
            answer("prediction")


def three_networks() -> None:
    """The same clip, asked three times."""
    choice, recording = example()
    entries = compared_models()
    st.markdown(
        f"{', '.join(entry.title for entry in entries)} look at the same image. They have "
        "different sizes and were trained on the same clips. Will they agree?"
    )
    draw_tiles(
        [motion_image_tile(cached.image(choice, shown_weighting()))],
        key="seen",
        columns=4,
    )
    if not ask("three-networks", about=choice):
        return
    predicted = []
    for column, entry in zip(st.columns(len(entries), gap="large"), entries, strict=True):
        model = cached.network(entry.name)
        shares = cached_attributions.inspection(choice, model.entry.input.weighting, model).answer
        view = PredictionView(model, shares, recording.label)
        view.draw(where=column)
        predicted.append(view.predicted)
    answer("three-networks", agreeing=agreement(predicted))
