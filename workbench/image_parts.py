"""The image of a clip and of the frames a reader chooses, its weights, and motion in a box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.ami import WEIGHTINGS, AffectiveMotionImage, motion_over_time
from mer_core.faces import FaceBox
from mer_core.inputs import Recording
from mer_core.inputs.clip_code import ami_script
from mer_core.plots.curves import share_curve, weight_curves, weights_and_intensities
from mer_core.plots.raster import pickable_image
from workbench import address, panels, pointing, selection
from workbench.picture_tiles import motion_image_tile, weight_sum
from workbench.selection import ClipChoice
from workbench.tiles import Tile, draw_tiles
from workbench.titles import weighting_title


@address.page_part
def draw_parts(
    choice: ClipChoice, recording: Recording, images: Mapping[str, AffectiveMotionImage]
) -> None:
    """Draw the curve of the weights, across which a reader can drag, and both images of each."""
    clip = recording.expression
    curve, pictures = st.columns([1, 1], gap="large")
    with curve:
        event = draw_brushable(recording, images, key="brush")
        st.caption(
            "Drag across the curve, or move the ends of the range, to see the image of these "
            "frames alone."
        )
        brushed = pointing.brushed_range(dict(event))
        first, last = pointing.frame_range(list(clip.frame_numbers), brushed=brushed)
    everything = (first, last) == (clip.frame_numbers[0], clip.frame_numbers[-1])
    shown = []
    for name, image in images.items():
        whole = motion_image_tile(image, caption=f"all {len(clip)} frames")
        shown.append((name, image, None, whole))
        if not everything:
            part = selection.between(recording, first, last).image(name)
            shown.append((name, part, (first, last), _alone(part, first, last)))
    with pictures:
        # Two weightings beside each other, or one and what the chosen frames alone give.
        for at in range(0, len(shown), 2):
            row = shown[at : at + 2]
            draw_tiles([tile for *_, tile in row], key=f"images {at}", columns=2, least=160)
            for place, (name, image, frames, _) in zip(st.columns(2), row, strict=False):
                _export(choice, recording, name, image, frames, where=place)


def _alone(part: AffectiveMotionImage, first: int, last: int) -> Tile:
    """The image of the chosen frames alone, with weights of their own."""
    return replace(
        motion_image_tile(part, title=f"Frames {first} to {last} alone"),
        caption=f"{len(part.weights)} weights of their own, sum {weight_sum(part)}",
        alt=f"Image of frames {first} to {last} alone under "
        f"{weighting_title(part.weighting).lower()} weights, raw sum {part.minimum:.0f} to "
        f"{part.maximum:.0f}",
    )


def _export(
    choice: ClipChoice,
    recording: Recording,
    weighting: str,
    image: AffectiveMotionImage,
    frames: tuple[int, int] | None,
    *,
    where: DeltaGenerator,
) -> None:
    synthetic = recording.clip.synthetic
    stem = f"ami_{choice.key.replace('/', '-')}_{weighting}"
    stem += f"_{frames[0]}-{frames[1]}" if frames else ""
    weights = zip(image.frame_numbers, image.weights.tolist(), strict=True)
    panels.export(
        stem,
        image.image,
        array=image.total,
        table=panels.csv_text([{"frame": n, "weight": w} for n, w in weights]),
        script=ami_script(
            selection.clip_code(choice),
            image,
            frames=frames,
            name=f"{stem}_synthetic" if synthetic else stem,
            title=recording.expression.name,
            synthetic=synthetic,
        ),
        synthetic=synthetic,
        where=where,
    )


def draw_weights_chart(
    recording: Recording, images: Mapping[str, AffectiveMotionImage], *, key: str
) -> None:
    """Draw the curves of the weightings that `images` are named after."""
    truth, clip = recording.truth, recording.expression
    weights = {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()}
    said = weights_in_words(images)
    if truth is None:
        make = partial(weight_curves, clip.frame_numbers, weights, key_frames=recording.key_frames)
    else:
        units = dict(zip(truth.action_units, truth.curves.T, strict=True))
        make = partial(
            weights_and_intensities,
            weights,
            clip.frame_numbers,
            units,
            recording.clip.frame_numbers,
            key_frames=recording.key_frames,
            synthetic=False,  # the page's badge says it
        )
        said += ". Intensity of each action unit over time: " + ", ".join(
            f"{name} peaks at {curve.max():.2f}" for name, curve in units.items()
        )
    panels.chart(make, key=key, alt=said)


def draw_brushable(
    recording: Recording, images: Mapping[str, AffectiveMotionImage], *, key: str
) -> Any:
    """Draw the curves of the weights alone, across which a reader can drag; returns the gesture."""
    weights = {WEIGHTINGS.get(name).title: image.weights for name, image in images.items()}
    return panels.chart(
        partial(
            weight_curves,
            recording.expression.frame_numbers,
            weights,
            key_frames=recording.key_frames,
        ),
        key=key,
        on_select="rerun",
        selection_mode="box",
        alt=weights_in_words(images),
    )


def weights_in_words(images: Mapping[str, AffectiveMotionImage]) -> str:
    """Return the curves for whoever does not see them."""
    return "Weight of each frame: " + "; ".join(
        f"{name} from {image.weights.min():.2f} to {image.weights.max():.2f}, "
        f"sum {image.weights.sum():.2f}"
        for name, image in images.items()
    )


@address.page_part
def draw_motion(choice: ClipChoice, recording: Recording) -> None:
    """Draw the face, on which a box can be drawn, and what changes inside it."""
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
    box = pointing.drawn_box(dict(picked), (height, width))
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
