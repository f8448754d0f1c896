"""What would a network say of my own clip, and what can it not tell?"""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

import streamlit as st

from mer_core.errors import MerError
from mer_core.inputs.answers import answer_of
from mer_core.inputs.clip_changes import CHANGES_IN_WORDS
from mer_core.inputs.upload import MAX_FRAMES, uploaded_recording
from mer_core.plots.animation import animation_bytes
from mer_core.plots.answers import probability_bars
from workbench import address, cached, panels, pointing, selection
from workbench.camera import recorded
from workbench.drawings import webp_address

KINDS = ("avi", "mp4", "mov", "mkv", "webm", "zip")
MEGABYTES = 20

address.begin_page(
    "Your own clip",
    "What would a network say of it? It stays in this server's memory, is never written to disk, "
    "and is gone when you close the page.",
)
origin = address.switch("From", ("a file", "this camera"), key="from")
content: bytes | None = None
identity: Hashable = None
if origin == "this camera":
    content = recorded(key="camera")
    identity = ("camera", content)
else:
    upload = st.file_uploader(
        "A video of one face, or a zip of its frames",
        type=list(KINDS),
        max_upload_size=MEGABYTES,
        key="upload",
        help=f"Up to {MEGABYTES} MB and {MAX_FRAMES} frames. What a file is, is read from its "
        "content and not from its name.",
    )
    if upload is not None:
        content, identity = upload.getvalue(), upload.file_id
first, second, third = st.columns([2, 2, 2], vertical_alignment="bottom")
options = selection.all_models()
name = address.choose(
    "Network",
    options,
    key="net",
    where=first,
)
weighting = selection.weighting("Weighting", key="w1", default="full", where=second)
crop = address.toggle("Find the face and cut it out", key="crop", default=False, where=third)
if content is None:
    address.forget("uploaded")
    st.info(
        "Choose a file or record one above: half a second to a few seconds, one face, looking at "
        "the camera, steady. More frames per second show more: micro-expressions last 40 to 500 "
        "ms, and a camera with 30 frames per second sees a short one once.",
        icon=":material/upload:",
    )
    st.stop()

clip_bytes = content
try:
    with st.spinner("Reading the clip"):
        whole = address.session_value(
            "uploaded clip",
            (identity, crop),
            lambda: uploaded_recording(clip_bytes, "the upload", crop=crop),
        )
except MerError as error:
    panels.refusal(error)
    st.stop()

numbers = whole.clip.frame_numbers
if len(numbers) < 2:
    st.info("This is a single frame: nothing in it can move. Upload a video or several frames.")
    st.stop()
start, end = pointing.frame_range(numbers, brushed=None)
recording = selection.between(whole, start, end)
clip, moving = recording.expression, st.columns([2, 2, 3], gap="large")
rate = whole.clip.fps
with moving[0]:
    st.header("The clip")
    movie = address.session_value(
        "uploaded movie",
        (identity, crop, start, end),
        lambda: animation_bytes(
            list(clip.frames), fps=panels.SLOW, frame_numbers=clip.frame_numbers, key_frames={}
        ),
    )
    st.image(
        webp_address(movie),
        width="stretch",
        caption=f"{len(clip)} frames"
        + (f", {1000 * len(clip) / rate:.0f} ms at {rate:g} frames per second" if rate else "")
        + f"; played at {panels.SLOW}.",
        alt=f"Your clip, {len(clip)} frames",
    )
with moving[1]:
    st.header("Its image")
    image = address.session_value(
        "uploaded image",
        (identity, crop, start, end, weighting),
        lambda: recording.image(weighting),
    )
    panels.motion_image(image, weighting, shared=False)
    panels.downloads("your_clip_ami", image.image, array=image.total, synthetic=clip.synthetic)
with moving[2]:
    st.header("The answer")
    model = cached.network(name)
    st.caption(f"{model.entry.title}. **{model.weights.label}**")
    try:
        with st.spinner("Asking the network about the clip and about small changes of it"):
            answer = address.session_value(
                "uploaded answer",
                (identity, crop, start, end, model.digest, weighting),
                lambda: answer_of(model, recording, weighting=weighting),
            )
    except MerError as error:
        panels.refusal(error)
        st.stop()
    spans = {one: answer.span(one) for one in answer.classes}
    shares = dict(zip(answer.classes, answer.probabilities.tolist(), strict=True))
    panels.chart(
        partial(probability_bars, shares, spans),
        key="answer",
        alt="; ".join(
            f"{one} {shares[one]:.0%}, {low:.0%} to {high:.0%}"
            for one, (low, high) in spans.items()
        ),
    )
    st.markdown(
        f"**{answer.predicted}**, {shares[answer.predicted]:.0%}. The same answer after "
        f"{answer.agreement:.0%} of {len(answer.variants)} changes that should not matter "
        f"({CHANGES_IN_WORDS}). Indecision "
        f"{answer.entropy:.0%}, where 100 % means that every class is as probable as any other."
    )

st.header("What this cannot tell")
trained = (
    "This network has not been trained on any expression: its answer is an accident of its "
    "random weights."
    if not model.weights.trained
    else "This network was trained on generated faces. What it says of a real face is untested."
    if model.weights.synthetic
    else "This network was trained on recordings made in a laboratory, of people who watched "
    "films and kept a straight face."
)
st.markdown(
    f"""
- **Whether it is right.** {trained}
- **Whether there is a micro-expression at all.** It must choose one of
  {len(answer.classes)} classes, also for a face at rest, a blink, or a wall.
- **What anybody feels.** The classes are words that coders gave to movements. A movement is
  not an emotion, and the same movement has many causes.
- **How sure it is.** The percentages compare the classes with each other. They are not the share
  of cases in which such an answer is right.
- **Anything to decide by.** Not about a person's honesty, health, fitness or intent.
"""
)
address.end_page()
