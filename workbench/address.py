"""A page and its address: the fields that a view is made of, and the link that keeps them.

The address bar holds the view, less what stands at its default; `link` writes every field, a
version and the digests of the networks, so that a kept address opens the same view when defaults
have changed, and says so where it cannot. A value in an address that is not among the options is
reported to the reader and replaced by the default. `widgets` has what is bound to a field.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from workbench import demo_mode
from workbench.page_activity import note_page

VERSION = 1
_VERSION_KEY, _PIN_KEY = "v", "pin"
_RECORDED = "fields of this page"
_DEFAULTS = "fields at their default"
_CARRIED = "fields carried from page to page"
_INCOMING = "fields of the link that opened this page"
_REFUSED = "parts of the link that were not honoured"
_PINNED = "networks of this page"
_HEAD = "head of the page"
_PLACE = "where refusals are shown"
_PAGE = "page shown last"
_HELD = "address shown last"
_LEFT = "addresses left just now"
_ENDED = "whether the whole page has been drawn"
_JUST_NOW = 3.0  # seconds in which a browser may still send an address that it has left

T = TypeVar("T")
P = ParamSpec("P")


def begin_page(title: str, question: str) -> None:
    """Draw a page's head, and read the address that opened it."""
    note_page()
    state = st.session_state
    given = {key: st.query_params.get_all(key) for key in st.query_params}
    fresh = state.get(_PAGE) != title
    if fresh or _navigated(given):
        state[_INCOMING], state[_REFUSED] = dict(given), []
        for key, value in (state.get(_CARRIED, {}) if fresh else {}).items():
            if key not in given:
                state[key] = value
        for key in () if fresh else [key for key in state.get(_RECORDED, {}) if key not in given]:
            state.pop(key, None)
    state[_RECORDED], state[_DEFAULTS], state[_PINNED] = {}, set(), {}
    state[_PAGE], state[_HELD], state[_ENDED] = title, given, False
    head = st.container(
        key="head", horizontal=True, vertical_alignment="center", gap="small", width="stretch"
    )
    head.title(title, anchor=False, width="content")
    head.caption(question, width="content")
    state[_HEAD], state[_PLACE] = head, st.empty()
    version = state[_INCOMING].pop(_VERSION_KEY, [str(VERSION)])
    if version != [str(VERSION)]:
        refuse(f"It was made by another version of the workbench ({version[0]}).")
    _show_refused()
    demo_mode.line()


def mark_synthetic() -> None:
    """Draw the badge that says that what the page shows was generated."""
    st.session_state[_HEAD].badge("synthetic", icon=":material/science:", color="orange")


def _navigated(given: dict[str, list[str]]) -> bool:
    """Whether the reader went back or forth, rather than a browser lagging behind its page."""
    left = [old for at, old in st.session_state.get(_LEFT, []) if time.monotonic() - at < _JUST_NOW]
    return given != st.session_state.get(_HELD) and given not in left


def refuse(words: str) -> None:
    """Report a part of the link that is not honoured."""
    st.session_state[_REFUSED].append(words)
    _show_refused()


def _show_refused() -> None:
    found = st.session_state[_REFUSED]
    if found:
        st.session_state[_PLACE].warning(
            "This link could not be opened as it was made. " + " ".join(found),
            icon=":material/link_off:",
        )


def adopt(key: str, label: str, read: Callable[[list[str]], Any]) -> None:
    """Set a widget from the link; what it cannot be set to is reported."""
    texts = st.session_state.get(_INCOMING, {}).pop(key, None)
    if texts is None:
        return
    try:
        st.session_state[key] = read(texts)
    except (ValueError, IndexError):
        st.session_state.pop(key, None)
        refuse(f"{label} cannot be “{', '.join(texts)}”.")


def record_for_link(key: str, value: T, *, default: object = None) -> T:
    """Note that the page shows `value` under `key`, for its link and the next page."""
    st.session_state.setdefault(_RECORDED, {})[key] = value
    defaults = st.session_state.setdefault(_DEFAULTS, set())
    defaults.discard(key)
    if value == default:
        defaults.add(key)
    carry_over(key, value)
    return value


