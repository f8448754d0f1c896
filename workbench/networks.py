"""Which networks a page asks: those that ship, or the one of a study that held the clip out."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.errors import MerError
from mer_core.models.loaded import LoadedModel
from mer_core.models.shipped import shown_weighting
from workbench import cached, panels, selection
from workbench.selection import ClipChoice

SHIPPED = "shipped, trained on generated faces"
MOST = 3  # columns by default


def asked_networks(
    choice: ClipChoice, options: Sequence[str], *, where: DeltaGenerator, more: DeltaGenerator
) -> tuple[list[LoadedModel], str]:
    """Draws the choice of networks and, in `more`, whose they are and the weighting they see."""
    run = selection.study_choice("Weights", key=selection.RUN, none=SHIPPED, where=more)
    weighting = selection.weighting("Weighting", key="w1", default=shown_weighting(), where=more)
    held_out = held_out_network(run, choice) if run else None
    if held_out is not None:
        models = [held_out]
        where.markdown(f"**{held_out.entry.title}** of {run}")
    else:
        names = selection.networks(options, default=options[:MOST], where=where)
        models = [cached.network(name, weighting) for name in names]
    return models, weighting


def more_choices(place: DeltaGenerator) -> DeltaGenerator:
    """Draws the button behind which lies what is chosen less often.

    A browser builds what lies there only when it is opened: 4 ms for each box.
    """
    return place.popover("More choices", icon=":material/tune:", width="stretch")


def held_out_network(run: str, choice: ClipChoice) -> LoadedModel | None:
    """The network of a study that never saw the clip; where there is none, says so."""
    try:
        found = cached.study_network(run, choice)
    except MerError as error:
        panels.refusal(error)
        return None
    if found is None:
        st.info(f"No network that {run} keeps has held this clip out; those that ship are shown.")
    return found


def draw_heads(models: Sequence[LoadedModel], answers: Sequence[dict[str, float]]) -> None:
    """One column for each network: what it says of the clip, and what its weights are."""
    for column, model, answer in zip(columns(models), models, answers, strict=False):
        said = max(answer, key=answer.__getitem__)
        column.markdown(
            f"**{model.entry.title}** says **{said}** ({answer[said]:.0%})\n\n"
            f":small[:gray[{weights_note(model)}]]"
        )


def weights_note(model: LoadedModel) -> str:
    """What the weights of a network are, as a sentence."""
    label = model.weights.label
    return f"{label[:1].upper()}{label[1:]}."


def columns(models: Sequence[LoadedModel]) -> list[DeltaGenerator]:
    """Columns for the networks; at least as many as keep one picture from filling the screen."""
    return st.columns(max(len(models), MOST))
