"""The image of a whole clip, and the image of the frames that a reader chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.ami import AffectiveMotionImage
from mer_core.inputs import Recording
from mer_core.inputs.clip_code import ami_script
from workbench import address, gestures, panels, pointing, selection
from workbench.picture_tiles import motion_image_tile, weight_sum
from workbench.selection import ClipChoice
from workbench.tiles import Tile, draw_tiles
from workbench.titles import weighting_title
from workbench.weights_chart import draw_brushable


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
        brushed = gestures.brushed_range(dict(event))
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
