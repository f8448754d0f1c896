"""The sidebar: name and "About", the pages, and a line while a study is training."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from workbench import cached_results

LINE = "See how a micro-expression becomes one image, and what a network makes of it."
TEXT = """
**MER Workbench** implements *AffectiveNet* (Verma, Vipparthi and Singh) and the networks that it
is compared with. A clip of a face becomes one affective-motion image, a network classifies it,
studies that leave whole subjects out score it, and the pages under *Look* show what is inside.

**Faces here are generated** wherever an orange *synthetic* badge stands. The datasets of this
field are licensed; a generated face stands in for them, and a score on it says nothing about
real people. Whoever has a licence points the workbench at their copy with `mer data add`.

**It recognises movements, not feelings.** No answer of any network here is fit to decide
anything about a person.

Nothing leaves this machine: no account, no network connection, no telemetry.
"""
POLL_SECONDS = 5.0


def draw_name() -> None:
    """Draw name, line and "About" at the head of the sidebar."""
    with st.sidebar.container(key="name", gap="small"):
        st.markdown("**MER Workbench**")
        st.caption(LINE)
        if st.button("About", type="tertiary", icon=":material/info:"):
            _about()


def draw_menu(groups: Mapping[str, Sequence[StreamlitPage]]) -> None:
    """Draw the pages by their groups."""
    with st.sidebar.container(key="menu", gap=None):
        for group, pages in groups.items():
            st.caption(group)
            for page in pages:
                st.page_link(page, width="stretch")


@st.dialog("About MER Workbench")
def _about() -> None:
    st.markdown(TEXT)
    st.caption(f"Version {_version()}")


def _version() -> str:
    try:
        return version("mer-workbench")
    except PackageNotFoundError:
        return "from source"


def draw_notice() -> None:
    """Draw the notice where a study is at work; loads nothing where none has been started."""
    if "workbench.study_runner" in sys.modules:
        with st.sidebar:
            _notice()


@st.fragment(run_every=POLL_SECONDS)
def _notice() -> None:
    run = cached_results.study_runner().run
    if run is None or run.ended:
        return
    share = run.share
    left = f", {run.time_left} left" if run.time_left else ""
    st.progress(share, text=f"Study training: {share:.0%}{left}")
    st.page_link("app_pages/results.py", label="Go to the study", icon=":material/leaderboard:")
