"""What keeps a network from being asked: reasons with numbers, one sentence each.

A network names one of its classes for every image. Before it is believed: is there one face, does
anything move, is the movement of the size of a micro-expression, is it in the face rather than
everywhere, and is the image one of the kind the network was trained on?
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mer_core.flow.spotting import STILL
from mer_core.inputs.own_clip import MICRO_SECONDS
from mer_core.inputs.recording import Recording

MACRO = 12.0
"""Per cent of the distance between the eyes above which a movement is no micro-expression. The
largest of the synthetic ones, 6.6 mm at one point of a face, is 10.5 at that point."""

HEAD = 12.0
"""Per cent of the distance between the eyes by which the head may move during an expression."""

_SEEN = 2 / 3
_LONGEST = 1.5 * MICRO_SECONDS[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason for not answering.

    Attributes:
        check: "face", "motion", "size", "duration", "head", "network" or "novelty".
        reason: One sentence with its numbers, without a final full stop.
    """

    check: str
    reason: str


def clip_refusals(recording: Recording) -> tuple[Refusal, ...]:
    """List the reasons why no network can answer for a clip."""
    if len(recording.expression) < 2:
        return (Refusal(check="motion", reason="a single frame cannot show a movement"),)
    return (*_face(recording), *_movement(recording))


def _face(recording: Recording) -> list[Refusal]:
    people = recording.people
    if people is None:
        if recording.alignment is None and recording.face is None:
            return [Refusal(check="face", reason="no face is found on the frames")]
        return []
    looked = len(people.numbers)
    inside = set(recording.expression.frame_numbers)
    seen = max((len(one.numbers) for one in people.people), default=0)
    if seen < _SEEN * looked and not inside <= _span(recording):
        return [
            Refusal(check="face", reason=f"the face is there on {seen} of {looked} frames only")
        ]
    return []


def _span(recording: Recording) -> set[int]:
    """Numbers between the first and the last frame on which the face was found."""
    assert recording.people is not None
    first, last = recording.people.seen_on()
    return {number for number in recording.clip.frame_numbers if first <= number <= last}


def _movement(recording: Recording) -> list[Refusal]:
    curve, clip = recording.curve, recording.expression
    places = [curve.numbers.index(n) for n in clip.frame_numbers]
    strongest = float(curve.values[places].max())
    head = curve.head[places]
    swing = float(np.linalg.norm(head - head[0], axis=1).max())
    found = []
    unit = "of the distance between the eyes"
    if strongest < STILL:
        found.append(
            Refusal(
                check="motion",
                reason=f"nothing moves: brows, cheeks and mouth move by {strongest:.1f} % {unit} at"
                f" most, and a resting face by up to {STILL:.1f} %",
            )
        )
    if swing > HEAD and swing > strongest:
        found.append(
            Refusal(
                check="head",
                reason=f"the whole head moves by {swing:.0f} % {unit}, the face itself by"
                f" {strongest:.1f} %: the image shows the head",
            )
        )
    if strongest > MACRO:
        found.append(
            Refusal(
                check="size",
                reason=f"the movement is too large for a micro-expression: {strongest:.0f} % {unit}"
                f", where {MACRO:.0f} % is the most",
            )
        )
    seconds = None if clip.fps is None else (len(clip) - 1) / clip.fps
    if seconds is not None and seconds > _LONGEST:
        found.append(
            Refusal(
                check="duration",
                reason=f"the interval lasts {seconds:.1f} s, and a micro-expression"
                f" {MICRO_SECONDS[1]} s at most",
            )
        )
    return found
