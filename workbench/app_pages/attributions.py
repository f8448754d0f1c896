"""Why did it say that?"""

from __future__ import annotations

import streamlit as st

from mer_core.attribution import METHODS
from mer_core.plots.attributions import region_colours
from workbench import address, attribution_map, cached, panels, selection
from workbench.asked import Asked
from workbench.frames_panel import draw_frames
from workbench.networks import asked_networks, columns, draw_heads, more_choices
from workbench.parameter_form import parameter_form
from workbench.scores_panel import draw_scores

FURTHER = ("scores", "frames")  # one at a time: each has a chart, and both would be waited for

address.begin_page(
    "Attributions", "Why did it say that? Networks in columns, methods in rows, one clip."
)
choice = selection.clip_choice()
recording = cached.recording(choice)
synthetic = recording.clip.synthetic
first, second, third = st.columns([3, 3, 1.4], vertical_alignment="bottom")
more = more_choices(third)
models, weighting = asked_networks(choice, selection.all_models(), where=first, more=more)
looks = {model.entry.name: cached.inspection(choice, weighting, model) for model in models}

offers = {model.entry.name: cached.offers(model) for model in models}
methods = selection.method_choice(offers[models[0].entry.name], where=second)
target = selection.target_class(models, where=more)
layers = selection.layer_depth([model.entry for model in models], where=more)
view = attribution_map.choose_view(looks[models[0].entry.name].regions)

units = ", ".join(map(panels.unit_name, recording.action_units)) or "no action unit"
outlined = panels.legend(region_colours(view.regions))
st.markdown(
    f"The clip is labelled **{recording.label}**: {outlined or units}."
    + (" Outlined is where these action units move the face." if outlined else "")
)
draw_heads(models, [dict(looks[model.entry.name].answer) for model in models])

shown = {}
for name in methods:
    method = METHODS.get(name)
    head, form = st.columns([5, 1], vertical_alignment="bottom")
    head.header(method.title)
    head.caption(method.says)
    knobs = next(o.parameters for o in offers[models[0].entry.name] if o.method.name == name)
    with form.popover("Settings", icon=":material/tune:"):
        st.caption(method.paper)
        values = parameter_form(knobs, key=name)
    for column, model in zip(columns(models), models, strict=False):
        with column:
            look = looks[model.entry.name]
            asked = Asked(
                method=name,
                target=target,
                layer=layers.get(model.entry.name) if method.needs_layer else None,
                parameters=attribution_map.fitting(values, method, model),
            )
            found = attribution_map.draw_map(choice, weighting, look, asked, view)
            if found is not None:
                shown[f"{method.title}, {model.entry.title}"] = (look, found)

reasons = [
    {"network": model.entry.title, "method": offer.method.title, "why not": offer.reason}
    for model in models
    for offer in offers[model.entry.name]
    if not offer.applies
]
if reasons:
    part = panels.unfolding(
        st.expander, f"Methods that would say nothing, and why: {len(reasons)}", key="reasons"
    )
    if part.open:
        part.dataframe(reasons, hide_index=True, width="stretch")

further = address.switch("Look further at", FURTHER, key="further")
if further == FURTHER[0]:
    draw_scores(choice, weighting, looks[models[0].entry.name], shown)
else:
    draw_frames(
        choice,
        weighting,
        list(looks.values()),
        selection.carriers(offers[models[0].entry.name]),
        methods,
        target,
        layers,
    )
address.share()
