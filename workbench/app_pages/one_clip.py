"""One clip, all the way through: face, weights, affective-motion image, feature maps."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.plots.colour import shared_scale
from mer_core.plots.curves import intensity_curves, weight_curves
from mer_core.plots.images import map_sheet
from mer_core.plots.raster import overlay
from workbench import address, cached, panels, selection

TILES = 4

address.begin_page(
    "One clip",
    "A face makes a micro-expression; its frames become one image; a network looks at it.",
)
choice = selection.clip_choice()
recording = cached.recording(choice)
synthetic = recording.clip.synthetic

left, right = st.columns([2, 3], gap="large")
with left:
    st.subheader("The clip")
    panels.player(choice, recording)
with right:
    st.subheader("Weights of its frames")
    first, second = st.columns(2)
    one = selection.weighting("Weighting", key="w1", default="full", where=first)
    other = selection.weighting("beside", key="w2", default="rank-pooling", where=second)
    images = {name: cached.image(choice, name) for name in dict.fromkeys((one, other))}
    panels.chart(
        weight_curves(
            recording.expression.frame_numbers,
            {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()},
            key_frames=recording.key_frames,
            synthetic=synthetic,
        ),
        key="weights",
        alt="Weight of each frame: "
        + "; ".join(
            f"{name} from {image.weights.min():.2f} to {image.weights.max():.2f}, "
            f"sum {image.weights.sum():.2f}"
            for name, image in images.items()
        ),
    )
    truth = recording.truth
    if truth is not None:
        panels.chart(
            intensity_curves(
                recording.clip.frame_numbers,
                truth.action_units,
                truth.curves,
                key_frames=recording.key_frames,
            ),
            key="intensity",
            alt="Intensity of each action unit over time: "
            + ", ".join(
                f"{name} peaks at {truth.curves[:, i].max():.2f}"
                for i, name in enumerate(truth.action_units)
            ),
        )

st.subheader("Affective-motion images")
*places, moving = st.columns(3, gap="medium")
for column, name in zip(places, (one, other), strict=True):
    panels.motion_image(images[name], name, synthetic=synthetic, where=column)
if truth is not None:
    motion = np.linalg.norm(truth.displacement, axis=2)
    scale = shared_scale([np.zeros(1), motion], signed=False)
    moving.image(
        overlay(recording.clip.frames[truth.apex], motion, scale),
        width="stretch",
        caption=f"Ground truth: how far the skin has moved at the apex, {scale.describe()} px.",
        alt=f"Displacement of the skin from onset to apex, at most {motion.max():.1f} pixels",
    )

st.subheader("What the kernels see")
with st.spinner("Loading the networks"):  # for seconds on a first visit, behind what is drawn above
    from mer_core.features import RANKINGS
    from mer_core.models.catalog import branched_models
entry = branched_models()[0]
model = cached.network(entry.name, choice)
st.caption(f"{entry.title} on the {one} image. **{model.weights.label}**")
how, depth = st.columns([3, 2])
rank = selection.ranking(region=recording.region is not None, where=how)
branches = entry.branches()
parts = [layer.name.rsplit(".", 1)[-1] for layer in branches[next(iter(branches))]]
level = parts.index(address.choose("Layer", parts, key="depth", where=depth))
maps = cached.maps(choice, one, entry.name)
picked = {}
for branch, layers in branches.items():
    found = maps[layers[level].name]
    chosen = found.top(TILES, RANKINGS.get(rank), recording.region)
    picked[branch] = (chosen, found.values[chosen])
scale = shared_scale([values for _, values in picked.values()], signed=False)
for column, (branch, layers) in zip(st.columns(len(branches)), branches.items(), strict=True):
    layer = layers[level]
    chosen, values = picked[branch]
    sheet, _ = map_sheet(values, [f"map {i}" for i in chosen], columns=2, size=120, scale=scale)
    column.image(
        sheet,
        width="stretch",
        caption=f"{layer.title}: {len(chosen)} of {layer.channels} maps at {layer.stage}",
        alt=f"The {len(chosen)} first maps of {layer.title} by {rank}, {scale.describe()}",
    )
st.caption(f"One scale for all panels: {scale.describe()}.{panels.note(synthetic)}")
address.share()
