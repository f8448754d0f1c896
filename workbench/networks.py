"""Which networks a page shows: those that come with the workbench, or one of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.errors import MerError
from mer_core.models.loaded import LoadedModel
from mer_core.models.shipped import shown_weighting
from mer_core.training.study import Study
from workbench import address, cached, cached_results, panels, selection
from workbench.cached_results import study_title
from workbench.prediction_view import PredictionView
from workbench.selection import ClipChoice

SHIPPED = "shipped, trained on generated faces"
MOST = 3  # columns by default


def chosen_networks(
    choice: ClipChoice, options: Sequence[str], *, where: Any, more: Any
) -> tuple[list[LoadedModel], str]:
    """Draw the choice of networks and, in `more`, of their weights and the weighting they see."""
    run = selection.study_choice("Weights", key=selection.RUN, none=SHIPPED, where=more)
    weighting = selection.weighting("Weighting", key="w1", default=shown_weighting(), where=more)
    held_out = held_out_network(run, choice) if run else None
    if held_out is not None:
        models = [held_out]
        where.markdown(f"**{held_out.entry.title}** of {study_title(run or '')}")
    else:
        names = selection.networks(options, default=options[:MOST], where=where)
        models = [cached.network(name, weighting) for name in names]
    for model in models:
        address.pin(model.entry.name, model.entry.title, model.weights.digest)
    return models, weighting


def more_choices(place: Any) -> Any:
    """Draw the button behind which lies what is chosen less often.

    A browser builds what lies there only when it is opened: 4 ms for each box.
    """
    return place.popover("More", icon=":material/tune:")


def held_out_network(run: str, choice: ClipChoice) -> LoadedModel | None:
    """Return the network of a study that never saw the clip; where there is none, say so."""
    try:
        found = _held_out(run, choice)
    except MerError as error:
        panels.refusal(error)
        return None
    if found is None:
        st.info(
            f"No network that {study_title(run)} keeps has held this clip out; those that "
            "ship are shown."
        )
    return found


def _held_out(study: str, choice: ClipChoice) -> LoadedModel | None:
    """The network of `study` that held the clip out; None where none did or none is kept."""
    result = cached_results.study_result(study)
    fold = result.fold_of(choice.key)
    if fold is None:
        return None
    path = Study.open(study).weights_path(fold)
    name = result.definition["experiment"]["model"]
    return cached.checkpoint(name, str(path)) if path.exists() else None


def draw_predictions(
    models: Sequence[LoadedModel], answers: Sequence[Mapping[str, float]], label: str
) -> None:
    """Draw one column for each network: prediction, probabilities, right or wrong, and weights."""
    for column, model, answer in zip(columns(models), models, answers, strict=False):
        PredictionView(model, answer, label).draw(where=column, mapping=False)


def columns(models: Sequence[LoadedModel]) -> list[DeltaGenerator]:
    """Return columns for the networks; so many that no picture fills the screen."""
    return st.columns(max(len(models), MOST), gap="medium")
