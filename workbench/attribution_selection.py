"""Choices of an attribution: methods and their parameters, target class, layer.

Forms are drawn from what the core declares; no method and no parameter is known by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from mer_core.features import matched_layers
from workbench import widgets
from workbench.titles import sentence_case

if TYPE_CHECKING:
    from mer_core.attribution import MethodAvailability, Parameter, Resolution
    from mer_core.attribution.method import Value
    from mer_core.models.entry import ModelEntry
    from mer_core.models.loaded import LoadedModel

PREDICTED = "predicted"
LAST = "last"
DEFAULT_METHODS = 2


def target_class(models: Sequence[LoadedModel], *, where: Any = st) -> str | None:
    """Draw the choice of the target class; None for each network's own answer."""
    names = dict.fromkeys(name for model in models for name in model.classes)
    found = widgets.choose(
        "Target class", [PREDICTED, *names], key="target", titles=sentence_case, where=where
    )
    return None if found == PREDICTED else found


def method_choice(
    availability: Sequence[MethodAvailability], *, where: Any = st
) -> tuple[str, ...]:
    """Draw the choice of attribution methods; by default the quickest of two resolutions."""
    usable = [one for one in availability if one.applies]
    titles = {one.method.name: one.method.title for one in usable}
    quick: dict[Resolution, str] = {}
    for one in sorted(usable, key=lambda one: one.forwards):
        quick.setdefault(one.method.resolution, one.method.name)
    default = list(quick.values())[:DEFAULT_METHODS]
    found = widgets.several(
        "Methods",
        list(titles),
        key="methods",
        default=default,
        titles=titles.__getitem__,
        where=where,
    )
    return found or tuple(default)


def layer_depth(entries: Sequence[ModelEntry], *, where: Any = st) -> dict[str, str]:
    """Draw the depth that methods look into; network -> layer, empty for each one's last."""
    stages = matched_layers(entries)
    stage = widgets.choose(
        "Layer",
        [LAST, *stages],
        key="depth",
        titles=lambda name: "Last layer" if name == LAST else f"Last at {name} resolution",
        where=where,
        help="For methods that look into one.",
    )
    return {name: layer.name for name, layer in stages.get(stage, {}).items()}


def decomposing_names(availability: Sequence[MethodAvailability]) -> list[str]:
    """Return the names of the methods whose maps decompose over frames, quickest first."""
    found = [one for one in availability if one.applies and one.method.decomposes_over_frames]
    return [one.method.name for one in sorted(found, key=lambda one: one.forwards)]


def parameter_form(
    parameters: Sequence[Parameter], *, key: str, where: Any = st
) -> dict[str, Value]:
    """Draw one widget for each parameter and return what is set, by name.

    Args:
        parameters: As a method declares them.
        key: Prefix of each widget's key, which is also its name in the URL.
        where: Container to draw in.
    """
    return {one.name: _draw_parameter(one, f"{key}.{one.name}", where) for one in parameters}


def _draw_parameter(one: Parameter, key: str, where: Any) -> Value:
    match one.kind:
        case "bool":
            return widgets.toggle(
                one.title, key=key, default=bool(one.default), where=where, help=one.help or None
            )
        case "choice":
            return widgets.choose(
                one.title,
                one.choices,
                key=key,
                default=str(one.default),
                titles=sentence_case,
                where=where,
                help=one.help or None,
            )
        case "int":
            return widgets.number(
                one.title,
                int(one.low or 0),
                int(one.high if one.high is not None else 1_000_000),
                key=key,
                default=int(one.default),
                where=where,
                help=one.help or None,
            )
        case "float":
            return widgets.decimal(
                one.title,
                one.low,
                one.high,
                key=key,
                default=float(one.default),
                where=where,
                help=one.help or None,
            )
