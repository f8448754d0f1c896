"""Why did it say that?"""

from __future__ import annotations

import streamlit as st

from mer_core.attribution import METHODS, list_methods
from mer_core.attribution.localisation import METRICS
from mer_core.errors import MerError
from mer_core.plots.attributions import region_colours, score_bars
from mer_core.plots.curves import share_curve
from workbench import address, attribution_map, cached, panels, selection
from workbench.asked import Asked
from workbench.parameter_form import parameter_form

LEAST = 3  # columns, so that one map alone does not fill the screen
DEMO = "trained on the demo twin, where there are any"

address.begin_page(
    "Attributions", "Why did it say that? Networks in columns, methods in rows, one clip."
)
choice = selection.clip_choice()
recording = cached.recording(choice)
synthetic = recording.clip.synthetic

first, second, third = st.columns([2, 2, 1])
run = selection.study_choice("Networks of", key=selection.RUN, none=DEMO, where=first)
held_out = None
if run:
    try:
        held_out = cached.study_network(run, choice)
    except MerError as error:
        panels.refusal(error)
if run and held_out is None:
    st.info(f"No network that {run} keeps has held this clip out; the demo's are shown instead.")
if held_out is not None:
    models = [held_out]
else:
    options = selection.all_models()
    names = selection.networks(options, default=options[:3], where=second)
    models = [cached.network(name, choice) for name in names]
weighting = selection.weighting("Weighting", key="w1", default="full", where=third)
looks = {model.entry.name: cached.inspection(choice, weighting, model) for model in models}

offers = {model.entry.name: list_methods(model) for model in models}
first, second, third = st.columns([3, 1, 1])
methods = selection.method_choice(offers[models[0].entry.name], where=first)
target = selection.target_class(models, where=second)
layers = selection.layer_depth([model.entry for model in models], where=third)
view = attribution_map.choose_view(looks[models[0].entry.name].regions)

st.caption(
    f"The clip is labelled **{recording.label}**. "
    + " · ".join(
        f"{model.entry.title} says **{looks[model.entry.name].predicted}** "
        f"({max(looks[model.entry.name].answer.values()):.0%}; {model.weights.label})"
        for model in models
    )
)
if view.regions:
    st.markdown("Outlined: " + panels.legend(region_colours(view.regions)))

drawn = {}
for name in methods:
    method = METHODS.get(name)
    head, form = st.columns([5, 1], vertical_alignment="bottom")
    head.subheader(method.title)
    head.caption(method.says)
    knobs = next(o.parameters for o in offers[models[0].entry.name] if o.method.name == name)
    with form.popover("Settings", icon=":material/tune:"):
        st.caption(method.paper)
        values = parameter_form(knobs, key=name)
    for column, model in zip(st.columns(max(len(models), LEAST)), models, strict=False):
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
                drawn[f"{method.title}, {model.entry.title}"] = found

reasons = [
    {"network": model.entry.title, "method": offer.method.title, "why not": offer.reason}
    for model in models
    for offer in offers[model.entry.name]
    if not offer.applies
]
if reasons:
    with st.expander(f"Methods that would say nothing, and why: {len(reasons)}"):
        st.dataframe(reasons, hide_index=True, width="stretch")

st.subheader("Do the maps find the motion?")
look = looks[models[0].entry.name]
if look.regions is None:
    st.info("No action unit of this clip has a known region, so there is nothing to find.")
elif drawn:
    metric = METRICS.get(
        address.choose(
            "Score",
            METRICS.names(),
            key="metric",
            default="mass",
        )
    )
    scores = {
        name: score
        for name, found in drawn.items()
        if (score := looks[found.model].localise(found.values)) is not None
    }
    rivals = cached.rival_maps(choice.key, weighting, look.model.entry.name, look)
    panels.chart(
        score_bars(
            {name: score.scores[metric.name].normalised for name, score in scores.items()},
            {name: score.scores[metric.name].normalised for name, score in rivals.items()},
            title=f"{metric.title}, times chance",
            synthetic=synthetic,
        ),
        key="scores",
        alt="; ".join(
            f"{name}: {score.scores[metric.name].normalised:.2f} times chance"
            for name, score in {**scores, **rivals}.items()
        ),
    )
    st.caption(
        f"Regions: {look.regions.source}, {look.regions.union.mean():.0%} of the picture. A map "
        "that does not pass every dotted line explains nothing that plain motion does not. "
        "Methods that are given the regions find them by construction: "
        + (", ".join(m.title for m in METHODS if m.needs_regions))
        + f".{panels.note(synthetic)}"
    )
    table = [
        {"map": name, "kind": kind}
        | {METRICS.get(one).title: round(score.value, 3) for one, score in found.scores.items()}
        for kind, group in (("method", scores), ("rival", rivals))
        for name, found in group.items()
    ]
    with st.expander("All scores as a table"):
        st.dataframe(table, hide_index=True, width="stretch")
        panels.downloads(
            f"scores_{choice.key.replace('/', '-')}",
            table=panels.csv_text(table),
            synthetic=synthetic,
        )

st.subheader("Which frames carry it?")
carriers = selection.carriers(offers[models[0].entry.name])
if not carriers:
    st.info("No method that applies here can be carried back to frames.")
else:
    carrier = address.choose(
        "Carried back by",
        carriers,
        key="carrier",
    )
    curves, facts, numbers = {}, [], ()
    for model in models:
        known = target if target in model.classes else None
        try:
            shares = cached.shares(choice, weighting, model, Asked(method=carrier, target=known))
        except MerError as error:
            facts.append(f"{model.entry.title}: {error.what}.")
            continue
        curves[model.entry.title] = shares.relative()
        facts.append(
            f"{model.entry.title}: the shares sum to {shares.curve().sum():.3g}, appearance adds "
            f"{shares.appearance.sum():.3g}."
        )
        numbers = shares.frame_numbers
    if curves:
        panels.chart(
            share_curve(
                numbers,
                curves,
                key_frames=recording.key_frames,
                synthetic=synthetic,
                title="share",
            ),
            key="shares",
            alt="; ".join(
                f"{name}: from {curve.min():.3g} to {curve.max():.3g}"
                for name, curve in curves.items()
            ),
        )
    st.caption(
        "Each curve is divided by the sum of its absolute values. "
        + " ".join(facts)
        + " Exact while the display constants of the image are held fixed: with "
        f"appearance, the shares sum to the map pixel by pixel.{panels.note(synthetic)}"
    )
address.share()
