"""A view and its address: widgets bound to the URL, what they show, and the link that keeps it.

This file and `selection` are the only ones that name session keys and URL parameters. The address
bar holds the view, less what stands at its default; `link` writes every field, a version and the
digests of the networks, so that a kept address opens the same view when defaults have changed, and
says so where it cannot. A value in an address that is not among the options is reported to the
reader and replaced by the default.

Widgets show titles, addresses hold names. Streamlit's own binding would write what is shown, so
the binding is made here: an address is read when a page opens, and written when it is drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Hashable, Sequence
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
    state[_RECORDED], state[_DEFAULTS], state[_PINNED] = {}, set(), []
    state[_PAGE], state[_HELD], state[_ENDED] = title, given, False
    head = st.container(
        key="head", horizontal=True, vertical_alignment="center", gap="small", width="stretch"
    )
    head.title(title, anchor=False, width="content")
    head.caption(question, width="content")
    state[_HEAD], state[_PLACE] = head, st.empty()
    version = state[_INCOMING].pop(_VERSION_KEY, [str(VERSION)])
    if version != [str(VERSION)]:
        _refuse(f"It was made by another version of the workbench ({version[0]}).")
    _show_refused()
    demo_mode.line()


def mark_synthetic() -> None:
    """Draw the badge that says that what the page shows was generated."""
    st.session_state[_HEAD].badge("synthetic", icon=":material/science:", color="orange")


def _navigated(given: dict[str, list[str]]) -> bool:
    """Whether the reader went back or forth, rather than a browser lagging behind its page."""
    left = [old for at, old in st.session_state.get(_LEFT, []) if time.monotonic() - at < _JUST_NOW]
    return given != st.session_state.get(_HELD) and given not in left


def _refuse(words: str) -> None:
    st.session_state[_REFUSED].append(words)
    _show_refused()


def _show_refused() -> None:
    found = st.session_state[_REFUSED]
    if found:
        st.session_state[_PLACE].warning(
            "This link could not be opened as it was made. " + " ".join(found),
            icon=":material/link_off:",
        )


def _adopt(key: str, label: str, read: Callable[[list[str]], Any]) -> None:
    """Set a widget from the link; what it cannot be set to is reported."""
    texts = st.session_state.get(_INCOMING, {}).pop(key, None)
    if texts is None:
        return
    try:
        st.session_state[key] = read(texts)
    except (ValueError, IndexError):
        st.session_state.pop(key, None)
        _refuse(f"{label} cannot be “{', '.join(texts)}”.")


def _one_of(options: Sequence[T]) -> Callable[[list[str]], T]:
    names = {str(option): option for option in options}

    def read(texts: list[str]) -> T:
        if texts[0] not in names:
            raise ValueError(texts[0])
        return names[texts[0]]

    return read


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
    _adopt(key, label, _one_of(options))
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
    _adopt(key, label, _one_of(options))
    drop_if_invalid(key, options)
    found = where.segmented_control(
        label, options, default=options[0], required=True, key=key, format_func=titles, **drawn
    )
    return record_for_link(key, found or options[0], default=options[0])


def toggle(label: str, *, key: str, default: bool, where: Any = st, **drawn: Any) -> bool:
    """Draw a switch."""
    _adopt(key, label, lambda texts: {"true": True, "false": False}[texts[0].lower()])
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
            _refuse(f"{label} cannot be “{', '.join(unknown)}”.")
        return [text for text in texts if text in options]

    _adopt(key, label, read)
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
    _adopt(key, label, _bounded(int, low, high))
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
    _adopt(key, label, _bounded(float, low, high))
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
    _adopt(key, label, lambda texts: (read(texts), read(texts[1:])))
    held = st.session_state.get(key)
    if held is not None and not set(held) <= set(options):
        del st.session_state[key]  # of another clip
    whole = (options[0], options[-1])
    first, last = where.select_slider(label, options=list(options), value=whole, key=key)
    return record_for_link(key, (int(first), int(last)), default=whole)


def _bounded(
    kind: Callable[[str], Any], low: float | None, high: float | None
) -> Callable[[list[str]], Any]:
    def read(texts: list[str]) -> Any:
        value = kind(texts[0])
        if not ((low is None or value >= low) and (high is None or value <= high)):
            raise ValueError(texts[0])
        return value

    return read


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
    wanted = dict(
        text.rpartition(":")[::2] for text in st.session_state.get(_INCOMING, {}).get(_PIN_KEY, [])
    )
    if wanted.get(name, digest[:12]) != digest[:12]:
        _refuse(
            f"The weights of {title} have changed since (then {wanted[name]}, now {digest[:12]})."
        )
    st.session_state[_INCOMING].get(_PIN_KEY, []).clear()
    pins = st.session_state.setdefault(_PINNED, [])
    if f"{name}:{digest[:12]}" not in pins:
        pins.append(f"{name}:{digest[:12]}")


def _keep_within(key: str, low: float | None, high: float | None) -> None:
    """Drop a number that belonged to something with other bounds."""
    held = st.session_state.get(key)
    if held is not None and not ((low is None or held >= low) and (high is None or held <= high)):
        del st.session_state[key]


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


def drop_if_invalid(key: str, options: Container[object]) -> None:
    """Drop a widget's value that is no longer among its options."""
    if key in st.session_state and st.session_state[key] not in options:
        del st.session_state[key]


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
        fields[_PIN_KEY] = pins
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
    unused = [key for key in state.get(_INCOMING, {}) if key not in (_PIN_KEY, *shown)]
    for key in unused:
        del state[_INCOMING][key]
    if unused:
        _refuse(f"Nothing here is called {', '.join(f'“{key}”' for key in unused)}.")
    note_page()
