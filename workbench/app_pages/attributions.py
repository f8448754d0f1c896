"""Why did it say that?"""

from __future__ import annotations

import streamlit as st

from mer_core.attribution import METHODS
from mer_core.inputs.recording import unit_name
from mer_core.plots.attributions import region_colours
from mer_core.records import AttributionRequest
from workbench import (
    address,
    attribution_map,
    attribution_selection,
    cached_attributions,
    panels,
    selection,
    widgets,
)
from workbench.attribution_selection import parameter_form
from workbench.frames_panel import draw_frames
from workbench.networks import chosen_networks, columns, draw_predictions, more_choices
from workbench.scores_panel import draw_scores
from workbench.titles import sentence_case

SCORES, FRAMES = "scores", "frames"  # one at a time: each has a chart, and both would be waited for
FURTHER = {SCORES: "Do the maps find the motion?", FRAMES: "Which frames carry it?"}

address.begin_page(
    "Attributions", "Why did it say that? Networks in columns, methods in rows, one clip."
)
row = panels.choice_row()
choice, recording = selection.open_clip(row)
more = more_choices(row)
models, weighting = chosen_networks(choice, selection.all_models(), where=row, more=more)
inspections = {
    model.entry.name: cached_attributions.inspection(choice, weighting, model) for model in models
}
availability = {model.entry.name: cached_attributions.available_methods(model) for model in models}
target = attribution_selection.target_class(models, where=more)
layers = attribution_selection.layer_depth([model.entry for model in models], where=more)
view = attribution_map.choose_view(inspections[models[0].entry.name].regions, where=more)

draw_predictions(models, [inspections[model.entry.name].answer for model in models], recording)
units = ", ".join(map(unit_name, recording.action_units)) or "no action unit"
outlined = panels.legend(region_colours(view.regions))
st.markdown(
    f"The clip is labelled **{sentence_case(recording.label)}**: {outlined or units}."
    + (" Outlined is where these action units move the face." if outlined else "")
)
below = st.container(horizontal=True, vertical_alignment="bottom")
methods = attribution_selection.method_choice(
    [available for one in availability.values() for available in one], where=below
)
untrained = [model.entry.title for model in models if not model.weights.trained]
wanted = not untrained or widgets.toggle(
    "Show maps of untrained networks too, which explain nothing",
    key="untrained",
    default=False,
    where=below,
)

shown = []
for name in methods:
    method = METHODS.get(name)
    form = st.container(horizontal=True, vertical_alignment="center")
    form.header(method.title, anchor=False, width="content", help=method.description)
    parameters = next(
        available.parameters
        for one in availability.values()
        for available in one
        if available.method.name == name
    )
    with form.popover("Settings", icon=":material/tune:"):
        st.caption(method.paper)
        values = parameter_form(parameters, key=name)
    for column, model in zip(columns(models), models, strict=False):
        with column:
            if not (model.weights.trained or wanted):
                st.caption(f"{model.entry.title} is untrained: its map is withheld.")
                continue
            request = AttributionRequest(
                method=name,
                target=target,
                layer=layers.get(model.entry.name) if method.needs_layer else None,
                parameters=attribution_map.fitting(values, method, model),
            )
            inspection = inspections[model.entry.name]
            drawn = attribution_map.draw_map(choice, weighting, inspection, request, view)
            if drawn is not None:
                shown.append((f"{method.title}, {model.entry.title}", drawn))
attribution_map.watch_checks([drawn for _, drawn in shown])

reasons = [
    {"Network": model.entry.title, "Method": available.method.title, "Reason": available.reason}
    for model in models
    for available in availability[model.entry.name]
    if not available.applies
]
if reasons:
    part = panels.lazy_container(
        st.expander, f"Unavailable methods ({len(reasons)})", key="reasons"
    )
    if part.open:
        part.dataframe(reasons, hide_index=True, width="stretch")


@address.page_part
def draw_further() -> None:
    """Draw the scores of the maps or what frames carry, whichever is chosen."""
    further = widgets.switch(
        "More about these maps",
        tuple(FURTHER),
        key="further",
        titles=FURTHER.__getitem__,
        label_visibility="collapsed",
    )
    if further == SCORES:
        draw_scores(
            choice,
            weighting,
            inspections[models[0].entry.name],
            {title: (drawn.inspection, drawn.found) for title, drawn in shown},
        )
    else:
        draw_frames(
            choice,
            weighting,
            list(inspections.values()),
            attribution_selection.decomposing_names(availability[models[0].entry.name]),
            methods,
            target,
            layers,
        )


draw_further()
address.share()
