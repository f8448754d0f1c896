"""Pictures, charts and scores, made once for all who look at the same things.

A page is drawn anew at every gesture, and most of it has not changed. What is drawn is known by
what it is drawn from: a function of the core and the values it is given.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

import numpy as np

from mer_core.plots.theme import Figure, on_dark, recognisable
from mer_core.records import array_digest
from workbench import cached

T = TypeVar("T")


def drawn(make: partial[T]) -> T:
    """Return what `make` draws, not to be changed: others are shown the same."""
    return cached.drawings_cache().fetch(fingerprint(make), make)


def webp_address(content: bytes) -> str:
    """The address of a WebP that holds all of it; Streamlit would make a movie stand still."""
    return f"data:image/webp;base64,{base64.b64encode(content).decode()}"


def chart(make: partial[Figure], *, dark: bool, picked: str = "", shared: bool = True) -> Figure:
    """The chart that `make` draws, with type for a dark page or a light one.

    `picked` is what a reader can select on it, in Streamlit's words, if anything. What is not
    `shared` is kept for nobody else.
    """
    finalise = partial(_finalise, make, dark, picked)
    return drawn(finalise) if shared else finalise()


def fingerprint(value: Any) -> str:
    """Equal for equal values, and for nothing else: a digest of numbers, text, arrays, records.

    Streamlit's own hash looks at samples of large arrays, and Dask's forgets the order of a
    mapping, which is the order of a chart's traces.

    Raises:
        TypeError: For anything that does not say by its value what it is.
    """
    if isinstance(value, np.ndarray):
        return array_digest(value)
    if value is None or isinstance(value, str | bool | int | float | np.generic):
        return _digest(type(value).__name__, [repr(value)])
    if isinstance(value, partial) and "<" not in value.func.__qualname__:  # no closure
        name = f"{value.func.__module__}.{value.func.__qualname__}"
        return _digest(name, [fingerprint(value.args), fingerprint(value.keywords)])
    if isinstance(value, Mapping):
        return _digest("mapping", [fingerprint(part) for item in value.items() for part in item])
    if isinstance(value, Sequence):
        return _digest("sequence", [fingerprint(part) for part in value])
    if is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, field.name) for field in fields(value)]
        return _digest(type(value).__qualname__, [fingerprint(part) for part in parts])
    raise TypeError(f"what {type(value).__name__} draws cannot be known by its value")


def _digest(kind: str, parts: Sequence[str]) -> str:
    whole = hashlib.sha256(kind.encode())
    for part in parts:
        text = part.encode()
        whole.update(len(text).to_bytes(8, "big"))
        whole.update(text)
    return whole.hexdigest()


def _finalise(make: partial[Figure], dark: bool, picked: str) -> Figure:
    """The chart as it will stay, so that it is drawn once.

    Streamlit gives every chart to plotly twice, the second time as a copy in which it has
    filled in how to click, and plotly draws anew what it cannot know to be the same.
    """
    # Plotly looks into pandas wherever it finds it, also where another session has it half
    # imported, and breaks.
    import_module("pandas")
    figure = recognisable(make(), fingerprint(make))
    if picked:
        click = "event+select" if picked == "points" else "event"
        figure.update_layout(clickmode=click, hovermode="closest")
    return on_dark(figure) if dark else figure
