"""One attribution map as the page shows it: the picture, its facts, its card, and what to keep."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from mer_core.attribution import METHODS, Method
from mer_core.attribution.base import Mask, Value
from mer_core.attribution.checks import QUESTIONS, Verdict
from mer_core.attribution.inspection import Inspection
from mer_core.attribution.regions import Regions
from mer_core.attribution.sanity import SanityCard
from mer_core.attribution.script import Recipe
from mer_core.errors import MerError, SettingsError
from mer_core.models.loaded import LoadedModel
from mer_core.plots.attributions import attribution_panel, map_scale
from mer_core.plots.colour import Rgb
from mer_core.provenance import canonical_json
from mer_core.records import AttributionMap, InputKind
from workbench import address, cached, panels, selection
from workbench.asked import Asked
from workbench.cores import suited_to
from workbench.drawings import drawn
from workbench.picture_tiles import attribution_tile
from workbench.selection import ClipChoice
from workbench.tiles import draw_tiles

BLANK = 246
UNDER = ("affective-motion image", "apex frame", "nothing")
SHOWN_SIGN = {
    Verdict.PASS: ":green[:material/check_circle:]",
    Verdict.WARN: ":orange[:material/warning:]",
    Verdict.FAIL: ":red[:material/cancel:]",
    Verdict.NONE: ":gray[:material/remove:]",
}


CARD_ICON = {
    Verdict.PASS: ":material/check_circle:",
    Verdict.WARN: ":material/warning:",
    Verdict.FAIL: ":material/cancel:",
    Verdict.NONE: ":material/remove:",
}


@dataclass(frozen=True)
class MapView:
    """How maps are drawn: on what, and with which outlines."""

    under: str
    regions: Mapping[str, Mask]


def choose_view(regions: Regions | None) -> MapView:
    """Draws the choice of what lies under the maps."""
    first, second = st.columns([3, 2], vertical_alignment="bottom")
    under = address.switch("Maps over", UNDER, key="under", where=first)
    outlined = regions is not None and address.toggle(
        "Outline the action units", key="outline", default=True, where=second
    )
    return MapView(under, regions.masks if outlined and regions is not None else {})


def fitting(values: Mapping[str, Value], method: Method, model: LoadedModel) -> dict[str, Value]:
    """Those of `values` that the method accepts on this network; the others keep their default."""
    kept: dict[str, Value] = {}
    for knob in method.knobs(model.entry):
        try:
            kept[knob.name] = knob.check(values[knob.name])
        except (KeyError, SettingsError):
            continue  # a knob of another kind of input; the map's record states what was used
    return kept


def draw_map(
    choice: ClipChoice, weighting: str, look: Inspection, asked: Asked, view: MapView
) -> AttributionMap | None:
    """Draws one cell of the page; None where the method says nothing, with the reason drawn."""
    model, method = look.model, METHODS.get(asked.method)
    if asked.target is not None and asked.target not in model.classes:
        st.info(f"{model.entry.title} knows no class called {asked.target}.")
        return None
    cost = method.forwards(dict(asked.parameters), model.entry)
    try:
        waiting = f"{method.title} on {model.entry.title}: about {cost:.0f} forward passes"
        found = cached.attribution(
            choice, weighting, model, asked, meanwhile=partial(st.spinner, waiting)
        )
    except MerError as error:
        st.info(f"**{model.entry.title}**: {error.what}.")
        return None
    synthetic = look.recording.clip.synthetic
    scale = map_scale(found.values, signed=found.signed)
    under = _base(choice, look, view.under)
    tile = attribution_tile(
        under,
        found.values,
        scale,
        regions=view.regions,
        caption=_facts(look, found) + panels.note(synthetic),
        alt=f"{method.title} of {model.entry.title} for {found.target}, {scale.describe()}",
    )
    draw_tiles([tile], key=f"map {method.name} {model.entry.name}", columns=1)
    plain = np.full((*look.size, 3), BLANK, np.uint8) if under is None else under
    picture = partial(attribution_panel, plain, found.values, scale, regions=view.regions)
    key = canonical_json([choice.key, weighting, found.model_digest, asked.key])
    card = cached.cards().get(key)
    part = _further(card, key)
    if part.open:
        with part:
            if card is None:
                _examine(look, found, key)
            else:
                draw_card(card)
            _downloads(choice, weighting, look, found, picture)
    return found


def _further(card: SanityCard | None, key: str) -> Any:
    """The button behind which lie a map's card, or the way to have it made, and its files."""
    says, icon, kind = "Is it sound?", ":material/fact_check:", "ask"
    if card is not None:
        says, icon, kind = f"Card: {card.verdict}.", CARD_ICON[card.verdict], "card"
    return panels.unfolding(st.popover, f"{says} Take away", key=f"{kind} {key}", icon=icon)


def _base(choice: ClipChoice, look: Inspection, under: str) -> Rgb | None:
    recording = look.recording
    if under == UNDER[2]:
        return None
    spec = look.model.entry.input
    frames, numbers = recording.expression.frames, recording.expression.frame_numbers
    if under == UNDER[1] or spec.kind not in (InputKind.AMI, InputKind.DYNAMIC_IMAGE):
        apex = recording.apex if recording.apex in numbers else numbers[len(numbers) // 2]
        return frames[numbers.index(apex)]
    return cached.image(choice, look.weighting or spec.weighting).image


def _facts(look: Inspection, found: AttributionMap) -> str:
    where = f", layer {found.layer}" if found.layer else ""
    facts = f"{look.model.entry.title}{where}, for {found.target}"
    if found.delta is not None and found.difference is not None:
        facts += f"; adds up to {found.difference:.3g} within {found.delta:.2g}"
    if not np.ptp(found.values):
        facts += "; every value is the same"
    return f"{facts}; in {found.seconds * 1000:.0f} ms."


def _examine(look: Inspection, found: AttributionMap, key: str) -> None:
    """Draws what the card costs, and makes it when asked to."""
    st.caption(
        f"Asks {METHODS.get(found.method).title} again about altered inputs, altered weights and "
        f"another class: {len(QUESTIONS)} checks, from seconds to minutes. Leaving the page stops "
        "it."
    )
    if not st.button("Examine this map", key=f"examine {key}", type="primary"):
        return
    with st.status("Examining") as status, suited_to(math.inf):
        card = look.examine(
            found, progress=lambda name: status.update(label=QUESTIONS.get(name).title)
        )
    cached.cards().put(key, card)
    panels.unfold(f"card {key}")
    st.rerun()


def draw_card(card: SanityCard) -> None:
    """The card's lines, each with its verdict in words and sign."""
    st.markdown(
        "\n".join(
            f"- {SHOWN_SIGN[check.verdict]} **{check.title}** ({check.verdict}): {check.text}"
            for check in card.checks
        )
    )


def _downloads(
    choice: ClipChoice,
    weighting: str,
    look: Inspection,
    found: AttributionMap,
    picture: partial[Rgb],
) -> None:
    recipe = Recipe(
        clip=selection.clip_code(choice),
        model=look.model,
        weights=cached.weights_of(look.model),
        weights_seed=look.model.weights.seed or 0,
        weighting=weighting,
        map=found,
        synthetic=look.recording.clip.synthetic or look.model.weights.synthetic,
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
