"""One clip, all the way through: face, weights, affective-motion image, feature maps."""

from __future__ import annotations

import base64

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.features import RANKINGS
from mer_core.models.catalog import list_models
from mer_core.plots.colour import shared_scale
from mer_core.plots.curves import intensity_curves, weight_curves
from mer_core.plots.images import map_sheet
from mer_core.plots.raster import overlay
from workbench import cached, selection

SLOW = 12
TILES = 4

st.title("One clip")
st.caption(
    "A synthetic face makes a micro-expression; its frames become one image; a network looks at it."
)
choice = selection.synthetic_choice()
clip = cached.synthetic_clip(choice.subject, choice.emotion, choice.seed)
plan, truth = clip.plan, clip.truth
key_frames = {"onset": plan.onset, "apex": plan.apex, "offset": plan.offset}
shown = range(plan.onset, plan.offset + 1)

left, right = st.columns([2, 3], gap="large")
with left:
    st.subheader("The clip")
    movie = cached.synthetic_animation(choice.subject, choice.emotion, choice.seed, SLOW)
    peak = float(np.linalg.norm(truth.displacement, axis=2).max())
    units = ", ".join(truth.action_units) or "no action unit"
    st.image(
        f"data:image/webp;base64,{base64.b64encode(movie).decode()}",
        width="stretch",
        caption=f"Played at {SLOW} of {plan.fps:g} frames per second. {units}; the skin moves by "
        f"{peak:.1f} px at most. Synthetic.",
        alt=f"Synthetic subject {choice.subject} showing {choice.emotion}: {units}, onset at frame "
        f"{plan.onset}, apex {plan.apex}, offset {plan.offset}",
    )
with right:
    st.subheader("Weights of its frames")
    first, second = st.columns(2)
    with first:
        one = selection.weighting("Weighting", key="w1", default="full")
    with second:
        other = selection.weighting("beside", key="w2", default="rank-pooling")
    images = {
        name: cached.synthetic_image(choice.subject, choice.emotion, choice.seed, name)
        for name in dict.fromkeys((one, other))
    }
    st.plotly_chart(
        weight_curves(
            list(shown),
            {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()},
            key_frames=key_frames,
            synthetic=True,
        ),
        theme=None,
        key="weights",
        alt="Weight of each frame: "
        + "; ".join(
            f"{name} from {image.weights.min():.2f} to {image.weights.max():.2f}, "
            f"sum {image.weights.sum():.2f}"
            for name, image in images.items()
        ),
    )
    st.plotly_chart(
        intensity_curves(
            list(range(len(clip.frames))), truth.action_units, truth.curves, key_frames=key_frames
        ),
        theme=None,
        key="intensity",
        alt="Intensity of each action unit over time: "
        + ", ".join(
            f"{name} peaks at {truth.curves[:, i].max():.2f}"
            for i, name in enumerate(truth.action_units)
        ),
    )

st.subheader("Affective-motion images")
*panels, moving = st.columns(3, gap="medium")
for column, name in zip(panels, (one, other), strict=True):
    entry, image = WEIGHTINGS.get(name), images[name]
    column.image(
        image.image,
        width="stretch",
        caption=f"{entry.title}: {entry.formula}; the weights sum to {entry.sums_to}. "
        f"Raw sum {image.minimum:.0f} to {image.maximum:.0f}. Synthetic.",
        alt=f"Affective-motion image under {name} weights, raw sum {image.minimum:.0f} to "
        f"{image.maximum:.0f}",
    )
motion = np.linalg.norm(truth.displacement, axis=2)
scale = shared_scale([np.zeros(1), motion], signed=False)
moving.image(
    overlay(clip.frames[plan.apex], motion, scale),
    width="stretch",
    caption=f"Ground truth: how far the skin has moved at the apex, {scale.describe()} px.",
    alt=f"Displacement of the skin from onset to apex, at most {peak:.1f} pixels",
)

st.subheader("What the kernels see")
branched = [entry for entry in list_models() if any(layer.branch for layer in entry.layers)]
entry = branched[0]
model = cached.network(entry.name)
st.caption(f"{entry.title} on the {one} image. **{model.weights.label}**")
how, depth = st.columns([3, 2])
with how:
    rank = selection.ranking()
branches = list(dict.fromkeys(layer.branch for layer in entry.layers if layer.branch))
per_branch = {
    branch: [layer for layer in entry.layers if layer.branch == branch] for branch in branches
}
with depth:
    level = st.selectbox(
        "Layer",
        range(len(per_branch[branches[0]])),
        format_func=lambda i: per_branch[branches[0]][i].title.split(", ", 1)[-1],
        key="depth",
        bind="query-params",
    )
maps = cached.synthetic_maps(choice.subject, choice.emotion, choice.seed, one, entry.name)
region = np.asarray(truth.masks.any(axis=0)) if len(truth.masks) else None
if RANKINGS.get(rank).needs_region and region is None:
    rank = selection.first_ranking()
    st.info(f"Nothing moves in this clip, so there is no region; maps are ranked by {rank}.")
picked = {}
for branch in branches:
    found = maps[per_branch[branch][level].name]
    chosen = found.top(TILES, RANKINGS.get(rank), region)
    picked[branch] = (chosen, found.values[chosen])
scale = shared_scale([values for _, values in picked.values()], signed=False)
for column, branch in zip(st.columns(len(branches)), branches, strict=True):
    layer = per_branch[branch][level]
    chosen, values = picked[branch]
    sheet, _ = map_sheet(values, [f"map {i}" for i in chosen], columns=2, size=120, scale=scale)
    column.image(
        sheet,
        width="stretch",
        caption=f"{layer.title}: {len(chosen)} of {layer.channels} maps at 1/{layer.stride}",
        alt=f"The {len(chosen)} first maps of {layer.title} by {rank}, {scale.describe()}",
    )
st.caption(f"One scale for all panels: {scale.describe()}.")
