"""One clip, all the way through: face, weights, affective-motion image, feature maps."""

from __future__ import annotations

import sys
import time
from functools import partial

import streamlit as st

from mer_core.ami import DEFAULT_WEIGHTING, WEIGHTINGS
from mer_core.models.shipped import shown_weighting
from mer_core.plots.curves import weight_curves, weights_and_intensities
from workbench import address, cached, panels, selection
from workbench.picture_tiles import displacement_tile
from workbench.tiles import draw_tiles

# Seconds. PyTorch holds Python's lock while it is loaded. Where it waits until what is drawn before
# is sent, pictures came 0.4 s sooner in a cold start, and the networks' maps 0.1 to 0.2 s.
SENDING = 0.3

address.begin_page(
    "One clip",
    "A face makes a micro-expression; its frames become one image; a network looks at it.",
)
choice = selection.clip_choice()
recording = cached.recording(choice)
synthetic = recording.clip.synthetic

left, right = st.columns([2, 3], gap="large")
with left:
    st.header("The clip")
    panels.player(choice, recording)
with right:
    st.header("Weights of its frames")
    first, second = st.columns(2)
    one = selection.weighting("Weighting", key="w1", default=shown_weighting(), where=first)
    other = selection.weighting("Compared with", key="w2", default=DEFAULT_WEIGHTING, where=second)
    images = {name: cached.image(choice, name) for name in dict.fromkeys((one, other))}
    truth = recording.truth
    weights = {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()}
    numbers, keys = recording.expression.frame_numbers, recording.key_frames
    said = "Weight of each frame: " + "; ".join(
        f"{name} from {image.weights.min():.2f} to {image.weights.max():.2f}, "
        f"sum {image.weights.sum():.2f}"
        for name, image in images.items()
    )
    if truth is None:
        drawn = partial(weight_curves, numbers, weights, key_frames=keys, synthetic=synthetic)
    else:
        units = dict(zip(truth.action_units, truth.curves.T, strict=True))
        drawn = partial(
            weights_and_intensities,
            weights,
            numbers,
            units,
            recording.clip.frame_numbers,
            key_frames=keys,
        )
        said += ". Intensity of each action unit over time: " + ", ".join(
            f"{name} peaks at {curve.max():.2f}" for name, curve in units.items()
        )
    panels.chart(drawn, key="weights", alt=said)

st.header("Affective-motion images")
*places, moving = st.columns(3, gap="medium")
for column, name in zip(places, (one, other), strict=True):
    panels.motion_image(images[name], name, synthetic=synthetic, where=column)
if truth is not None:
    tile = displacement_tile(
        recording, title="Ground truth", caption="How far the skin has moved at the apex."
    )
    draw_tiles([tile] if tile else [], key="moved", columns=1, unit="px", where=moving)

st.header("What the kernels see")
with st.spinner("Loading the networks"):  # for seconds on a first visit, behind what is drawn above
    if "torch" not in sys.modules:
        time.sleep(SENDING)
    from mer_core.models.catalog import branched_models
    from workbench.branches import draw_branches
entry = branched_models()[0]
model = cached.network(entry.name, one)
st.caption(
    f"{entry.title} looks at the {one} image through {len(entry.branches())} kernels of different "
    f"size. Its weights: **{model.weights.label}**."
)
draw_branches(choice, one, model, recording.region)
panels.open_elsewhere(
    {},
    {**panels.CLIP_PAGES, "lessons": "Lessons: what is all this?"},
    where=st.container(horizontal=True),
)
address.share()
