"""Panels of a clip of one's own: its crop, its motion over time, and what networks make of it.

Everything is kept in the session of one reader; no cache that others share holds any of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st
import torch

from mer_core.attribution import DEFAULT_METHOD, METHODS
from mer_core.attribution.recording import explain_recording
from mer_core.errors import MerError
from mer_core.faces import Alignment, FaceSearch
from mer_core.features import RANKINGS, FeatureMaps, feature_maps, matched_layers
from mer_core.flow.spotting import STILL
from mer_core.inputs import Recording, recording_input
from mer_core.inputs.clip_changes import CHANGES_IN_WORDS
from mer_core.inputs.own_clip import OwnClip, between
from mer_core.inputs.prediction import ClipPrediction, predict
from mer_core.inputs.recording import stabilised
from mer_core.inputs.refusals import Refusal
from mer_core.inputs.robustness import Robustness, measure_robustness
from mer_core.models.loaded import LoadedModel
from mer_core.plots.attributions import map_scale
from mer_core.plots.bars import probability_bars
from mer_core.plots.colour import shared_scale
from mer_core.plots.curves import share_curve
from workbench import address, panels, pointing, selection
from workbench.attribution_map import UNDER, constant_in_words
from workbench.networks import PredictionView, columns, draw_weights
from workbench.picture_tiles import attribution_tile, map_tiles, motion_image_tile
from workbench.tiles import Tile, draw_tiles
from workbench.titles import sentence_case

MAPS = 6


@dataclass(frozen=True)
class DisplaySettings:
    """Settings of what is shown of every network.

    Attributes:
        stage: Resolution of the feature maps; "" takes a layer in the middle of each network.
        ranking: Name of the ranking of maps.
        method: Name of the attribution method.
        under: Picture under attributions.
        anyway: Whether an answer is given where it would be withheld.
    """

    stage: str
    ranking: str
    method: str
    under: str
    anyway: bool


def choose_square(found: OwnClip) -> tuple[int, Alignment | None]:
    """Draw the frame with the square that is cut out, the choice of face, and its adjustment."""
    people = found.people
    if people is None:
        st.caption("Frames are used whole.")
        return 0, None
    person = _choose_person(people)
    square = people.person(person).alignment
    number = people.person(person).numbers[0]
    with st.popover("Adjust the crop", icon=":material/crop_rotate:"):
        zoom = address.number("Zoom, %", 40, 250, key="zoom", default=100)
        right = address.number("Right, % of its width", -50, 50, key="right", default=0)
        down = address.number("Down, % of its height", -50, 50, key="down", default=0)
        turn = address.number("Turn, degrees", -45, 45, key="turn", default=0)
    adjusted = square.adjusted(zoom=zoom / 100, right=right / 100, down=down / 100, degrees=turn)
    frame = next(iter(found.source.at([found.source.numbers.index(number)])))[1]
    whole = Tile(
        picture=frame,
        outlines={"crop": adjusted.mask(frame.shape)},
        caption=f"frame {number}; the square is turned by {round(adjusted.degrees)} degrees",
        alt=f"Frame {number} with the square around the face outlined",
    )
    cut = Tile(
        picture=adjusted.apply(frame),
        caption=f"cut out alike from all frames, {adjusted.side} pixels wide",
        alt="The aligned face",
    )
    _draw([whole, cut], key="square", columns=2)
    return person, adjusted


def _draw(tiles: Sequence[Tile], *, key: str, columns: int) -> None:
    """Draw tiles that are kept for nobody else."""
    draw_tiles([replace(tile, shared=False) for tile in tiles], key=key, columns=columns)


def _choose_person(people: FaceSearch) -> int:
    count = len(people.people)
    if count < 2:
        return 0
    names = [f"face {place + 1}" for place in range(count)]
    return names.index(address.switch("Which face?", names, key="face"))


def follow(found: OwnClip, person: int, square: Alignment | None) -> Recording:
    """Follow the face through the clip, with a bar where that takes long."""
    place = st.empty()

    def show(done: int, total: int) -> None:
        if done % -(-total // 100) == 0:
            place.progress(done / total, text=f"Searching frame {done} of {total} for motion")

    with st.spinner("Following the face through the clip"):
        recording = found.recording(person=person, alignment=square, progress=show)
    place.empty()
    return recording


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
        shared=False,
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
    first, last = pointing.frame_range(kept, brushed=pointing.brushed_range(dict(picked)))
    if (first, last) == (recording.onset, recording.offset):
        return recording
    return between(recording, first, last)


def draw_image(
    recording: Recording, weighting: str, identity: Hashable, *, stabilise: bool
) -> Recording:
    """Draw the motion image, and if asked for that with head motion undone; return what is seen."""
    image = recording.image(weighting)
    tiles = [motion_image_tile(image)]
    steady = recording
    if stabilise:
        with st.spinner("Following the head"):
            steady, motions = address.session_value(
                "own clip stabilised", identity, lambda: stabilised(recording)
            )
        shift = max(float(np.hypot(*one.shift)) for one in motions)
        turn = max(abs(one.degrees) for one in motions)
        image = steady.image(weighting)
        tiles = [
            replace(tiles[0], title="As recorded"),
            replace(motion_image_tile(image), title="Head motion undone"),
        ]
        st.caption(
            f"Undone: at most {shift:.1f} pixels and {turn:.1f} degrees against the first frame. "
            "What of an expression looks like head motion is undone with it."
        )
    _draw(tiles, key="own clip image", columns=len(tiles))
    panels.downloads(
        "your_clip_ami",
        image.image,
        array=np.asarray(image.total),
        synthetic=recording.clip.synthetic,
    )
    return steady


def choose_display(models: Sequence[LoadedModel], *, withheld: bool) -> DisplaySettings:
    """Draw what every network is asked: maps, their order, a method, what lies under it."""
    anyway = withheld and address.toggle(
        "Answer anyway",
        key="anyway",
        default=False,
        help="The networks then name a class and explain it, with the reasons against it beside "
        "it. Image, motion and feature maps are shown either way.",
    )
    row = st.container(horizontal=True, vertical_alignment="bottom")
    stages = ["", *matched_layers([model.entry for model in models])]
    stage = address.choose(
        "Feature maps at",
        stages,
        key="stage",
        titles=lambda name: f"{name} of the input" if name else "the middle layer",
        where=row,
        width=180,
    )
    ranking = selection.ranking(region=False, where=row)
    method = address.choose(
        "Attribution",
        METHODS.names(),
        key="method",
        default=DEFAULT_METHOD,
        titles=lambda name: METHODS.get(name).title,
        where=row,
        width=220,
    )
    under = address.switch("Maps over", UNDER, key="under", titles=sentence_case, where=row)
    return DisplaySettings(stage, ranking, method, under, anyway)


def draw_refusals(refusals: Sequence[Refusal], *, lead: str = "No answer.") -> None:
    """Draw why no network is believed."""
    said = "\n".join(f"- {sentence_case(refusal.reason)}." for refusal in refusals)
    st.warning(f"**{lead}**\n{said}", icon=":material/block:")


def draw_networks(
    models: Sequence[LoadedModel],
    recording: Recording,
    weighting: str,
    identity: Hashable,
) -> None:
    """Draw each network's answer, feature maps and attribution of the clip, side by side."""
    answers: dict[str, ClipPrediction | MerError] = {}
    for model in models:
        try:
            answers[model.entry.name] = address.session_value(
                f"own clip answer {model.entry.name}",
                (identity, model.digest, weighting),
                partial(predict, recording, model, weighting=weighting),
            )
        except MerError as error:
            answers[model.entry.name] = error
    given = [one for one in answers.values() if isinstance(one, ClipPrediction)]
    # What keeps every network from answering is said once.
    shared = [
        refusal
        for refusal in (given[0].refusals if given else ())
        if all(refusal in one.refusals for one in given)
    ]
    if shared:
        draw_refusals(shared)
    display = choose_display(models, withheld=any(one.refusals for one in given))
    for mark in dict.fromkeys(mark for one in given for mark in one.marks):
        st.caption(f":material/info: {sentence_case(mark)}.")
    for column, model in zip(columns(models), models, strict=False):
        with column:
            answer = answers[model.entry.name]
            if isinstance(answer, MerError):
                st.markdown(f"**{model.entry.title}**")
                panels.refusal(answer)
                continue
            try:
                key = (identity, model.digest, weighting)
                _draw_answer(model, answer, recording, weighting, key, display, shared)
                _draw_maps(model, recording, weighting, key, display)
                if display.anyway or not answer.refusals:
                    _draw_attribution(model, recording, weighting, key, display)
            except MerError as error:
                panels.refusal(error)


