"""Panels of a clip of one's own: its crop, its motion over time, and what networks make of it.

Everything is kept in the session of one reader; no cache that others share holds any of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial

import numpy as np
import streamlit as st
import torch

from mer_core.attribution.recording import explain_recording
from mer_core.errors import MerError
from mer_core.faces import Alignment, FaceSearch
from mer_core.features import RANKINGS, feature_maps
from mer_core.flow.spotting import STILL
from mer_core.inputs import Recording, recording_input
from mer_core.inputs.answers import Answer, answer_of
from mer_core.inputs.clip_changes import CHANGES_IN_WORDS
from mer_core.inputs.own_clip import OwnClip, between
from mer_core.inputs.prediction import ClipPrediction, predict
from mer_core.inputs.refusals import Refusal
from mer_core.models.loaded import LoadedModel
from mer_core.plots.answers import probability_bars
from mer_core.plots.colour import shared_scale
from mer_core.plots.curves import share_curve
from workbench import address, gestures, panels, pointing
from workbench.picture_tiles import attribution_tile, map_tiles, motion_image_tile
from workbench.tiles import Tile, draw_tiles
from workbench.titles import sentence_case

MAPS = 6
_METHOD = "grad-cam"


def choose_square(found: OwnClip) -> tuple[int, Alignment | None]:
    """Draw the frame with the square that is cut out, the choice of face, and its adjustment."""
    people = found.people
    if people is None:
        st.caption("Frames are used whole.")
        return 0, None
    person = _choose_person(people)
    square = people.person(person).alignment
    with st.popover("Adjust the crop", icon=":material/crop_rotate:"):
        zoom = address.number("Zoom, %", 40, 250, key="zoom", default=100)
        right = address.number("Right, % of its width", -50, 50, key="right", default=0)
        down = address.number("Down, % of its height", -50, 50, key="down", default=0)
        turn = address.number("Turn, degrees", -45, 45, key="turn", default=0)
    adjusted = square.adjusted(zoom=zoom / 100, right=right / 100, down=down / 100, degrees=turn)
    frame = next(iter(found.source.at([0])))[1]
    box = adjusted.box.within(frame.shape)
    tile = Tile(
        picture=frame,
        box=(box.y, box.x, box.y + box.height, box.x + box.width),
        caption=f"turned by {adjusted.degrees:.0f} degrees, one crop for all frames",
        alt=f"The first frame; the crop spans columns {box.x} to {box.x + box.width} and rows "
        f"{box.y} to {box.y + box.height}",
    )
    draw_tiles([tile], key="square", columns=1)
    return person, adjusted


def _choose_person(people: FaceSearch) -> int:
    count = len(people.people)
    if count < 2:
        return 0
    names = [f"face {place + 1}" for place in range(count)]
    return names.index(address.switch("Which face?", names, key="face"))


def choose_interval(recording: Recording) -> Recording:
    """Draw the motion over time with the proposed intervals; a brush or the numbers move them."""
    curve = recording.curve
    candidates = curve.candidates()
    picked = panels.chart(
        partial(
            share_curve,
            curve.numbers,
            {"face": curve.values},
            key_frames=recording.key_frames,
            title="motion, %",
            brush=True,
        ),
        key="own motion",
        on_select="rerun",
        selection_mode="box",
        alt=f"Motion of the face over {len(curve.numbers)} frames, at most "
        f"{curve.values.max():.1f} % of the distance between the eyes",
    )
    st.caption(
        f"Motion of brows, cheeks, nose and mouth beyond that of the head (optical flow, He 2021). "
        f"A resting face stays below {STILL} %. Drag over the curve to choose frames."
    )
    if len(candidates) > 1:
        place = st.container(horizontal=True)
        for number, one in enumerate(candidates[:5], start=1):
            place.button(
                f"{number}. frames {one.onset} to {one.offset}, {one.strength:.1f} %",
                on_click=address.set_widget,
                args=("frames", (one.onset, one.offset)),
                key=f"candidate {number}",
            )
    kept = recording.clip.frame_numbers
    first, last = pointing.frame_range(kept, brushed=gestures.brushed_range(dict(picked)))
    if (first, last) == (recording.onset, recording.offset):
        return recording
    return between(recording, first, last)


def draw_refusals(refusals: Sequence[Refusal]) -> None:
    """Draw why no network is believed."""
    said = "\n".join(f"- {sentence_case(refusal.reason)}." for refusal in refusals)
    st.warning(f"**No answer.**\n{said}", icon=":material/block:")


def draw_networks(
    models: Sequence[LoadedModel],
    recording: Recording,
    weighting: str,
    identity: Hashable,
) -> None:
    """Draw each network's answer, feature maps and attribution of the clip, side by side."""
    for column, model in zip(st.columns(max(len(models), 3), gap="medium"), models, strict=False):
        with column:
            st.subheader(model.entry.title)
            address.pin(model.entry.name, model.entry.title, model.weights.digest)
            st.caption(model.weights.label)
            try:
                _draw_network(model, recording, weighting, (identity, model.digest, weighting))
            except MerError as error:
                panels.refusal(error)


