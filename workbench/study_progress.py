"""The study at work: how far it is, its folds, its losses, and the button that stops it."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from mer_core.plots.curves import loss_curves
from workbench import cached_results, panels
from workbench.cached_results import study_title
from workbench.study_runner import Run
from workbench.titles import fold_title

_SHOWN_CURVES = 6


def draw_progress() -> Run | None:
    """Draw the study at work on this server, or how the last one ended; return what was drawn."""
    run = cached_results.study_runner().run
    if run is None:
        return None
    if not run.ended:
        _watch()
        return run
    title = study_title(run.name)
    if run.failure:
        st.error(f"{title}: {run.failure}", icon=":material/error:")
    elif run.stopped:
        st.caption(f":material/stop: {title} was stopped; finished folds are kept.")
    else:
        st.caption(f":material/check: {title} has ended; its results are in the list.")
    return run


@st.fragment(run_every=2)
def _watch() -> None:
    run = cached_results.study_runner().run
    if run is None or run.ended:
        st.rerun()
    progress = run.progress
    text, stop = st.columns([5, 1], vertical_alignment="bottom")
    left = f", {run.time_left} left" if run.time_left else ""
    folds = f"{progress.done} of {progress.total} folds" if progress else "no fold yet"
    text.progress(run.share, text=f"{study_title(run.name)}: {folds}{left}. {run.activity}.")
    if run.stopping:
        stop.caption("Stopping.")
    elif stop.button("Stop now", icon=":material/stop:", width="stretch"):
        cached_results.study_runner().cancel()
        st.rerun(scope="fragment")
    st.html(f'<ul class="mer-fold-grid" aria-label="Folds">{_cells(run)}</ul>')
    curves = {
        fold_title(name): list(values) for name, values in list(run.losses.items())[-_SHOWN_CURVES:]
    }
    if curves:
        panels.chart(
            partial(loss_curves, curves),
            key="losses",
            alt="Training loss: "
            + "; ".join(f"{name} {values[-1]:.3f}" for name, values in curves.items()),
        )


def _cells(run: Run) -> str:
    """One cell for each fold: finished, failed, training, or waiting."""
    states = list(run.states.items())
    several = len({seed for (seed, _), _ in states}) > 1
    return "".join(
        f'<li class="mer-fold-{escape(state.partition(" ")[0].strip(","))}">'
        f"{escape(fold_title(name))}{f', seed {seed}' if several else ''}"
        f"<span>{escape(state)}</span></li>"
        for (seed, name), state in states
    )
