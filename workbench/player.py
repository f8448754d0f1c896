"""A clip that a reader can play, pause, scrub and slow down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2 import component

from mer_core.inputs import Recording
from mer_core.plots.colour import Rgb
from mer_core.plots.raster import enlarge, webp_bytes
from workbench.drawings import drawn, webp_address
from workbench.tiles import PIXELS

HERE = Path(__file__)
STYLE = HERE.with_suffix(".css").read_text("utf-8")
SLOW = 12
"""Frames per second at which a clip is played until a reader chooses otherwise."""
_SIDE = 320  # pixels; larger frames are sent smaller
_QUALITY = 85
_DEFAULT_RATE = 30.0  # of clips whose recording rate is not known

_player = component(
    "mer_workbench_player",
    html='<div class="mer-player"></div>\n',
    css=STYLE,
    js=PIXELS + HERE.with_suffix(".js").read_text("utf-8"),
    isolate_styles=False,
)


def play_recording(
    recording: Recording,
    *,
    key: str,
    name: str = "",
) -> None:
    """Draw the whole recording with its key frames; `name` is what its picture is called."""
    clip = recording.clip
    play_frames(
        list(clip.frames),
        clip.frame_numbers,
        key=key,
        alt=name
        or f"{clip.name}: {', '.join(f'{n} {i}' for n, i in recording.key_frames.items())}",
        keys=recording.key_frames,
        rate=clip.fps,
    )


def play_frames(
    frames: Sequence[Rgb],
    numbers: Sequence[int],
    *,
    key: str,
    alt: str,
    keys: Mapping[str, int] | None = None,
    rate: float | None = None,
    fps: float = SLOW,
    shared: bool = True,
    where: Any = st,
) -> None:
    """Draw frames as a clip.

    Args:
        frames: RGB, of one size.
        numbers: The recording's number of each.
        key: Key of the component on its page.
        alt: What the picture shows.
        keys: Numbers of onset, apex and offset, as far as they are known.
        rate: Frames per second of the recording.
        fps: Frames per second at first.
        shared: Whether what is encoded may be kept for others; not for what a reader uploads.
        where: Container to draw in.
    """
    make = partial(_encoded, frames if isinstance(frames, list) else list(frames))
    contents = drawn(make) if shared else make()
    real = rate or _DEFAULT_RATE
    rates = sorted({*(real / slower for slower in (1, 2, 4)), float(SLOW), 4.0, fps}, reverse=True)
    data = {
        # Tuples, for the reason that `tiles` gives.
        "frames": tuple(webp_address(one) for one in contents),
        "numbers": tuple(numbers),
        "keys": tuple((keys or {}).items()),
        "alt": alt,
        "shape": frames[0].shape[:2],
        "rate": fps,
        "rates": tuple({"rate": one, "label": _speed(one, rate)} for one in rates),
    }
    with where.container():
        _player(key=key, data=data)


def _speed(fps: float, rate: float | None) -> str:
    if rate is None:
        return f"{fps:g} frames per second"
    if fps == rate:
        return f"real time ({rate:g} per second)"
    return f"{fps / rate:.0%} of real time" if fps > rate / 20 else f"{fps / rate:.1%} of real time"


def _encoded(frames: Sequence[Rgb]) -> tuple[bytes, ...]:
    height, width = frames[0].shape[:2]
    side = min(_SIDE, width)
    size = (round(height * side / width), side)
    return tuple(
        webp_bytes(enlarge(frame, size, smooth=True), quality=_QUALITY) for frame in frames
    )
