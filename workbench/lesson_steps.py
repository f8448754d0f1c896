"""The steps of the guided path: a few sentences, a live view, a question, its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS, partial_ami
from mer_core.attribution import METHODS
from mer_core.attribution.baselines import BASELINES
from mer_core.attribution.localisation import METRICS
from mer_core.features.field import receptive_field
from mer_core.models.catalog import branched_models
from mer_core.plots.answers import epoch_curves
from mer_core.plots.attributions import map_scale
from mer_core.protocols.peeking import peeking
from mer_core.seeding import generator
from workbench import address, cached, panels, pointing, selection
from workbench.asked import Asked
from workbench.picture_tiles import (
    attribution_tile,
    displacement_tile,
    field_tile,
    frame_tiles,
    motion_image_tile,
)
from workbench.selection import ClipChoice
from workbench.tiles import draw_tiles

STRIP = 7


@dataclass(frozen=True)
class Lesson:
    """One step: `name` stands in links, `draw` shows the view, question and answer."""

    name: str
    title: str
    draw: Callable[[], None]


def _reveal(lesson: str, question: str) -> bool:
    """Draws the question; whether the reader wants its answer."""
    st.markdown(f"### :material/help: {question}")
    return address.toggle("Show the answer", key=f"answer.{lesson}", default=False)


def micro_expression() -> None:
    """Short, slight, and over before you have looked."""
    choice, recording = _example()
    clip = recording.expression
    st.markdown(
        "A micro-expression is the whole of a facial expression in a fraction of a second, and "
        "so slight that most people see nothing. Below, a generated face makes one: first at "
        "the speed of life, then slowed down. Look before you open the answer."
    )
    at_speed, slowed = st.columns(2, gap="large")
    rate = recording.clip.fps or panels.SLOW
    with at_speed:
        panels.movie(choice, rate, f"At {rate:g} frames per second, as it happened. Synthetic.")
    with slowed:
        panels.movie(choice, panels.SLOW, f"At {panels.SLOW} frames per second. Synthetic.")
    if not _reveal("micro-expression", "Which part of the face moved, for how long, and how far?"):
        return
    truth = recording.truth
    if truth is None or not len(truth.masks):
        st.markdown("Nothing moved: this face was at rest. Choose another emotion above.")
        return
    motion = np.linalg.norm(truth.displacement, axis=2)
    tile = displacement_tile(recording, caption="How far the skin has moved at the apex.")
    place, _ = st.columns([1, 2])
    draw_tiles([tile] if tile else [], key="moved", columns=1, unit="px", where=place)
    length = f"{1000 * len(clip) / rate:.0f} ms" if rate else f"{len(clip)} frames"
    st.markdown(
        f"{', '.join(truth.action_units)}, for {length}, by at most {motion.max():.1f} pixels of "
        f"{motion.shape[1]}. An action unit is the name that the Facial Action Coding System "
        "gives to what one muscle or group of muscles does to a face."
    )


def one_image() -> None:
    """Frames, weighted and summed."""
    _, recording = _example()
    clip = recording.expression
    numbers = list(clip.frame_numbers)
    st.markdown(
        "A network for pictures wants one picture. Each frame gets a weight, early ones other "
        "than late ones, and the sum of all is the affective-motion image. What stays equal in "
        "all frames is weighed by the sum of the weights; what changes leaves its trace. "
        "Move the end of the range and watch the image grow."
    )
    picks = np.linspace(0, len(clip) - 1, min(STRIP, len(clip))).round().astype(int)
    shown = frame_tiles([clip.frames[i] for i in picks], [numbers[i] for i in picks])
    draw_tiles(shown, key="frames shown", columns=STRIP)
    first, last = pointing.frame_range(numbers, brushed=None)
    for column, weighting in zip(st.columns(len(WEIGHTINGS)), WEIGHTINGS, strict=True):
        part = partial_ami(clip, first=first, last=last, weighting=weighting.name)
        words = f"Frames {first} to {last}; weights sum to {weighting.sums_to}."
        tile = motion_image_tile(part, caption=words)
        draw_tiles([tile], key=f"image {weighting.name}", columns=1, where=column)
    if _reveal(
        "one-image", "Why does the face stay visible in some of these images and vanish in others?"
    ):
        kept = [entry.title for entry in WEIGHTINGS if entry.keeps_appearance]
        st.markdown(
            "Because of what the weights sum to. A pixel that never changes contributes its "
            f"brightness times that sum: nothing where it is 0. With {' and '.join(kept).lower()} "
            "weights the appearance stays, so a network can also learn who is in the picture. "
            "The paper's formula can be read in both ways, which is why this workbench names both."
        )


def kernels() -> None:
    """Four widths of looking."""
    choice, recording = _example()
    entry = branched_models()[0]
    model = cached.network(entry.name)
    branches = entry.branches()
    st.markdown(
        f"{entry.title} looks through {len(branches)} kernels of different size side by side. A "
        "small one sees an edge, a large one what lies on both sides of it. Each box below is all "
        "that one unit of that branch can see; move the unit over the face."
    )
    st.caption(f"**{model.weights.label}**")
    parts = [layer.name.rsplit(".", 1)[-1] for layer in branches[next(iter(branches))]]
    level = parts.index(address.choose("Layer", parts, key="part", default=parts[-1]))
    maps = cached.maps(choice, model.entry.input.weighting, model)
    shapes = {name: maps[layers[level].name].values.shape[1:] for name, layers in branches.items()}
    rows, columns = next(iter(shapes.values()))
    down, across = st.columns(2)
    row = address.number("Row", 0, rows - 1, key="row", default=rows * 2 // 3, where=down)
    column = address.number(
        "Column", 0, columns - 1, key="column", default=columns // 2, where=across
    )
    image = recording.image(model.entry.input.weighting, size=entry.input.size).image
    for place, (branch, layers) in zip(st.columns(len(branches)), branches.items(), strict=True):
        layer, (height, width) = layers[level], shapes[branch]
        unit = (min(row, height - 1), min(column, width - 1))
        field = receptive_field(layer, *unit, size=entry.input.size)
        words = f"{branch}: {field.bottom - field.top} × {field.right - field.left} pixels"
        tile = field_tile(image, field, caption=words)
        draw_tiles([tile], key=f"field {branch}", columns=1, where=place)
    if _reveal("kernels", "Which of them can tell a raised mouth corner from a raised cheek?"):
        sides = {name: layers[level].receptive_field for name, layers in branches.items()}
        st.markdown(
            "One that sees both at once. Here the fields are "
            + ", ".join(f"{side} pixels for {name}" for name, side in sides.items())
            + f" of {entry.input.size[0]}. A branch that sees only a few pixels knows an edge has "
            "moved, and not whose. The wide one pays for its view with detail. Whether four are "
            "better than one is a question for the ablations on the Results and Paper pages, not "
            "for a picture."
        )


def attribution() -> None:
    """A map that looks convincing may be no map of the network at all."""
    choice, recording = _example()
    entry = branched_models()[0]
    model = cached.network(entry.name)
    look = cached.inspection(choice, model.entry.input.weighting, model)
    st.markdown(
        "An attribution says which pixels mattered for an answer. It is a picture over a face, "
        "and pictures over faces convince. One of these maps comes from a network; the others "
        "were made without any."
    )
    quick = min(
        (o for o in cached.offers(model) if o.applies and o.method.needs_layer),
        key=lambda offer: offer.forwards,
    )
    found = cached.attribution(
        choice, model.entry.input.weighting, model, Asked(method=quick.method.name)
    )
    candidates = {"network": np.asarray(found.values)} | look.baselines()
    order = list(candidates)
    generator(sum(choice.key.encode()), "lesson order").shuffle(order)
    base = recording.image(model.entry.input.weighting).image
    regions = look.regions.masks if look.regions is not None else {}
    letters = dict(zip("ABCDEFGH", order, strict=False))
    for column, (letter, name) in zip(st.columns(len(order)), letters.items(), strict=True):
        values = candidates[name]
        scale = map_scale(values, signed=False)
        tile = attribution_tile(
            base, values, scale, regions=regions, alt=f"Map {letter}", title=f"Map {letter}"
        )
        draw_tiles([tile], key=f"map {letter}", columns=1, where=column)
    if not _reveal("attribution", "Which of them is the network's?"):
        return
    titles = BASELINES | {
        "network": f"{METHODS.get(found.method).title} of {entry.title}, {model.weights.label}"
    }
    metric = METRICS.get("mass")
    scores = {name: look.localise(values) for name, values in candidates.items()}
    st.markdown(
        "\n".join(
            f"- **{letter}** is {titles[name]}"
            + (
                f": {metric.title.lower()} {score.scores[metric.name].normalised:.2f} times chance"
                if (score := scores[name]) is not None
                else ""
            )
            for letter, name in letters.items()
        )
    )
    st.markdown(
        "A map explains a network only if it changes when the network does, and finds more than "
        "plain motion finds. Every map on the Attributions page carries a card that asks this."
    )
    st.page_link("app_pages/attributions.py", label="Go to Attributions")


def leak() -> None:
    """The best of many guesses is not skill."""
    st.markdown(
        "Training runs for many epochs. Somebody looks at the held-out subject after each and "
        "keeps the epoch that scores best there. It feels like choosing a good model. Here the "
        "networks know nothing at all: each answer is a throw of dice."
    )
    place = st.columns(4)
    classes = address.number("Classes", 2, 8, key="classes", default=4, where=place[0])
    subjects = address.number("Subjects", 2, 60, key="people", default=26, where=place[1])
    clips = address.number("Clips of each", 1, 40, key="each", default=9, where=place[2])
    epochs = address.number("Epochs", 1, 200, key="epochs", default=60, where=place[3])
    found = peeking(subjects=subjects, clips=clips, classes=classes, epochs=epochs)
    panels.chart(
        partial(
            epoch_curves,
            {
                "reported by whoever keeps the best epoch": found.running,
                "the same networks, honestly": found.accuracies.mean(axis=0),
            },
            chance=1 / classes,
        ),
        key="leak",
        alt=f"After {epochs} epochs: {found.leaked:.0%} with the leak, {found.honest:.0%} without, "
        f"chance {1 / classes:.0%}",
    )
    if _reveal("leak", "How good are these networks?"):
        st.markdown(
            f"They guess: {found.honest:.0%}, and chance is {1 / classes:.0%}. Yet keeping the "
            f"best epoch reports **{found.leaked:.0%}**. The fewer clips a subject has and the "
            "more often one looks, the higher it rises. Published code for this task has done "
            "exactly this. Here, choosing on test data is refused everywhere but in the control "
            "that measures what it is worth."
        )


LESSONS = (
    Lesson("micro-expression", "What is a micro-expression?", micro_expression),
    Lesson("one-image", "One image from many frames", one_image),
    Lesson("kernels", "Why four kernel sizes?", kernels),
    Lesson("attribution", "Reading an attribution", attribution),
    Lesson("leak", "How a leak fools you", leak),
)


def _example() -> tuple[ClipChoice, cached.Recording]:
    choice = selection.clip_choice()
    return choice, cached.recording(choice)
