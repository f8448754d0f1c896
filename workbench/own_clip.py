"""A clip of one's own: its crop, its motion over time, and its motion image.

Everything is kept in the session of one reader; no cache that others share holds any of it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from mer_core.faces import Alignment, FaceSearch
from mer_core.flow.spotting import STILL
from mer_core.inputs import Recording
from mer_core.inputs.own_clip import OwnClip, between
from mer_core.inputs.recording import stabilised
from mer_core.plots.curves import share_curve
from workbench import address, panels, pointing, widgets
from workbench.picture_tiles import motion_image_tile
from workbench.tiles import Tile, draw_tiles


def choose_square(found: OwnClip) -> tuple[int, Alignment | None]:
    """Draw the frame with the square that is cut out, the choice of face, and its adjustment."""
    people = found.people
    if people is None:
        st.caption("Frames are used whole.")
        return 0, None
    person = _choose_person(people)
    square = people.person(person).alignment
    number = people.person(person).numbers[0]
    with st.popover("Adjust the crop", icon=":material/crop_rotate:"):
        zoom = widgets.number("Zoom, %", 40, 250, key="zoom", default=100)
        right = widgets.number("Right, % of its width", -50, 50, key="right", default=0)
        down = widgets.number("Down, % of its height", -50, 50, key="down", default=0)
        turn = widgets.number("Turn, degrees", -45, 45, key="turn", default=0)
    adjusted = square.adjusted(zoom=zoom / 100, right=right / 100, down=down / 100, degrees=turn)
    frame = next(iter(found.source.at([found.source.numbers.index(number)])))[1]
    whole = Tile(
        picture=frame,
        outlines={"crop": adjusted.mask(frame.shape)},
        caption=f"frame {number}; the square is turned by {round(adjusted.degrees)} degrees",
        alt=f"Frame {number} with the square around the face outlined",
    )
    cut = Tile(
        picture=adjusted.apply(frame),
        caption=f"cut out alike from all frames, {adjusted.side} pixels wide",
        alt="The aligned face",
    )
    draw_private([whole, cut], key="square", columns=2)
    return person, adjusted


def draw_private(tiles: Sequence[Tile], *, key: str, columns: int) -> None:
    """Draw tiles that are kept for nobody else."""
    draw_tiles([replace(tile, shared=False) for tile in tiles], key=key, columns=columns)


def _choose_person(people: FaceSearch) -> int:
    count = len(people.people)
    if count < 2:
        return 0
    names = [f"face {place + 1}" for place in range(count)]
    return names.index(widgets.switch("Which face?", names, key="face"))


def follow(found: OwnClip, person: int, square: Alignment | None) -> Recording:
    """Follow the face through the clip, with a bar where that takes long."""
    place = st.empty()

    def show(done: int, total: int) -> None:
        if done % -(-total // 100) == 0:
            place.progress(done / total, text=f"Searching frame {done} of {total} for motion")

    with st.spinner("Following the face through the clip"):
        recording = found.recording(person=person, alignment=square, progress=show)
    place.empty()
    return recording


def choose_interval(recording: Recording) -> Recording:
    """Draw the motion over time with the proposed intervals; a brush or the numbers move them."""
    curve = recording.curve
    candidates = curve.candidates()
    picked = panels.chart(
        partial(
            share_curve,
            curve.numbers,
            {"face": curve.values},
            key_frames=recording.key_frames,
            title="motion, %",
            brush=True,
        ),
        key="own motion",
        on_select="rerun",
        selection_mode="box",
        shared=False,
        alt=f"Motion of the face over {len(curve.numbers)} frames, at most "
        f"{curve.values.max():.1f} % of the distance between the eyes",
    )
    st.caption(
        f"Motion of brows, cheeks, nose and mouth beyond that of the head (optical flow, He 2021). "
        f"A resting face stays below {STILL} %. Drag over the curve to choose frames."
    )
    if len(candidates) > 1:
        place = st.container(horizontal=True)
        for number, one in enumerate(candidates[:5], start=1):
            place.button(
                f"{number}. frames {one.onset} to {one.offset}, {one.strength:.1f} %",
                on_click=address.set_widget,
                args=("frames", (one.onset, one.offset)),
                key=f"candidate {number}",
            )
    kept = recording.clip.frame_numbers
    first, last = pointing.frame_range(kept, brushed=pointing.brushed_range(dict(picked)))
    if (first, last) == (recording.onset, recording.offset):
        return recording
    return between(recording, first, last)


def draw_image(
    recording: Recording, weighting: str, identity: Hashable, *, stabilise: bool
) -> Recording:
    """Draw the motion image, and if asked for that with head motion undone; return what is seen."""
    image = recording.image(weighting)
    tiles = [motion_image_tile(image)]
    steady = recording
    if stabilise:
        with st.spinner("Following the head"):
            steady, motions = address.session_value(
                "own clip stabilised", identity, lambda: stabilised(recording)
            )
        shift = max(float(np.hypot(*one.shift)) for one in motions)
        turn = max(abs(one.degrees) for one in motions)
        image = steady.image(weighting)
        tiles = [
            replace(tiles[0], title="As recorded"),
            replace(motion_image_tile(image), title="Head motion undone"),
        ]
        st.caption(
            f"Undone: at most {shift:.1f} pixels and {turn:.1f} degrees against the first frame. "
            "What of an expression looks like head motion is undone with it."
        )
    draw_private(tiles, key="own clip image", columns=len(tiles))
    panels.downloads(
        "your_clip_ami",
        image.image,
        array=np.asarray(image.total),
        synthetic=recording.clip.synthetic,
    )
    return steady
