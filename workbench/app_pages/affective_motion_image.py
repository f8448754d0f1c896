"""How does this clip become this image?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS
from workbench import address, cached, panels, selection, widgets
from workbench.image_parts import draw_motion, draw_parts
from workbench.picture_tiles import frame_tiles, weighted_tiles
from workbench.tiles import draw_tiles
from workbench.titles import weighting_title

STRIP = 9

address.begin_page(
    "Affective-motion image",
    "How does this clip become this image? Its frames are weighted and summed.",
)
row = panels.choice_row()
choice, recording = selection.open_clip(row)
clip = recording.expression
numbers = list(clip.frame_numbers)
chosen = widgets.several(
    "Weightings",
    WEIGHTINGS.names(),
    key="w",
    default=("full", "linear"),
    titles=weighting_title,
    where=row,
)
chosen = chosen or ("full",)
panels.weightings(chosen, where=row)
images = {name: cached.image(choice, name) for name in chosen}

st.header("Frames, and each times its weight", anchor=False)
picks = np.linspace(0, len(clip) - 1, min(STRIP, len(clip))).round().astype(int)
shown = [numbers[i] for i in picks]
draw_tiles(frame_tiles(list(clip.frames[picks]), shown), key="frames shown", columns=STRIP)
weighed = weighted_tiles(clip.frames[picks], images[chosen[0]].weights[picks], shown)
draw_tiles(weighed, key="weighted", columns=STRIP)
st.caption(
    f"{len(picks)} of {len(clip)} frames, and below each what it adds under "
    f"{weighting_title(chosen[0]).lower()} weights; colours are linear near 0 and logarithmic "
    "beyond. The sum of all is the image."
)

st.header("The image, whole and in part", anchor=False)
draw_parts(choice, recording, images)

st.header("What moves where", anchor=False)
if widgets.toggle("Draw a box on the face, and see the motion inside", key="boxed", default=False):
    draw_motion(choice, recording)
address.share()
