"""What networks make of a clip of one's own: answers, feature maps and attributions.

All of it stays in the session of its reader, as the clip does.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
import torch

from mer_core.attribution import DEFAULT_METHOD, METHODS
from mer_core.attribution.recording import explain_recording
from mer_core.errors import MerError
from mer_core.features import RANKINGS, FeatureMaps, feature_maps, matched_layers
from mer_core.inputs import Recording, recording_input
from mer_core.inputs.clip_changes import CHANGES_IN_WORDS
from mer_core.inputs.prediction import ClipPrediction, predict
from mer_core.inputs.refusals import Refusal
from mer_core.inputs.robustness import Robustness, measure_robustness
from mer_core.models.loaded import LoadedModel
from mer_core.plots.attributions import map_scale
from mer_core.plots.bars import probability_bars
from mer_core.plots.colour import shared_scale
from workbench import address, panels, selection, widgets
from workbench.attribution_map import UNDER, constant_in_words
from workbench.networks import PredictionView, columns, draw_weights
from workbench.own_clip import draw_private
from workbench.picture_tiles import attribution_tile, map_tiles
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


def choose_display(models: Sequence[LoadedModel], *, withheld: bool) -> DisplaySettings:
    """Draw what every network is asked: maps, their order, a method, what lies under it."""
    anyway = withheld and widgets.toggle(
        "Answer anyway",
        key="anyway",
        default=False,
        help="The networks then name a class and explain it, with the reasons against it beside "
        "it. Image, motion and feature maps are shown either way.",
    )
    row = st.container(horizontal=True, vertical_alignment="bottom")
    stages = ["", *matched_layers([model.entry for model in models])]
    stage = widgets.choose(
        "Feature maps at",
        stages,
        key="stage",
        titles=lambda name: f"{name} of the input" if name else "the middle layer",
        where=row,
        width=180,
    )
    ranking = selection.ranking(region=False, where=row)
    method = widgets.choose(
        "Attribution",
        METHODS.names(),
        key="method",
        default=DEFAULT_METHOD,
        titles=lambda name: METHODS.get(name).title,
        where=row,
        width=220,
    )
    under = widgets.switch("Maps over", UNDER, key="under", titles=sentence_case, where=row)
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
    draw_private(
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
    draw_private([tile], key=f"own clip attribution drawn {model.entry.name}", columns=1)
    if found.constant:
        st.warning(constant_in_words(found, model))
