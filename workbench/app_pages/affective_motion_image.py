"""How does this clip become this image?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS
from mer_core.inputs.script import ami_script
from workbench import address, cached, gestures, panels, pointing, selection
from workbench.motion_panel import draw_motion
from workbench.picture_tiles import frame_tiles, motion_image_tile, weight_sum, weighted_tiles
from workbench.tiles import draw_tiles
from workbench.titles import weighting_title
from workbench.weights_chart import draw_brushable

STRIP = 9

address.begin_page(
    "Affective-motion image",
    "How does this clip become this image? Its frames are weighted and summed.",
)
row = panels.choice_row()
choice, recording = selection.open_clip(row)
clip, synthetic = recording.expression, recording.clip.synthetic
numbers = list(clip.frame_numbers)
chosen = address.several(
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
stem = f"ami_{choice.key.replace('/', '-')}"

st.header("Frames, and each times its weight", anchor=False)
picks = np.linspace(0, len(clip) - 1, min(STRIP, len(clip))).round().astype(int)
shown = [numbers[i] for i in picks]
draw_tiles(frame_tiles(list(clip.frames[picks]), shown), key="frames shown", columns=STRIP)
weighed = weighted_tiles(clip.frames[picks], images[chosen[0]].weights[picks], shown)
draw_tiles(weighed, key="weighted", columns=STRIP)
st.caption(
    f"{len(picks)} of {len(clip)} frames, and below each what it adds under "
    f"{weighting_title(chosen[0]).lower()} weights. Half of the frames reach beyond the colours. "
    "The sum of all is the image."
)

st.header("The image, whole and in part", anchor=False)
curve, pictures = st.columns([1, 1], gap="large")
with curve:
    event = draw_brushable(recording, images, key="brush")
    st.caption("Drag across the curve to choose frames, or move the ends of the range.")
    first, last = pointing.frame_range(numbers, brushed=gestures.brushed_range(dict(event)))
with pictures:
    for name in chosen:
        part = selection.between(recording, first, last).image(name)
        alone = replace(
            motion_image_tile(part, title=f"Frames {first} to {last} alone"),
            caption=f"{len(part.weights)} weights of their own, sum {weight_sum(part)}",
            alt=f"Image of frames {first} to {last} alone under {name} weights, raw sum "
            f"{part.minimum:.0f} to {part.maximum:.0f}",
        )
        whole = motion_image_tile(images[name], caption=f"all {len(clip)} frames")
        draw_tiles([whole, alone], key=f"image {name}", columns=2, least=160)
        for place, frames in zip(st.columns(2), (None, (first, last)), strict=True):
            part_of = f"{stem}_{name}" + (f"_{first}-{last}" if frames else "")
            written = f"{part_of}_synthetic" if synthetic else part_of
            image = part if frames else images[name]
            weights = zip(image.frame_numbers, image.weights.tolist(), strict=True)
            panels.export(
                part_of,
                image.image,
                array=image.total,
                table=panels.csv_text([{"frame": n, "weight": w} for n, w in weights]),
                script=ami_script(
                    selection.clip_code(choice),
                    image,
                    frames=frames,
                    name=written,
                    title=clip.name,
                    synthetic=synthetic,
                ),
                synthetic=synthetic,
                where=place,
            )

st.header("What moves where", anchor=False)
if address.toggle("Draw a box on the face, and see the motion inside", key="boxed", default=False):
    draw_motion(choice, recording)
address.share()
