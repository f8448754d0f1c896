"""Motion over time inside a box on the face, and in the whole frame."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mer_core.ami import motion_over_time
from mer_core.faces import FaceBox
from mer_core.inputs import Recording
from mer_core.plots.curves import share_curve
from mer_core.plots.picking import pickable_image
from workbench import address, gestures, panels, pointing
from workbench.selection import ClipChoice


@address.page_part
def draw_motion(choice: ClipChoice, recording: Recording) -> None:
    """Draws the face, on which a box can be drawn, and what changes inside it."""
    clip, synthetic = recording.expression, recording.clip.synthetic
    face, curve = st.columns([2, 3], gap="large")
    with face:
        picked = panels.chart(
            partial(pickable_image, clip.frames[len(clip) // 2]),
            key="box",
            on_select="rerun",
            selection_mode="box",
            alt="A frame of the clip; drag a box on it to see the motion inside",
        )
    height, width = clip.frames.shape[1:3]
    box = gestures.drawn_box(dict(picked), (height, width))
    with curve:
        st.caption("Drag a box on the face, or type its sides in pixels.")
        box = pointing.face_box((height, width), drawn=box)
        curves = {
            "inside the box": motion_over_time(clip, box),
            "whole frame": motion_over_time(clip),
        }
        if box == FaceBox(0, 0, width, height):
            curves.pop("inside the box")
        panels.chart(
            partial(
                share_curve,
                clip.frame_numbers,
                curves,
                key_frames=recording.key_frames,
                title="change, grey levels",
            ),
            key="motion",
            alt="; ".join(f"Motion {name}: at most {c.max():.2f}" for name, c in curves.items()),
        )
        st.caption("Mean change of brightness since the first frame, out of 255.")
        rows = [
            {"frame": n} | {name: round(float(c[i]), 4) for name, c in curves.items()}
            for i, n in enumerate(clip.frame_numbers)
        ]
        panels.export(
            f"motion_{choice.key.replace('/', '-')}",
            table=panels.csv_text(rows),
            synthetic=synthetic,
        )
