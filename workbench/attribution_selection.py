"""What is asked of attribution methods: which of them, of which class, at which depth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from mer_core.features import matched_layers
from workbench import address
from workbench.titles import sentence_case

if TYPE_CHECKING:
    from mer_core.attribution import Offer, Resolution
    from mer_core.models.entry import ModelEntry
    from mer_core.models.loaded import LoadedModel

PREDICTED = "predicted"
LAST = "last"
DEFAULT_METHODS = 2


def target_class(models: Sequence[LoadedModel], *, where: Any = st) -> str | None:
    """Draws the class that is asked about; None for each network's own answer."""
    names = dict.fromkeys(name for model in models for name in model.classes)
    found = address.choose(
        "Target class", [PREDICTED, *names], key="target", titles=sentence_case, where=where
    )
    return None if found == PREDICTED else found


def method_choice(offers: Sequence[Offer], *, where: Any = st) -> tuple[str, ...]:
    """Draws the choice of attribution methods; by default the quickest of two resolutions."""
    titles = {offer.method.name: offer.method.title for offer in offers if offer.applies}
    quick: dict[Resolution, str] = {}
    for offer in sorted((o for o in offers if o.applies), key=lambda o: o.forwards):
        quick.setdefault(offer.method.resolution, offer.method.name)
    default = list(quick.values())[:DEFAULT_METHODS]
    found = address.several(
        "Methods",
        list(titles),
        key="methods",
        default=default,
        titles=titles.__getitem__,
        where=where,
    )
    return found or tuple(default)


def layer_depth(entries: Sequence[ModelEntry], *, where: Any = st) -> dict[str, str]:
    """Draws the depth that methods look into; network -> layer, empty for each one's last."""
    stages = matched_layers(entries)
    stage = address.choose(
        "Layer",
        [LAST, *stages],
        key="depth",
        titles=lambda name: "Last layer" if name == LAST else f"Last at {name} resolution",
        where=where,
        help="For methods that look into one.",
    )
    return {name: layer.name for name, layer in stages.get(stage, {}).items()}


def carriers(offers: Sequence[Offer]) -> list[str]:
    """Names of the methods that can be carried back to frames, quickest first."""
    found = [offer for offer in offers if offer.applies and offer.method.carries]
    return [offer.method.name for offer in sorted(found, key=lambda offer: offer.forwards)]