def _draw_network(
    model: LoadedModel, recording: Recording, weighting: str, identity: Hashable
) -> None:
    name = model.entry.name
    answer = address.session_value(
        f"own clip answer {name}", identity, lambda: predict(recording, model, weighting=weighting)
    )
    changed = address.session_value(
        f"own clip changes {name}",
        identity,
        lambda: answer_of(model, recording, weighting=weighting),
    )
    _draw_answer(answer, changed)
    seen = recording_input(recording, model.entry.input, weighting=weighting)[None]
    maps = address.session_value(
        f"own clip maps {name}", identity, lambda: feature_maps(model, torch.from_numpy(seen))
    )
    layers = [layer for layer in model.entry.layers if layer.name in maps]
    layer = layers[len(layers) // 2]
    values = maps[layer.name].values
    chosen = maps[layer.name].top(MAPS, next(iter(RANKINGS)))
    scale = shared_scale([values[chosen]], signed=bool((values[chosen] < 0).any()))
    st.caption(f"**Feature maps**, {layer.title}")
    draw_tiles(
        map_tiles(values, chosen, scale=scale, what=f"{model.entry.title}, map"),
        key=f"own clip maps drawn {name}",
        columns=3,
    )
    found = address.session_value(
        f"own clip attribution {name}",
        identity,
        lambda: explain_recording(model, recording, method=_METHOD, weighting=weighting),
    )
    st.caption(f"**Grad-CAM** for {sentence_case(found.target)}")
    ground = recording.image(weighting, size=model.entry.input.size).image
    tile = attribution_tile(
        ground,
        found.values,
        shared_scale([found.values], signed=found.signed),
        alt=f"Grad-CAM of {model.entry.title} for {found.target}",
    )
    draw_tiles([tile], key=f"own clip attribution drawn {name}", columns=1)


def _draw_answer(answer: ClipPrediction, changed: Answer) -> None:
    if answer.refusals:
        draw_refusals(answer.refusals)
    shares = dict(answer.probabilities)
    spans = {name: changed.span(name) for name in shares}
    with st.expander("What the classes would get", expanded=not answer.refusals):
        panels.chart(
            partial(probability_bars, shares, spans),
            key=f"own clip shares {answer.model}",
            alt="; ".join(
                f"{name} {shares[name]:.0%}, {low:.0%} to {high:.0%}"
                for name, (low, high) in spans.items()
            ),
        )
        st.markdown(
            f"**{changed.predicted}**, {shares[changed.predicted]:.0%}. The same answer after "
            f"{changed.agreement:.0%} of {len(changed.variants)} changes that should not matter "
            f"({CHANGES_IN_WORDS})."
        )
    for mark in answer.marks:
        st.caption(f":material/info: {sentence_case(mark)}.")
    if answer.calibrated_on:
        st.caption(f"Probabilities are {answer.calibrated_on}.")


def draw_image(recording: Recording, weighting: str) -> None:
    """Draw the motion image of the chosen frames, with its file."""
    image = recording.image(weighting)
    draw_tiles([motion_image_tile(image)], key="own clip image", columns=1)
    panels.downloads(
        "your_clip_ami",
        image.image,
        array=np.asarray(image.total),
        synthetic=recording.clip.synthetic,
    )