def _draw_answer(
    model: LoadedModel,
    answer: ClipPrediction,
    recording: Recording,
    weighting: str,
    identity: Hashable,
    display: DisplaySettings,
    shared: Sequence[Refusal],
) -> None:
    own = [refusal for refusal in answer.refusals if refusal not in shared]
    if answer.refusals and not display.anyway:
        st.markdown(f"**{answer.title}** gives no answer")
        address.pin(model.entry.name, answer.title, model.weights.digest)
        draw_weights(model)
        if own:
            draw_refusals(own)
        return
    shares = dict(answer.probabilities)
    PredictionView(model, shares, recording.label).draw(mapping=False)
    if own:
        draw_refusals(own, lead="Answered all the same.")
    changed: Robustness = address.session_value(
        f"own clip changes {answer.model}",
        identity,
        lambda: measure_robustness(model, recording, weighting=weighting),
    )
    spans = {name: changed.span(name) for name in shares}
    st.caption(
        f"The same answer after {changed.agreement:.0%} of {len(changed.variants)} changes that "
        "should not matter."
    )
    with st.expander("How firmly it holds"):
        panels.chart(
            partial(
                probability_bars,
                {sentence_case(name): shares[name] for name in shares},
                {sentence_case(name): spans[name] for name in spans},
            ),
            key=f"own clip shares {answer.model}",
            shared=False,
            alt="; ".join(
                f"{sentence_case(name)} {shares[name]:.0%}, {low:.0%} to {high:.0%}"
                for name, (low, high) in spans.items()
            ),
        )
        st.caption(f"Whiskers span these changes: {CHANGES_IN_WORDS}.")
        if answer.calibrated_on:
            st.caption(f"Probabilities are {answer.calibrated_on}.")


