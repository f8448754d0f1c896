"""A clip that a person hands over: read from memory, checked, kept in memory only."""

from __future__ import annotations

from dataclasses import replace

from mer_core.errors import FrameError
from mer_core.frames import FrameSource, open_upload
from mer_core.frames.source import read_clip
from mer_core.inputs.recording import Recording, aligned_clip, find_clip_people

MAX_FRAMES = 600
"""A micro-expression lasts half a second at most: 100 frames at 200 frames per second."""

MAX_SIDE = 2048
MAX_PIXELS = 200_000_000
"""Pixels of all frames together: 600 MB decoded, whatever the file claims."""


def uploaded_recording(
    content: bytes,
    name: str,
    *,
    crop: bool = False,
    first: int | None = None,
    last: int | None = None,
) -> Recording:
    """The clip in an uploaded video or zip of frames; nothing is written anywhere.

    Args:
        content: The file. What it is, is read from its bytes and not from its name.
        name: What messages call it.
        crop: Whether the face is found and aligned.
        first: Number of the first frame of the expression.
        last: Number of its last frame.

    Raises:
        FrameError: It holds no clip, is damaged, or is larger than is decoded here.
        FaceNotFoundError: The face is to be cut out, and there is none.
    """
    source = open_upload(content, name)
    _refuse_large(source)
    clip = read_clip(source)
    alignment, doubts = None, ()
    if crop:
        people = find_clip_people(clip)
        alignment, doubts = people.person().alignment, people.doubts()
        clip = aligned_clip(clip, alignment)
    return Recording(
        clip=replace(clip, synthetic=bool(source.synthetic)),
        subject="",
        label="not annotated",
        onset=first,
        offset=last,
        alignment=alignment,
        doubts=doubts,
    )


def _refuse_large(source: FrameSource) -> None:
    if len(source) > MAX_FRAMES:
        raise FrameError(
            f"has {len(source)} frames, more than {MAX_FRAMES}",
            where=source.name,
            remedy="cut the moment of the expression out first",
        )
    frame = next(iter(source))
    height, width = frame.shape[:2]
    if max(height, width) > MAX_SIDE or height * width * len(source) > MAX_PIXELS:
        raise FrameError(
            f"has {len(source)} frames of {width} x {height} pixels, more than are held in memory",
            where=source.name,
            remedy="make it smaller or shorter",
        )
