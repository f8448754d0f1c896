"""Whether maps find what moves: their localisation scores beside those of maps of no network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from mer_core.attribution import METHODS
from mer_core.attribution.inspection import Inspection
from mer_core.attribution.localisation import METRICS, Localisation, localise
from mer_core.plots.bars import score_bars
from mer_core.records import AttributionMap
from workbench import cached_attributions, panels, widgets
from workbench.drawings import drawn
from workbench.selection import ClipChoice


def draw_scores(
    choice: ClipChoice,
    weighting: str,
    inspection: Inspection,
    shown: Mapping[str, tuple[Inspection, AttributionMap]],
) -> None:
    """Draw the chosen score of every map that is `shown`, and all of them as a table."""
    if inspection.regions is None:
        st.info("No action unit of this clip has a known region, so there is nothing to find.")
        return
    scores = {
        name: drawn(partial(localise, found.values, own.regions.union))
        for name, (own, found) in shown.items()
        if own.regions is not None
    }
    if not scores:
        return
    metric = METRICS.get(
        widgets.choose(
            "Score",
            METRICS.names(),
            key="metric",
            default="mass",
            titles=lambda name: METRICS.get(name).title,
            width=420,
        )
    )
    controls = cached_attributions.control_scores(choice, weighting, inspection.model)
    synthetic = inspection.recording.clip.synthetic
    panels.chart(
        partial(
            score_bars,
            {name: score.scores[metric.name].normalised for name, score in scores.items()},
            {name: score.scores[metric.name].normalised for name, score in controls.items()},
            title="times chance",
        ),
        key="scores",
        alt="; ".join(
            f"{name}: {score.scores[metric.name].normalised:.2f} times chance"
            for name, score in {**scores, **controls}.items()
        ),
    )
    st.caption(
        f"{metric.title}: 1 is what a random map scores. A dotted line is a control map, which no "
        "network made. Green bars pass all of them, orange ones some, and grey ones none. A map "
        "that does not pass motion energy explains no more than plain motion does. "
        f"Regions: {inspection.regions.source}, {inspection.regions.union.mean():.0%} of the "
        "picture. "
        "Methods that are given the regions find them by construction: "
        + (", ".join(m.title for m in METHODS if m.needs_regions))
        + "."
    )
    part = panels.lazy_container(st.expander, "All scores as a table", key="scores")
    if part.open:
        with part:
            _draw_table(choice, scores, controls, synthetic=synthetic)


def _draw_table(
    choice: ClipChoice,
    scores: Mapping[str, Localisation],
    controls: Mapping[str, Localisation],
    *,
    synthetic: bool,
) -> None:
    table = [
        {"Map": name, "Kind": kind}
        | {METRICS.get(one).title: round(score.value, 3) for one, score in found.scores.items()}
        for kind, group in (("method", scores), ("control", controls))
        for name, found in group.items()
    ]
    st.dataframe(table, hide_index=True, width="stretch")
    panels.downloads(
        f"scores_{choice.key.replace('/', '-')}",
        table=panels.csv_text(table),
        synthetic=synthetic,
    )