def _draw_maps(
    model: LoadedModel,
    recording: Recording,
    weighting: str,
    identity: Hashable,
    display: DisplaySettings,
) -> None:
    def build() -> dict[str, FeatureMaps]:
        seen = recording_input(recording, model.entry.input, weighting=weighting)[None]
        return feature_maps(model, torch.from_numpy(seen))

    found = address.session_value(f"own clip maps {model.entry.name}", identity, build)
    if display.stage:
        layer = matched_layers([model.entry])[display.stage][model.entry.name]
    else:
        there = [layer for layer in model.entry.layers if layer.name in found]
        layer = there[len(there) // 2]
    values = found[layer.name].values
    chosen = found[layer.name].top(MAPS, RANKINGS.get(display.ranking))
    scale = shared_scale([values[chosen]], signed=bool((values[chosen] < 0).any()))
    st.markdown(f"**Feature maps**, {layer.title}")
    _draw(
        map_tiles(values, chosen, scale=scale, what=f"{model.entry.title}, map"),
        key=f"own clip maps drawn {model.entry.name}",
        columns=3,
    )


def _draw_attribution(
    model: LoadedModel,
    recording: Recording,
    weighting: str,
    identity: Hashable,
    display: DisplaySettings,
) -> None:
    method = METHODS.get(display.method)
    with st.spinner(f"{method.title} on {model.entry.title}"):
        found = address.session_value(
            f"own clip attribution {model.entry.name}",
            (identity, display.method),
            lambda: explain_recording(model, recording, method=display.method, weighting=weighting),
        )
    background = None
    if display.under == UNDER[0]:
        background = recording.image(weighting, size=model.entry.input.size).image
    elif display.under == UNDER[1]:
        numbers = recording.clip.frame_numbers
        apex = numbers[0] if recording.apex is None else recording.apex
        background = recording.clip.frames[numbers.index(apex)]
    st.markdown(f"**{method.title}** for {sentence_case(found.target)}")
    scale = map_scale(found.values, signed=found.signed)
    tile = attribution_tile(
        background,
        found.values,
        scale,
        alt=f"{method.title} of {model.entry.title} for {found.target}, {scale.describe()}",
    )
    _draw([tile], key=f"own clip attribution drawn {model.entry.name}", columns=1)
    if found.constant:
        st.warning(constant_in_words(found, model))
