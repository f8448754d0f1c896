"""One attribution map as the page shows it: the picture, its facts, its checks, and exports."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mer_core.attribution import METHODS, Method, list_methods
from mer_core.attribution.checks import Verdict
from mer_core.attribution.inspection import Inspection
from mer_core.attribution.method import Mask, Value
from mer_core.attribution.recording import Recipe
from mer_core.attribution.regions import Regions
from mer_core.attribution.sanity import SanityCard
from mer_core.errors import MerError, SettingsError
from mer_core.models.loaded import LoadedModel
from mer_core.plots.attributions import attribution_panel, map_scale
from mer_core.plots.colour import Rgb
from mer_core.provenance import canonical_json
from mer_core.records import AttributionMap, AttributionRequest, InputKind
from workbench import cached, cached_attributions, panels, selection, widgets
from workbench.drawings import drawn
from workbench.picture_tiles import attribution_tile
from workbench.selection import ClipChoice
from workbench.tiles import Badge, draw_tiles
from workbench.titles import sentence_case

BLANK = 246
UNDER = ("affective-motion image", "apex frame", "nothing")
SIGN = {
    Verdict.PASS: ":green[:material/check_circle:]",
    Verdict.WARN: ":orange[:material/warning:]",
    Verdict.FAIL: ":red[:material/cancel:]",
    Verdict.NONE: ":gray[:material/remove:]",
}
POLL_SECONDS = 2.0
TONE = {Verdict.PASS: "good", Verdict.WARN: "doubtful", Verdict.FAIL: "bad"}


@dataclass(frozen=True)
class MapView:
    """How maps are drawn: on what, and with which outlines."""

    under: str
    regions: Mapping[str, Mask]


@dataclass(frozen=True)
class DrawnMap:
    """A map on the page: the key of its checks, the inspection, and the map."""

    key: str
    inspection: Inspection
    found: AttributionMap


def choose_view(regions: Regions | None, *, where: Any) -> MapView:
    """Draw the choice of what lies under the maps."""
    under = widgets.switch("Maps over", UNDER, key="under", titles=sentence_case, where=where)
    outlined = regions is not None and widgets.toggle(
        "Outline the action units", key="outline", default=True, where=where
    )
    return MapView(under, regions.masks if outlined and regions is not None else {})


def fitting(values: Mapping[str, Value], method: Method, model: LoadedModel) -> dict[str, Value]:
    """Return those of `values` that the method accepts on this network."""
    accepted: dict[str, Value] = {}
    for parameter in method.parameters(model.entry):
        try:
            accepted[parameter.name] = parameter.check(values[parameter.name])
        except (KeyError, SettingsError):
            continue  # of another kind of input; the map's record states what was used
    return accepted


def draw_map(
    choice: ClipChoice,
    weighting: str,
    inspection: Inspection,
    request: AttributionRequest,
    view: MapView,
) -> DrawnMap | None:
    """Draw one cell of the page; None where the method does not apply, with the reason drawn."""
    model, method = inspection.model, METHODS.get(request.method)
    if request.target is not None and request.target not in model.classes:
        st.info(f"{model.entry.title} knows no class called {request.target}.")
        return None
    cost = method.forwards(dict(request.parameters), model.entry)
    try:
        waiting = f"{method.title} on {model.entry.title}: about {cost:.0f} forward passes"
        found = cached_attributions.attribution(
            choice, weighting, model, request, meanwhile=partial(st.spinner, waiting)
        )
    except MerError as error:
        st.info(f"**{model.entry.title}**: {error.what}.")
        return None
    key = canonical_json([cached.clip_key(choice), weighting, found.model_digest, request.key])
    scale = map_scale(found.values, signed=found.signed)
    under = map_background(choice, inspection, view.under)
    tile = attribution_tile(
        under,
        found.values,
        scale,
        regions=view.regions,
        title=model.entry.title,
        caption=_facts(found),
        badges=(_badge(model, key),),
        alt=f"{method.title} of {model.entry.title} for {found.target}, {scale.describe()}",
    )
    draw_tiles([tile], key=f"map {method.name} {model.entry.name}", columns=1)
    if found.constant:
        st.warning(constant_in_words(found, model))
    part = panels.lazy_container(
        st.popover, "Sanity checks and export", key=f"more {key}", icon=":material/fact_check:"
    )
    if part.open:
        with part:
            _draw_checks(key, model)
            plain = np.full((*inspection.size, 3), BLANK, np.uint8) if under is None else under
            picture = partial(attribution_panel, plain, found.values, scale, regions=view.regions)
            _downloads(choice, weighting, inspection, found, picture)
    if model.weights.trained:
        cached_attributions.sanity_queue().ask(
            key, lambda progress: inspection.examine(found, progress=progress)
        )
    return DrawnMap(key, inspection, found)


def watch_checks(maps: Sequence[DrawnMap]) -> None:
    """Draw the page again whenever the checks of one of its maps are finished."""
    queue = cached_attributions.sanity_queue()
    waiting = [
        one.key for one in maps if one.inspection.model.weights.trained and not queue.done(one.key)
    ]

    @st.fragment(run_every=POLL_SECONDS)
    def watch() -> None:
        if any(queue.done(key) for key in waiting):
            st.rerun()

    if waiting:
        watch()


def _badge(model: LoadedModel, key: str) -> Badge:
    """Return the verdict of the sanity checks on a map, in a word or two."""
    queue = cached_attributions.sanity_queue()
    card = queue.cards.get(key)
    if not model.weights.trained:
        return Badge("untrained network", "bad")
    if card is not None:
        return Badge(f"checks: {verdict_in_words(card)}", TONE.get(card.verdict, "plain"))
    return Badge("checks failed" if key in queue.failures else "checking…")


def verdict_in_words(card: SanityCard) -> str:
    """Return how many checks warn and fail, worst first."""
    counts = {v: sum(check.verdict is v for check in card.checks) for v in TONE}
    if counts[Verdict.FAIL]:
        return f"{counts[Verdict.FAIL]} failed"
    if counts[Verdict.WARN]:
        return f"{counts[Verdict.WARN]} warning{'s' * (counts[Verdict.WARN] > 1)}"
    return f"{counts[Verdict.PASS]} passed"


def map_background(choice: ClipChoice, inspection: Inspection, under: str) -> Rgb | None:
    """Return the picture that lies under a map; None where nothing does."""
    recording = inspection.recording
    if under == UNDER[2]:
        return None
    spec = inspection.model.entry.input
    frames, numbers = recording.expression.frames, recording.expression.frame_numbers
    if under == UNDER[1] or spec.kind not in (InputKind.AMI, InputKind.DYNAMIC_IMAGE):
        apex = recording.apex if recording.apex in numbers else numbers[len(numbers) // 2]
        return frames[numbers.index(apex)]
    return cached.image(choice, inspection.weighting or spec.weighting).image


def constant_in_words(found: AttributionMap, model: LoadedModel) -> str:
    """Return what a map with one value everywhere means, and what to ask instead."""
    default = model.entry.default_layer
    if found.layer is None:
        return "This map has one value everywhere: it says nothing about where. Try another method."
    said = (
        f"This map has one value everywhere: nothing in {model.entry.layer(found.layer).title} "
        f"speaks for {sentence_case(found.target)} on this clip. "
    )
    if found.layer != default.name:
        return said + f"Try {default.title}, where that hardly ever happens."
    others = [
        available.method.title
        for available in list_methods(model)
        if available.applies
        and not (available.method.needs_layer or available.method.needs_regions)
    ]
    return said + f"Methods that need no layer still answer: {', '.join(others[:3])}."


def _facts(found: AttributionMap) -> str:
    facts = f"for {sentence_case(found.target)}"
    if found.delta is not None and found.difference is not None:
        facts += f"; adds up to {found.difference:.3g} within {found.delta:.2g}"
    return f"{facts}; {found.seconds * 1000:.0f} ms"


def _draw_checks(key: str, model: LoadedModel) -> None:
    queue = cached_attributions.sanity_queue()
    card = queue.cards.get(key)
    if not model.weights.trained:
        st.caption("Maps of untrained networks are not checked: they explain nothing.")
    elif card is not None:
        draw_card(card)
    elif key in queue.failures:
        st.caption(f"The checks could not be made: {queue.failures[key]}.")
    else:
        st.caption("The checks run in the background while nobody waits for a page.")


def draw_card(card: SanityCard) -> None:
    """Draw the checks, each with its verdict in words and sign."""
    st.markdown(
        "\n".join(
            f"- {SIGN[check.verdict]} **{check.title}** ({check.verdict}): {check.text}"
            for check in card.checks
        )
    )


def _downloads(
    choice: ClipChoice,
    weighting: str,
    inspection: Inspection,
    found: AttributionMap,
    picture: partial[Rgb],
) -> None:
    recipe = Recipe(
        clip=selection.clip_code(choice),
        model=inspection.model,
        weights=cached.weights_of(inspection.model),
        weights_seed=inspection.model.weights.seed or 0,
        weighting=weighting,
        map=found,
        synthetic=inspection.recording.clip.synthetic or inspection.model.weights.synthetic,
    )
    stem = "_".join(
        [choice.key.replace("/", "-"), found.model, found.method, found.target.replace(" ", "-")]
    )
    suffix = "_synthetic" if recipe.synthetic else ""
    panels.downloads(
        stem,
        partial(drawn, picture),
        array=found.values,
        script=recipe.script(f"{stem}{suffix}"),
        record=_document(recipe.record()),
        synthetic=recipe.synthetic,
    )


def _document(record: Mapping[str, Any]) -> str:
    return json.dumps(record, indent=1, sort_keys=True, default=str) + "\n"
