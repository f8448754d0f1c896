"""Forms drawn from what the core declares; names no method and no parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from mer_core.attribution import Parameter
from mer_core.attribution.base import Value
from workbench import address
from workbench.titles import sentence_case


def parameter_form(
    parameters: Sequence[Parameter], *, key: str, where: Any = st
) -> dict[str, Value]:
    """Draws one widget for each parameter and returns what is set, by name.

    Args:
        parameters: As a method declares them.
        key: Prefix of each widget's key, which is also its name in the URL.
        where: Container to draw in.
    """
    return {one.name: _drawn(one, f"{key}.{one.name}", where) for one in parameters}


def _drawn(one: Parameter, key: str, where: Any) -> Value:
    match one.kind:
        case "bool":
            return address.toggle(
                one.title, key=key, default=bool(one.default), where=where, help=one.help or None
            )
        case "choice":
            return address.choose(
                one.title,
                one.choices,
                key=key,
                default=str(one.default),
                titles=sentence_case,
                where=where,
                help=one.help or None,
            )
        case "int":
            return address.number(
                one.title,
                int(one.low or 0),
                int(one.high if one.high is not None else 1_000_000),
                key=key,
                default=int(one.default),
                where=where,
                help=one.help or None,
            )
        case "float":
            return address.decimal(
                one.title,
                one.low,
                one.high,
                key=key,
                default=float(one.default),
                where=where,
                help=one.help or None,
            )
