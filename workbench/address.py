"""A view and its address: widgets bound to the URL, what they show, and the link that keeps it.

This file and `selection` are the only ones that name session keys and URL parameters. The address
bar always holds the view, less what stands at its default; `link` writes every field and a version,
so that a kept address opens the same view when defaults have changed. A value that is not among
the options falls back to the default, whoever wrote it.

Streamlit gives every page widgets of its own, whatever their keys. What a reader has set is
therefore carried to the page that is opened next, less what that page's address states; there
the address bar stays bare until something is changed, and `link` holds everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from workbench import demo_mode

VERSION = 1
_SHOWN = "fields shown on this page"
_CARRIED = "fields carried from page to page"
_PAGE = "page shown last"

T = TypeVar("T")


def begin_page(title: str, question: str) -> None:
    """Draws a page's head and forgets what the page before it showed."""
    st.session_state[_SHOWN] = {}
    if st.session_state.get(_PAGE) != title:
        for key, value in st.session_state.get(_CARRIED, {}).items():
            if key not in st.query_params:
                st.session_state[key] = value
    st.session_state[_PAGE] = title
    st.title(title)
    st.caption(question)
    demo_mode.line()


def choose(
    label: str,
    options: Sequence[T],
    *,
    key: str,
    default: T | None = None,
    where: Any = st,
    **drawn: Any,
) -> T:
    """A select box bound to the URL; an unknown value in the URL gives the default.

    The URL holds an option as it is displayed, so options are shown by their plain names, which
    commands use too.
    """
    first = default if default is not None else options[0]
    forget_unless(key, options)
    index = list(options).index(first)
    found = where.selectbox(label, options, index=index, key=key, bind="query-params", **drawn)
    return shown(key, first if found is None else found)


def switch(label: str, options: Sequence[str], *, key: str, where: Any = st, **drawn: Any) -> str:
    """A row of buttons of which one is pressed, bound to the URL."""
    forget_unless(key, options)
    found = where.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params", **drawn
    )
    return shown(key, found or options[0])


def toggle(label: str, *, key: str, default: bool, where: Any = st, **drawn: Any) -> bool:
    """A switch bound to the URL."""
    found = where.toggle(label, value=default, key=key, bind="query-params", **drawn)
    return shown(key, bool(found))


def several(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    default: Sequence[str] = (),
    where: Any = st,
    **drawn: Any,
) -> tuple[str, ...]:
    """Any number of options, bound to the URL."""
    if key in st.session_state:
        st.session_state[key] = [one for one in st.session_state[key] if one in options]
    found = where.multiselect(
        label, options, default=list(default), key=key, bind="query-params", **drawn
    )
    return shown(key, tuple(one for one in found if one in options))


def number(
    label: str, low: int, high: int, *, key: str, default: int, where: Any = st, **drawn: Any
) -> int:
    """A whole number bound to the URL and kept within its bounds whatever the URL says."""
    _keep_within(key, low, high)
    found = where.number_input(
        label, min_value=low, max_value=high, value=default, key=key, bind="query-params", **drawn
    )
    return shown(key, min(max(int(found), low), high))


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
    """A number bound to the URL and kept within its bounds whatever the URL says."""
    _keep_within(key, low, high)
    found = float(
        where.number_input(
            label,
            min_value=low,
            max_value=high,
            value=default,
            key=key,
            bind="query-params",
            format="%.3g",
            **drawn,
        )
    )
    found = found if low is None else max(found, low)
    return shown(key, found if high is None else min(found, high))


def shown(key: str, value: T) -> T:
    """Notes that the page shows `value` under `key`, for its link and the next page."""
    st.session_state.setdefault(_SHOWN, {})[key] = value
    carry(key, value)
    return value


def carry(key: str, value: object) -> None:
    """Sets a field of the page that is opened next."""
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        value = list(value)  # as several options are set
    st.session_state.setdefault(_CARRIED, {})[key] = value


def _keep_within(key: str, low: float | None, high: float | None) -> None:
    """Lets go of a number that belonged to something with other bounds."""
    held = st.session_state.get(key)
    if held is not None and not ((low is None or held >= low) and (high is None or held <= high)):
        del st.session_state[key]


def session_value(name: str, identity: Hashable, build: Callable[[], T]) -> T:
    """A value that belongs to this session alone, made anew when `identity` changes.

    For what a reader uploads: no cache that others share ever holds it.
    """
    held = st.session_state.get(name)
    if held is None or held[0] != identity:
        held = (identity, build())
        st.session_state[name] = held
    return held[1]


def turn_to(key: str, value: str) -> None:
    """Sets another widget, as the callback of a button."""
    st.session_state[key] = value


def forget_unless(key: str, options: Container[object]) -> None:
    """Lets go of a widget's value that is no longer among its options."""
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]


def forget(prefix: str) -> None:
    """Lets go of the session's values whose names begin with `prefix`."""
    for name in [str(key) for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[name]


def link() -> str:
    """The address of this view with every field and the version written out."""
    shown: dict[str, Any] = st.session_state.get(_SHOWN, {})
    fields = {"v": VERSION}
    for key, value in shown.items():
        fields[key] = value
    parts = urlsplit(st.context.url or "")
    return urlunsplit((*parts[:3], urlencode(fields, doseq=True), ""))


def share() -> None:
    """Draws the permanent link to this view, the last thing on every page."""
    with st.popover("Link to this view", icon=":material/link:"):
        st.code(link(), language=None, wrap_lines=True)
    demo_mode.page_drawn()