def carry_over(key: str, value: object) -> None:
    """Set a field of the page that is opened next."""
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        value = list(value)  # as several options are set
    st.session_state.setdefault(_CARRIED, {})[key] = value


def pin(name: str, title: str, digest: str) -> None:
    """Note that the page shows what a network with these weights computes."""
    st.session_state[_PINNED][f"{name}:{digest[:12]}"] = title


def _check_pins() -> None:
    """Report the networks of the link whose weights are others now."""
    wanted = st.session_state[_INCOMING].pop(_PIN_KEY, [])
    shown = st.session_state[_PINNED]
    renewed = [text for text in shown if text not in wanted]
    for text in wanted:
        name, _, digest = text.rpartition(":")
        now = next((one for one in renewed if one.rpartition(":")[0] == name), None)
        if text not in shown and now is not None:
            renewed.remove(now)
            refuse(
                f"The weights of {shown[now]} have changed since (then {digest}, now "
                f"{now.rpartition(':')[2]})."
            )


def session_value(name: str, identity: Hashable, build: Callable[[], T]) -> T:
    """Return a value of this session alone, made anew when `identity` changes.

    For what a reader uploads: no cache that others share ever holds it.
    """
    held = st.session_state.get(name)
    if held is None or held[0] != identity:
        held = (identity, build())
        st.session_state[name] = held
    return held[1]


def set_widget(key: str, value: object) -> None:
    """Set another widget, as the callback of a button."""
    st.session_state[key] = value


def forget(prefix: str) -> None:
    """Drop the session's values whose names begin with `prefix`."""
    for name in [str(key) for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[name]


def _texts(value: object) -> str | list[str]:
    if isinstance(value, (tuple, list)):
        return [str(one) for one in value] or [""]
    return str(value).lower() if isinstance(value, bool) else str(value)


def link() -> str:
    """Return the address of this view with every field, the version and the networks' digests."""
    fields: dict[str, Any] = {_VERSION_KEY: VERSION}
    fields |= {key: _texts(value) for key, value in st.session_state.get(_RECORDED, {}).items()}
    if pins := st.session_state.get(_PINNED):
        fields[_PIN_KEY] = list(pins)
    parts = urlsplit(st.context.url or "")
    return urlunsplit((*parts[:3], urlencode(fields, doseq=True), ""))


def share() -> None:
    """Draw the permanent link to this view, the last thing on every page that has one."""
    key = "unfolded link"
    part = st.popover("Link to this view", icon=":material/link:", key=key, on_change="rerun")
    if part.open:  # parts of the page may have been drawn anew since the whole was
        part.code(link(), language=None, wrap_lines=True)
    end_page()


def page_part(draw: Callable[P, None]) -> Callable[P, None]:
    """Make `draw` a part of a page: a gesture in it draws it alone, and the address follows."""

    @st.fragment
    @wraps(draw)
    def part(*args: P.args, **options: P.kwargs) -> None:
        draw(*args, **options)
        if st.session_state[_ENDED]:
            end_page()

    return part


def end_page() -> None:
    """Write the view into the address bar; the last call of a page that offers no link."""
    state = st.session_state
    state[_ENDED] = True
    defaults = state.get(_DEFAULTS, set())
    fields = {
        key: _texts(value) for key, value in state.get(_RECORDED, {}).items() if key not in defaults
    }
    shown = {key: [text] if isinstance(text, str) else text for key, text in fields.items()}
    if shown != state.get(_HELD):
        now = time.monotonic()
        recent = [entry for entry in state.get(_LEFT, []) if now - entry[0] < _JUST_NOW]
        state[_LEFT] = [*recent, (now, state.get(_HELD))]
        state[_HELD] = shown
        st.query_params.from_dict(fields)
    _check_pins()
    unused = [key for key in state.get(_INCOMING, {}) if key not in shown]
    for key in unused:
        del state[_INCOMING][key]
    if unused:
        refuse(f"Nothing here is called {', '.join(f'“{key}”' for key in unused)}.")
    note_page()
