"""What would a network say of my own clip, and what can it not tell?"""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from mer_core.errors import MerError
from mer_core.inputs.own_clip import MAX_SOUGHT, own_upload
from mer_core.models.shipped import shown_weighting
from workbench import address, cached, own_clip, own_clip_answers, panels, selection, widgets
from workbench.camera import recorded
from workbench.player import play_frames
from workbench.titles import sentence_case

KINDS = ("avi", "mp4", "mov", "mkv", "webm", "zip")
MEGABYTES = 20
HELD = "own clip"


def changed() -> None:
    """Keep the file that was chosen for the session, or forget the one that was taken away."""
    chosen = st.session_state["upload"]
    address.forget(HELD)
    st.session_state.pop("frames", None)
    if chosen is not None:
        st.session_state[HELD] = (chosen.file_id, chosen.name, chosen.getvalue())


address.begin_page(
    "Your own clip",
    "What would a network say of it? The clip stays in this server's memory while this browser "
    "tab is open, also when you visit other pages, and is written to no disk.",
)
origin = widgets.switch("From", ("a file", "this camera"), key="from", titles=sentence_case)
if origin == "this camera":
    film = recorded(key="camera")
    held = st.session_state.get(HELD)
    if film is not None and (held is None or held[0] != hash(film)):
        address.forget(HELD)
        st.session_state.pop("frames", None)
        st.session_state[HELD] = (hash(film), "the film", film)
else:
    st.file_uploader(
        "A video of one face, or a zip of its frames",
        type=list(KINDS),
        max_upload_size=MEGABYTES,
        key="upload",
        on_change=changed,
        help=f"Up to {MEGABYTES} MB and {MAX_SOUGHT} frames. What a file is, is read from its "
        "content and not from its name.",
    )
held = st.session_state.get(HELD)
first, second, third = st.columns([3, 2, 2], vertical_alignment="bottom")
names = selection.networks(
    selection.all_models(), default=selection.image_models()[:3], where=first
)
weighting = selection.weighting("Weighting", key="w1", default=shown_weighting(), where=second)
crop = widgets.toggle("Find and align the face", key="crop", default=True, where=third)
if held is None:
    st.info(
        "Choose a file or record one above: half a second to a few seconds, one face, looking at "
        "the camera, steady. More frames per second show more: micro-expressions last 40 to 500 "
        "ms, and a camera with 30 frames per second sees a short one once.",
        icon=":material/upload:",
    )
    st.stop()

identity, name, content = held
row = st.container(horizontal=True, vertical_alignment="center")
row.caption(f"**{name}**, {len(content) / 2**20:.1f} MB, in memory only. No link can contain it.")
row.button("Forget this clip", icon=":material/delete:", on_click=address.forget, args=(HELD,))
square_column, time_column = st.columns([1, 2], gap="large")
try:
    with st.spinner("Reading the clip and looking for faces"):
        found = address.session_value(
            f"{HELD} source", (identity, crop), lambda: own_upload(content, name, crop=crop)
        )
    with square_column:
        st.header("The face")
        person, square = own_clip.choose_square(found)
    seen: Hashable = (identity, crop, person, square)
    whole = address.session_value(
        f"{HELD} recording", seen, lambda: own_clip.follow(found, person, square)
    )
except MerError as error:
    panels.refusal(error)
    st.stop()
for doubt in whole.doubts:
    st.warning(doubt, icon=":material/warning:")
numbers = whole.clip.frame_numbers
if len(numbers) < 2:
    st.info("This is a single frame: nothing in it can move. Upload a video or several frames.")
    st.stop()
with time_column:
    st.header("When it moves")
    proposal = whole.expression.frame_numbers
    st.session_state.setdefault("frames", (proposal[0], proposal[-1]))
    recording = own_clip.choose_interval(whole)

clip, rate = recording.expression, whole.clip.fps
chosen: Hashable = (seen, clip.frame_numbers[0], clip.frame_numbers[-1])
stabilise = widgets.toggle("Undo head motion", key="stabilise", default=False)
still, moving = st.columns([2, 1] if stabilise else 2, gap="large")
with still:
    st.header("Its image")
    shown = own_clip.draw_image(recording, weighting, chosen, stabilise=stabilise)
    clip = shown.expression
with moving:
    st.header("The clip")
    play_frames(
        list(clip.frames),
        clip.frame_numbers,
        key="own clip player",
        alt=f"Your clip, {len(clip)} frames",
        keys=shown.key_frames,
        rate=rate,
        shared=False,
    )
    lasts = f", {1000 * len(clip) / rate:.0f} ms at {rate:.4g} frames per second" if rate else ""
    estimated = f"; estimated: {', '.join(recording.estimated)}" if recording.estimated else ""
    st.caption(f"{len(clip)} frames{lasts}{estimated}.")

st.header("What networks make of it")
models = [cached.network(one, weighting) for one in names]
own_clip_answers.draw_networks(models, shown, weighting, (chosen, shown is recording))

st.header("What this cannot tell")
st.markdown(
    """
- **Whether it is right.** The networks here were trained on generated faces or not at all; each
  says which. What they say of a real face is untested, so an answer is withheld where the image is
  unlike those of generated faces. That is the case for most real ones.
- **Whether there is a micro-expression at all.** A network must choose one of its classes. What
  plainly is none is refused above; a blink or a swallow may pass.
- **What anybody feels.** The classes are words that coders gave to movements. A movement is
  not an emotion, and the same movement has many causes.
- **How sure it is.** Percentages are calibrated on synthetic people, if at all. For you they are
  not the share of cases in which such an answer is right.
- **Anything to decide by.** Not about a person's honesty, health, fitness or intent.
"""
)
address.end_page()
