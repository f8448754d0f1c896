"""Widgets bound to the address of a page: what the URL sets them to, and what they write into it.

This file and `selection` are the only ones that name session keys and URL parameters. Widgets show
titles, addresses hold names. Streamlit's own binding would write what is shown, so the binding is
made here: an address is read when a page opens, and written when it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any, TypeVar

import streamlit as st

from workbench.address import adopt, record_for_link, refuse

T = TypeVar("T")


def choose(
    label: str,
    options: Sequence[T],
    *,
    key: str,
    default: T | None = None,
    titles: Callable[[T], str] = str,
    where: Any = st,
    **drawn: Any,
) -> T:
    """Draw a select box; an unknown value in the address gives the default."""
    first = default if default is not None else options[0]
    adopt(key, label, _one_of(options))
    drop_if_invalid(key, options)
    index = list(options).index(first)
    found = where.selectbox(label, options, index=index, key=key, format_func=titles, **drawn)
    return record_for_link(key, first if found is None else found, default=first)


def switch(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    titles: Callable[[str], str] = str,
    where: Any = st,
    **drawn: Any,
) -> str:
    """Draw a row of buttons of which one is pressed."""
    adopt(key, label, _one_of(options))
    drop_if_invalid(key, options)
    found = where.segmented_control(
        label, options, default=options[0], required=True, key=key, format_func=titles, **drawn
    )
    return record_for_link(key, found or options[0], default=options[0])


def toggle(label: str, *, key: str, default: bool, where: Any = st, **drawn: Any) -> bool:
    """Draw a switch."""
    adopt(key, label, lambda texts: {"true": True, "false": False}[texts[0].lower()])
    found = bool(where.toggle(label, value=default, key=key, **drawn))
    return record_for_link(key, found, default=default)


def several(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: Sequence[str] = (),
    titles: Callable[[str], str] = str,
    where: Any = st,
    **drawn: Any,
) -> tuple[str, ...]:
    """Draw the choice of any number of options."""

    def read(texts: list[str]) -> list[str]:
        unknown = [text for text in texts if text and text not in options]
        if unknown:
            refuse(f"{label} cannot be “{', '.join(unknown)}”.")
        return [text for text in texts if text in options]

    adopt(key, label, read)
    if key in st.session_state:
        st.session_state[key] = [one for one in st.session_state[key] if one in options]
    found = where.multiselect(
        label, options, default=list(default), key=key, format_func=titles, **drawn
    )
    chosen = tuple(one for one in found if one in options)
    return record_for_link(key, chosen, default=tuple(default))


def number(
    label: str, low: int, high: int, *, key: str, default: int, where: Any = st, **drawn: Any
) -> int:
    """Draw a whole number, kept within its bounds whatever the address says."""
    adopt(key, label, _bounded(int, low, high))
    _keep_within(key, low, high)
    found = where.number_input(
        label, min_value=low, max_value=high, value=default, key=key, **drawn
    )
    return record_for_link(key, min(max(int(found), low), high), default=default)


def decimal(
    label: str,
    low: float | None,
    high: float | None,
    *,
    key: str,
    default: float,
    where: Any = st,
    **drawn: Any,
) -> float:
    """Draw a number, kept within its bounds whatever the address says."""
    adopt(key, label, _bounded(float, low, high))
    _keep_within(key, low, high)
    found = float(
        where.number_input(
            label, min_value=low, max_value=high, value=default, key=key, format="%.3g", **drawn
        )
    )
    found = found if low is None else max(found, low)
    return record_for_link(key, found if high is None else min(found, high), default=default)


def span(label: str, options: Sequence[int], *, key: str, where: Any = st) -> tuple[int, int]:
    """Draw a range of `options`, from the first to the last by default."""
    read = _one_of(options)
    adopt(key, label, lambda texts: (read(texts), read(texts[1:])))
    held = st.session_state.get(key)
    if held is not None and not set(held) <= set(options):
        del st.session_state[key]  # of another clip
    whole = (options[0], options[-1])
    first, last = where.select_slider(label, options=list(options), value=whole, key=key)
    return record_for_link(key, (int(first), int(last)), default=whole)


def drop_if_invalid(key: str, options: Container[object]) -> None:
    """Drop a widget's value that is no longer among its options."""
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]


def _one_of(options: Sequence[T]) -> Callable[[list[str]], T]:
    names = {str(option): option for option in options}

    def read(texts: list[str]) -> T:
        if texts[0] not in names:
            raise ValueError(texts[0])
        return names[texts[0]]

    return read


def _bounded(
    kind: Callable[[str], Any], low: float | None, high: float | None
) -> Callable[[list[str]], Any]:
    def read(texts: list[str]) -> Any:
        value = kind(texts[0])
        if not ((low is None or value >= low) and (high is None or value <= high)):
            raise ValueError(texts[0])
        return value

    return read


def _keep_within(key: str, low: float | None, high: float | None) -> None:
    """Drop a number that belonged to something with other bounds."""
    held = st.session_state.get(key)
    if held is not None and not ((low is None or held >= low) and (high is None or held <= high)):
        del st.session_state[key]
