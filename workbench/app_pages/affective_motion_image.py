"""How does this clip become this image?"""

from __future__ import annotations

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS, FaceBox, motion_images, motion_over_time, partial_ami
from mer_core.plots.curves import share_curve, weight_curves
from mer_core.plots.images import frame_strip, signed_strip
from mer_core.plots.picking import pickable_image
from workbench import address, cached, gestures, panels, selection

STRIP = 7

address.begin_page(
    "Affective-motion image", "How does this clip become this image? Brush frames, box a region."
)
choice = selection.clip_choice()
recording = cached.recording(choice)
clip, synthetic = recording.expression, recording.clip.synthetic
numbers = list(clip.frame_numbers)
chosen = address.several("Weightings", WEIGHTINGS.names(), key="w", default=("full", "linear"))
chosen = chosen or ("full",)
images = {name: cached.image(choice, name) for name in chosen}

st.subheader("Frames and weights")
picks = np.linspace(0, len(clip) - 1, min(STRIP, len(clip))).round().astype(int)
strip = frame_strip([clip.frames[i] for i in picks], [numbers[i] for i in picks])
motion = motion_images(clip, chosen[0])
signed, scale = signed_strip([motion[i] for i in picks], [f"weighted {numbers[i]}" for i in picks])
st.image(
    np.vstack([strip, signed]),
    width="stretch",
    caption=f"Frames, and each times its {chosen[0]} weight ({scale.describe()})."
    f"{panels.note(synthetic)}",
    alt=f"{len(picks)} frames of {clip.name} and their motion images under {chosen[0]} weights",
)
event = panels.chart(
    weight_curves(
        numbers,
        {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()},
        key_frames=recording.key_frames,
        synthetic=synthetic,
    ),
    key="brush",
    on_select="rerun",
    selection_mode="box",
    alt="Weight of each frame under " + ", ".join(chosen),
)

st.subheader("The image, whole and in part")
first, last = selection.frame_range(numbers, brushed=gestures.brushed_range(dict(event)))
st.caption(f"Drag across the curve or move the ends of the range: frames {first} to {last}.")
for row in (False, True):
    for column, name in zip(st.columns(max(len(chosen), 2)), chosen, strict=False):
        if row:
            part = partial_ami(clip, first=first, last=last, weighting=name)
            column.image(
                part.image,
                width="stretch",
                caption=f"{name}: only frames {first} to {last}.{panels.note(synthetic)}",
                alt=f"Share of frames {first} to {last} in the {name} image",
            )
        else:
            panels.motion_image(images[name], name, synthetic=synthetic, where=column)
            panels.downloads(
                f"ami_{choice.key.replace('/', '-')}_{name}",
                images[name].image,
                array=images[name].total,
                synthetic=synthetic,
                where=column,
            )

st.subheader("What moves where")
face, curve = st.columns([2, 3])
with face:
    drawn = panels.chart(
        pickable_image(clip.frames[len(clip) // 2], synthetic=synthetic),
        key="box",
        on_select="rerun",
        selection_mode="box",
        alt="A frame of the clip; drag a box on it to see the motion inside",
    )
height, width = clip.frames.shape[1:3]
box = gestures.drawn_box(dict(drawn), (height, width))
with curve:
    st.caption("Mean change since the first frame.")
    box = selection.face_box((height, width), drawn=box)
    whole = FaceBox(0, 0, width, height)
    curves = {"inside the box": motion_over_time(clip, box), "whole frame": motion_over_time(clip)}
    if box == whole:
        curves.pop("inside the box")
    panels.chart(
        share_curve(
            numbers,
            curves,
            key_frames=recording.key_frames,
            synthetic=synthetic,
            title="change, grey levels",
        ),
        key="motion",
        alt="; ".join(f"Motion {name}: at most {c.max():.2f}" for name, c in curves.items()),
    )
address.share()
