"""How does this clip become this image?"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS, partial_ami
from mer_core.inputs.script import ami_script
from mer_core.plots.curves import weight_curves
from workbench import address, cached, gestures, panels, pointing, selection
from workbench.motion_panel import draw_motion
from workbench.picture_tiles import frame_tiles, motion_image_tile, weighted_tiles
from workbench.tiles import draw_tiles

STRIP = 7
PAIRS = 2  # weightings in a row, each as a whole and in part

address.begin_page(
    "Affective-motion image",
    "How does this clip become this image? Its frames are weighted and summed.",
)
choice = selection.clip_choice()
recording = cached.recording(choice)
clip, synthetic = recording.expression, recording.clip.synthetic
numbers = list(clip.frame_numbers)
first, second = st.columns([4, 1], vertical_alignment="bottom")
chosen = address.several(
    "Weightings", WEIGHTINGS.names(), key="w", default=("full", "linear"), where=first
)
chosen = chosen or ("full",)
panels.weightings(chosen, where=second)
images = {name: cached.image(choice, name) for name in chosen}
stem = f"ami_{choice.key.replace('/', '-')}"

st.header("Frames and weights")
picks = np.linspace(0, len(clip) - 1, min(STRIP, len(clip))).round().astype(int)
shown = [numbers[i] for i in picks]
draw_tiles(frame_tiles(list(clip.frames[picks]), shown), key="frames shown", columns=STRIP)
weighed = weighted_tiles(clip.frames[picks], images[chosen[0]].weights[picks], shown)
draw_tiles(weighed, key="weighted", columns=STRIP)
st.caption(
    f"Above, {len(picks)} of {len(clip)} frames. Below, each times its "
    f"{WEIGHTINGS.get(chosen[0]).title.lower()} weight; colours saturate at the median of the "
    f"frames' extremes. The sum of all is the image.{panels.note(synthetic)}"
)
event = panels.chart(
    partial(
        weight_curves,
        numbers,
        {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()},
        key_frames=recording.key_frames,
        synthetic=synthetic,
    ),
    key="brush",
    on_select="rerun",
    selection_mode="box",
    alt="Weight of each frame: "
    + "; ".join(
        f"{name} from {image.weights.min():.2f} to {image.weights.max():.2f}"
        for name, image in images.items()
    ),
)
st.caption("Drag across the curve to choose frames, or move the ends of the range.")
first, last = pointing.frame_range(numbers, brushed=gestures.brushed_range(dict(event)))

st.header("The image, whole and in part")
for start in range(0, len(chosen), PAIRS):
    places = iter(st.columns(2 * PAIRS))
    for name in chosen[start : start + PAIRS]:
        whole, partly = next(places), next(places)
        panels.motion_image(images[name], name, synthetic=synthetic, where=whole)
        part = partial_ami(clip, first=first, last=last, weighting=name)
        tile = replace(
            motion_image_tile(part, title=f"Frames {first} to {last} alone"),
            caption=f"Stretched by itself.{panels.note(synthetic)}",
            alt=f"Share of frames {first} to {last} in the {name} image, raw sum "
            f"{part.minimum:.0f} to {part.maximum:.0f}",
        )
        draw_tiles([tile], key=f"part {name}", columns=1, where=partly)
        for place, image, frames in ((whole, images[name], None), (partly, part, (first, last))):
            part_of = f"{stem}_{name}" + (f"_{first}-{last}" if frames else "")
            written = f"{part_of}_synthetic" if synthetic else part_of
            weights = zip(numbers, image.weights.tolist(), strict=True)
            panels.take_away(
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

st.header("What moves where")
if address.toggle("Draw a box on the face, and see the motion inside", key="boxed", default=False):
    draw_motion(choice, recording)
address.share()
