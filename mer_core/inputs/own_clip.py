"""A clip of one's own: read once, found, aligned, and cut to where the expression is.

    recording = open_recording("my.mp4")
    recording.expression                     # the frames from onset to offset, aligned
    predict(recording)                       # mer_core.inputs.prediction

Frames are decoded one at a time and only the aligned square of each is kept, so a recording takes
the memory of its faces, however large its frames are. Of a long one only the frames around the
chosen interval are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mer_core.errors import FrameError
from mer_core.faces import Alignment, FaceSearch
from mer_core.flow.spotting import MotionCurve, motion_curve
from mer_core.frames import FrameSource, open_frames, open_upload
from mer_core.inputs.imaging import find_people
from mer_core.inputs.recording import KEY_FRAMES, Recording
from mer_core.records import Clip

MAX_FRAMES = 600
"""Frames of a recording that are kept: a micro-expression has 100 of them at 200 a second."""

MAX_SOUGHT = 30_000
"""Frames in which an expression is sought: a quarter of an hour at 30 a second."""

MAX_WHOLE_PIXELS = 200_000_000
"""Pixels of frames that are kept whole, without a crop: 600 MB."""

WHOLE_SECONDS = 1.0
"""A recording this short is taken as the expression from end to end."""

MICRO_SECONDS = (0.2, 0.5)
"""How long a micro-expression usually lasts, and at most."""

_UNSTATED_RATE_FRAMES = 100
_AROUND_SECONDS = 0.5
_SLOW_RATE = 60.0


@dataclass(frozen=True, eq=False, kw_only=True)
class OwnClip:
    """A source of frames together with the faces that were found in it.

    Attributes:
        source: The frames, decoded anew each time.
        people: The faces; None where frames are taken whole.
    """

    source: FrameSource
    people: FaceSearch | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about the source and its frame rate, each one line."""
        return (*self.source.warnings, *rate_warnings(self.source.fps))

    @property
    def long(self) -> bool:
        """Whether it is too long to be an expression from end to end."""
        rate = self.source.fps
        most = _UNSTATED_RATE_FRAMES if rate is None else WHOLE_SECONDS * rate
        return len(self.source) > most

    def alignment(self, person: int = 0) -> Alignment | None:
        """The square of a person, most prominent first; None where frames are taken whole.

        Raises:
            FaceNotFoundError: There is no such person.
        """
        return None if self.people is None else self.people.person(person).alignment

    def curve(
        self, alignment: Alignment | None, *, progress: Callable[[int, int], None] | None = None
    ) -> MotionCurve:
        """The motion of the face over all frames, which are not kept.

        Args:
            alignment: Square around the face.
            progress: Callback that gets the number of frames done, and of all.
        """
        frames = _count_frames(_cut_square(self.source, alignment), len(self.source), progress)
        return motion_curve(frames, numbers=self.source.numbers, fps=self.source.fps)

    def recording(
        self,
        *,
        person: int = 0,
        alignment: Alignment | None = None,
        interval: tuple[int, int] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Recording:
        """The aligned frames, with the expression where the motion is strongest.

        Unless the interval is known, only frames on which the person is there are searched.

        Args:
            person: Number of the face, most prominent first.
            alignment: Another square than that person's.
            interval: Onset and offset, if they are already known.
            progress: Callback that gets the number of frames searched, and of all.
        """
        square = alignment or self.alignment(person)
        there = self if interval is not None else self._with_person(person)
        doubts = self.warnings
        if there.people is not None:
            doubts = (*doubts, *there.people.doubts(person))
        if there is not self:
            first, last = there.source.numbers[0], there.source.numbers[-1]
            doubts = (*doubts, f"the face is there from frame {first} to {last}; only these count")
        part, motion = there.source, None
        if len(part) > MAX_FRAMES:
            motion = there.curve(square, progress=progress)
            part = _frames_around(part, interval or _find_strongest(motion))
        frames = _read_square(part, square)
        whole = Recording(
            clip=Clip(part.name, frames, part.numbers, part.fps, bool(part.synthetic)),
            subject="",
            label="",
            alignment=square,
            people=there.people,
            doubts=doubts,
            motion=motion,
        )
        if len(part) < 2:
            return whole
        if interval is None and there.long:
            return _propose_expression(whole)
        return between(whole, *(interval or (part.numbers[0], part.numbers[-1])))

    def _with_person(self, person: int) -> OwnClip:
        """The part from the first to the last frame on which a person is found."""
        if self.people is None:
            return self
        first, last = self.people.seen_on(person)
        numbers = tuple(number for number in self.people.numbers if first <= number <= last)
        if numbers == self.people.numbers:
            return self
        return OwnClip(
            source=self.source.between(first, last), people=replace(self.people, numbers=numbers)
        )


def open_recording(
    path: str | Path,
    *,
    first: int | None = None,
    last: int | None = None,
    crop: bool = True,
    person: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Recording:
    """Open a folder of images, a video or a zip; find its face, and propose its expression.

    The expression is what lies between `first` and `last` where one of them is given, and
    otherwise all of a recording of up to a second; in a longer one it is the interval in which
    the face moves most.

    Args:
        path: File or folder of the frames.
        first: Frame number of the onset.
        last: Frame number of the offset.
        crop: Whether the face is found and aligned; turn it off for frames that are crops.
        person: Number of the face, most prominent first.
        progress: Callback that gets the number of frames searched, and of all, where they are many.

    Returns:
        The aligned frames in memory, with what is known of them.

    Raises:
        FrameError: There is no clip that can be read.
        FaceNotFoundError: The face is to be found, and there is none.

    Example:
        >>> recording = open_recording(folder, crop=False)
        >>> len(recording.clip)
        6
    """
    found = own_clip(open_frames(Path(path), first=first, last=last), crop=crop)
    if first is None and last is None:
        return found.recording(person=person, progress=progress)
    return _read_chosen_frames(found, person=person)


def _read_chosen_frames(found: OwnClip, *, person: int) -> Recording:
    """The recording of frames that somebody has chosen: all of them are the expression."""
    if len(found.source) > MAX_FRAMES:
        raise FrameError(
            f"{len(found.source)} frames are chosen, and at most {MAX_FRAMES} make one image",
            where=found.source.name,
            remedy="choose fewer, or none to have the expression sought",
        )
    numbers = found.source.numbers
    return found.recording(person=person, interval=(numbers[0], numbers[-1]))


def own_upload(content: bytes, name: str, *, crop: bool = True) -> OwnClip:
    """The clip in an uploaded video or zip of frames; nothing is written anywhere.

    What the file is, is read from its bytes; `name` appears in messages only.
    """
    return own_clip(open_upload(content, name), crop=crop)


def own_clip(source: FrameSource, *, crop: bool = True) -> OwnClip:
    """The clip of a source, with its faces sought unless `crop` is off.

    Raises:
        FrameError: It has more frames than are searched, or too many pixels to be kept whole.
    """
    if len(source) > MAX_SOUGHT:
        raise FrameError(
            f"has {len(source)} frames, and at most {MAX_SOUGHT} are searched",
            where=source.name,
            remedy="choose a part with --frames, or cut it",
        )
    if crop:
        return OwnClip(source=source, people=find_people(source))
    height, width = next(iter(source)).shape[:2]
    kept = min(len(source), MAX_FRAMES)
    if height * width * kept > MAX_WHOLE_PIXELS:
        raise FrameError(
            f"has {len(source)} frames of {width} x {height} pixels, more than are kept whole",
            where=source.name,
            remedy="let the face be cut out, or make the frames smaller",
        )
    return OwnClip(source=source, people=None)


def rate_warnings(fps: float | None) -> tuple[str, ...]:
    """Return warnings of a frame rate that is unknown or too low for a micro-expression."""
    if fps is None:
        return ("the clip states no frame rate, so how long anything lasts is not known",)
    if fps >= _SLOW_RATE:
        return ()
    low, high = (round(seconds * fps) for seconds in MICRO_SECONDS)
    return (
        f"at {fps:.3g} frames a second a micro-expression is {low} to {high} frames; the datasets"
        " were recorded at 100 to 200",
    )


def between(recording: Recording, onset: int, offset: int) -> Recording:
    """The recording with an expression from `onset` to `offset`, its apex estimated."""
    apex = recording.curve.apex(onset, offset) if onset < offset else onset
    return replace(
        recording,
        onset=onset,
        apex=apex,
        offset=offset,
        estimated=("apex",),
        motion=recording.curve,
    )


def _propose_expression(recording: Recording) -> Recording:
    """The recording with the wave of strongest motion as its expression, all of it if none is."""
    numbers = recording.clip.frame_numbers
    found = _find_strongest(recording.curve)
    if found is None:
        return between(recording, numbers[0], numbers[-1])
    return replace(between(recording, *found), estimated=KEY_FRAMES)


def _find_strongest(curve: MotionCurve) -> tuple[int, int] | None:
    """Onset and offset of the wave of strongest motion."""
    for found in curve.candidates():
        if found.onset < found.offset:
            return found.onset, found.offset
    return None


def _frames_around(source: FrameSource, interval: tuple[int, int] | None) -> FrameSource:
    """The frames around an interval, at most as many as are kept."""
    around = round(_AROUND_SECONDS * (source.fps or 2 * _UNSTATED_RATE_FRAMES))
    if interval is None:
        first = last = len(source) // 2
    else:
        first, last = map(source.numbers.index, interval)
    low, high = max(0, first - around), min(len(source) - 1, last + around)
    high = min(high, low + MAX_FRAMES - 1)
    return source.between(source.numbers[low], source.numbers[high])


def _cut_square(source: FrameSource, square: Alignment | None) -> Iterator[npt.NDArray[np.uint8]]:
    for frame in source:
        if square is None:
            yield Alignment.of_crop(frame.shape).apply(frame)
        else:
            yield square.apply(frame)


def _read_square(source: FrameSource, square: Alignment | None) -> npt.NDArray[np.uint8]:
    if square is None:
        return np.stack(list(source))
    return np.stack([square.apply(frame) for frame in source])


def _count_frames(
    frames: Iterator[npt.NDArray[np.uint8]],
    total: int,
    progress: Callable[[int, int], None] | None,
) -> Iterator[npt.NDArray[np.uint8]]:
    for done, frame in enumerate(frames, start=1):
        yield frame
        if progress is not None:
            progress(done, total)
