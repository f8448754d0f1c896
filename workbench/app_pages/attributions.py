"""Why did it say that?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from mer_core.attribution import METHODS
from mer_core.attribution.localisation import METRICS
from mer_core.plots.attributions import region_colours, score_bars
from workbench import address, attribution_map, cached, panels, selection
from workbench.asked import Asked
from workbench.frames_panel import draw_frames
from workbench.networks import asked_networks, columns, draw_heads
from workbench.parameter_form import parameter_form

address.begin_page(
    "Attributions", "Why did it say that? Networks in columns, methods in rows, one clip."
)
choice = selection.clip_choice()
recording = cached.recording(choice)
synthetic = recording.clip.synthetic
models, weighting = asked_networks(choice, selection.all_models())
looks = {model.entry.name: cached.inspection(choice, weighting, model) for model in models}

offers = {model.entry.name: cached.offers(model) for model in models}
first, second, third = st.columns([3, 1, 1])
methods = selection.method_choice(offers[models[0].entry.name], where=first)
target = selection.target_class(models, where=second)
layers = selection.layer_depth([model.entry for model in models], where=third)
view = attribution_map.choose_view(looks[models[0].entry.name].regions)

units = ", ".join(map(panels.unit_name, recording.action_units)) or "no action unit"
outlined = panels.legend(region_colours(view.regions))
st.markdown(
    f"The clip is labelled **{recording.label}**: {outlined or units}."
    + (" Outlined is where these action units move the face." if outlined else "")
)
draw_heads(models, [dict(looks[model.entry.name].answer) for model in models])

scores = {}
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
                score = look.localise(found.values)
                if score is not None:
                    scores[f"{method.title}, {model.entry.title}"] = score

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

st.header("Do the maps find the motion?")
look = looks[models[0].entry.name]
if look.regions is None:
    st.info("No action unit of this clip has a known region, so there is nothing to find.")
elif scores:
    metric = METRICS.get(
        address.choose("Score", METRICS.names(), key="metric", default="mass", width=420)
    )
    rivals = cached.rival_maps(choice.key, weighting, look.model.entry.name, look)
    panels.chart(
        partial(
            score_bars,
            {name: score.scores[metric.name].normalised for name, score in scores.items()},
            {name: score.scores[metric.name].normalised for name, score in rivals.items()},
            title="times chance",
            synthetic=synthetic,
        ),
        key="scores",
        alt="; ".join(
            f"{name}: {score.scores[metric.name].normalised:.2f} times chance"
            for name, score in {**scores, **rivals}.items()
        ),
    )
    st.caption(
        f"{metric.title}: 1 is what a random map scores. A dotted line is a map that no "
        "network made: a bar that "
        "does not pass all of them, and so is grey, explains no more than plain motion does. "
        f"Regions: {look.regions.source}, {look.regions.union.mean():.0%} of the picture. "
        "Methods that are given the regions find them by construction: "
        + (", ".join(m.title for m in METHODS if m.needs_regions))
        + f".{panels.note(synthetic)}"
    )
    part = panels.unfolding(st.expander, "All scores as a table", key="scores")
    if part.open:
        table = [
            {"map": name, "kind": kind}
            | {METRICS.get(one).title: round(score.value, 3) for one, score in found.scores.items()}
            for kind, group in (("method", scores), ("rival", rivals))
            for name, found in group.items()
        ]
        with part:
            st.dataframe(table, hide_index=True, width="stretch")
            panels.downloads(
                f"scores_{choice.key.replace('/', '-')}",
                table=panels.csv_text(table),
                synthetic=synthetic,
            )

st.header("Which frames carry it?")
carriers = selection.carriers(offers[models[0].entry.name])
if carriers:
    draw_frames(choice, weighting, list(looks.values()), carriers, methods, target, layers)
else:
    st.info("No method that applies here can be carried back to frames.")
address.share()
