"""What is selected: the only file that names session keys and URL parameters.

Widgets are bound to the URL, so the address bar always holds the view, less what stands at its
default. `link` writes every field and a version, so that a kept address opens the same view when
defaults have changed. A value that is not among the options falls back to the default, whoever
wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.datasets.synthetic import EMOTIONS
from mer_core.features import RANKINGS
from workbench import cached

VERSION = 1
LIVE = "live"
SUBJECTS = tuple(range(1, 25))
_SHOWN = "fields shown on this page"

T = TypeVar("T")


@dataclass(frozen=True)
class ClipChoice:
    """Which clip is looked at: one drawn on the spot, or one of a dataset.

    Attributes:
        source: `LIVE`, or the name of a dataset.
        subject: Number of a synthetic subject, or a dataset's subject.
        clip: Emotion and seed of a live clip, or a dataset's clip.
    """

    source: str
    subject: str
    clip: str

    @property
    def key(self) -> str:
        """One string for caches."""
        return f"{self.source}/{self.subject}/{self.clip}"


def begin_page(title: str, question: str) -> None:
    """Draws a page's head and forgets what the page before it showed."""
    st.session_state[_SHOWN] = {}
    st.title(title)
    st.caption(question)


def choose(
    label: str,
    options: Sequence[T],
    *,
    key: str,
    default: T | None = None,
    where: Any = st,
    **drawn: Any,
) -> T:
    """A select box bound to the URL; an unknown value in the URL gives the default."""
    first = default if default is not None else options[0]
    index = list(options).index(first)
    found = where.selectbox(label, options, index=index, key=key, bind="query-params", **drawn)
    return _shown(key, first if found is None else found)


def switch(label: str, options: Sequence[str], *, key: str, where: Any = st, **drawn: Any) -> str:
    """A row of buttons of which one is pressed, bound to the URL."""
    found = where.segmented_control(
        label, options, default=options[0], required=True, key=key, bind="query-params", **drawn
    )
    return _shown(key, found or options[0])


def number(
    label: str, low: int, high: int, *, key: str, default: int, where: Any = st, **drawn: Any
) -> int:
    """A whole number bound to the URL and kept within its bounds whatever the URL says."""
    found = where.number_input(
        label, min_value=low, max_value=high, value=default, key=key, bind="query-params", **drawn
    )
    return _shown(key, min(max(int(found), low), high))


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
    found = where.multiselect(
        label, options, default=list(default), key=key, bind="query-params", **drawn
    )
    return _shown(key, tuple(one for one in found if one in options))


def clip_choice() -> ClipChoice:
    """Draws the choice of a clip; it follows the reader from page to page."""
    titles = {LIVE: "Synthetic, drawn here"} | {
        source.dataset: source.title for source in cached.sources()
    }
    place = st.columns([2, 2, 2, 1])
    source = choose(
        "Clips from", list(titles), key="source", where=place[0], format_func=titles.__getitem__
    )
    if source == LIVE:
        subject = choose("Synthetic subject", SUBJECTS, key="subject", where=place[1])
        emotion = choose("Emotion", EMOTIONS, key="emotion", where=place[2])
        seed = number(
            "Seed",
            0,
            999_999,
            key="seed",
            default=0,
            where=place[3],
            help="Another seed gives another performance by the same subject.",
        )
        return ClipChoice(source, str(subject), f"{emotion}-{seed}")
    samples = cached.dataset(source).samples
    subjects = sorted({sample.subject for sample in samples})
    subject = choose("Subject", subjects, key="person", where=place[1])
    labels = {s.clip: f"{s.clip} · {s.label}" for s in samples if s.subject == subject}
    clip = choose("Clip", list(labels), key="clip", where=place[2], format_func=labels.__getitem__)
    return ClipChoice(source, subject, clip)


def weighting(label: str, *, key: str, default: str, where: Any = st) -> str:
    """Draws the choice of one named weighting."""
    return choose(label, WEIGHTINGS.names(), key=key, default=default, where=where)


def ranking(*, region: bool, where: Any = st) -> str:
    """Draws the choice of what makes a feature map worth showing.

    Args:
        region: Whether the clip has a region; rankings that need one are left out otherwise.
        where: Column to draw in.
    """
    names = [entry.name for entry in RANKINGS if region or not entry.needs_region]
    return switch("Maps ranked by", names, key="rank", where=where)


def link() -> str:
    """The address of this view with every field and the version written out."""
    shown: dict[str, Any] = st.session_state.get(_SHOWN, {})
    fields = {"v": VERSION}
    for key, value in shown.items():
        fields[key] = value
    parts = urlsplit(st.context.url or "")
    return urlunsplit((*parts[:3], urlencode(fields, doseq=True), ""))


def share() -> None:
    """Draws the permanent link to this view."""
    with st.popover("Link to this view", icon=":material/link:"):
        st.code(link(), language=None, wrap_lines=True)


def _shown(key: str, value: T) -> T:
    st.session_state.setdefault(_SHOWN, {})[key] = value
    return value
