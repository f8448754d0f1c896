"""A line in the sidebar of every page while a study is training."""

from __future__ import annotations

import sys

import streamlit as st

from workbench import cached_results

POLL_SECONDS = 5.0


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
