"""One clip, all the way through: face, affective-motion image, prediction, feature maps."""

from __future__ import annotations

import sys
import time

import streamlit as st

from mer_core.ami import DEFAULT_WEIGHTING, WEIGHTINGS
from mer_core.inputs.recording import clip_facts
from mer_core.models.shipped import shown_weighting
from workbench import address, cached, cached_attributions, panels, selection
from workbench.image_parts import draw_weights_chart
from workbench.picture_tiles import displacement_tile, motion_image_tile
from workbench.player import play_recording
from workbench.tiles import draw_tiles

# Seconds. PyTorch holds Python's lock while it is loaded. Where it waits until what is drawn before
# is sent, pictures came 0.4 s sooner in a cold start, and the networks' maps 0.1 to 0.2 s.
SENDING = 0.3

address.begin_page(
    "One clip",
    "A face makes a micro-expression; its frames become one image; a network classifies it.",
)
row = panels.choice_row()
choice, recording = selection.open_clip(row)
weighting = selection.weighting("Weighting", key="w1", default=shown_weighting(), where=row)
image = cached.image(choice, weighting)
entry = WEIGHTINGS.get(weighting)

seen, made, answered = st.columns(3, gap="large")
with seen:
    st.subheader("Micro-expression", anchor=False)
    st.markdown("A whole facial expression in under half a second, too slight for most to see.")
    play_recording(recording, key="player", name=panels.clip_words(recording))
    st.caption(clip_facts(recording))
with made:
    st.subheader("Affective-motion image", anchor=False)
    st.markdown("All frames in one: each weighted by its place in time, and the sum of them.")
    draw_tiles([motion_image_tile(image)], key=f"image {weighting}", columns=1)
    st.caption(
        "The weights sum to the number of frames, so the face stays visible."
        if entry.keeps_appearance
        else "The weights sum to 0, so what does not move is grey."
    )
with answered:
    st.subheader("Prediction", anchor=False)
    st.markdown("A network turns the image into feature maps, and those into one class.")
    prediction = st.container()

st.header("How the frames are weighted", anchor=False)


@address.page_part
def draw_weights() -> None:
    """Draw the weights of the frames, beside those of another weighting."""
    chart, others = st.columns([3, 2], gap="large")
    with others:
        second = selection.weighting("Compare with", key="w2", default=DEFAULT_WEIGHTING)
        tiles = [motion_image_tile(cached.image(choice, second))]
        moved = displacement_tile(
            recording,
            title="Ground truth",
            caption="How far the skin has moved at the apex, in pixels",
        )
        draw_tiles([*tiles, *([moved] if moved else [])], key="others", columns=2, unit="")
    with chart:
        images = {name: cached.image(choice, name) for name in dict.fromkeys((weighting, second))}
        draw_weights_chart(recording, images, key="weights")


draw_weights()

st.header("What the kernels see", anchor=False)
with prediction, st.spinner("Loading the networks"):  # for seconds on a first visit
    if "torch" not in sys.modules:
        time.sleep(SENDING)
    from mer_core.models.catalog import branched_models
    from workbench.branches import draw_branches
    from workbench.networks import PredictionView, draw_marks
model = cached.network(branched_models()[0].name, weighting)
inspection = cached_attributions.inspection(choice, weighting, model)
PredictionView(model, inspection.answer, recording.label).draw(where=prediction)
with prediction:
    draw_marks([model], recording)
    panels.open_elsewhere({}, panels.CLIP_PAGES)
st.markdown(
    f"A feature map is what one kernel responds with at every place. {model.entry.title} looks "
    f"through {len(model.entry.branches())} sizes of kernel side by side."
)
draw_branches(choice, weighting, model, recording.region)
address.share()
