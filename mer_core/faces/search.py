"""Faces of a whole clip: who is there, on how many frames, and what is doubtful about it.

A detector answers for one frame, and now and then it is wrong. A person counts as there when
the detector agrees with itself over several frames spread over the clip; everything that keeps
a reader from trusting the result is said as a doubt, and what is sought in vain as an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mer_core.errors import FaceNotFoundError
from mer_core.faces.alignment import Alignment
from mer_core.faces.detection import detect_faces
from mer_core.faces.face import Face, Frame, Points

SAMPLED_FRAMES = 9
"""Frames of a clip that are searched, evenly spread from the first to the last."""

_SAME_PERSON = 1.0  # distances between the eyes that one person may have moved between two looks
_AGREEING = 0.3  # share of the frames looked at on which a person must be found to be believed
_SMALL = 24.0  # pixels between the eyes; a micro-expression then moves skin by less than a pixel
_MOVING = 0.25  # of the distance between the eyes, from one end of the clip to the other
_BEYOND = 0.1  # of the aligned square


@dataclass(frozen=True, eq=False, kw_only=True)
class Person:
    """One person of a clip: the detections that belong together.

    Attributes:
        faces: The detections.
        numbers: Frame number of each.
    """

    faces: tuple[Face, ...]
    numbers: tuple[int, ...]

    @property
    def landmarks(self) -> Points:
        """5 x 2 median over the frames."""
        return np.median([face.landmarks for face in self.faces], axis=0)

    @property
    def eye_distance(self) -> float:
        """Pixels between the eyes, median over the frames."""
        return float(np.median([face.eye_distance for face in self.faces]))

    @property
    def movement(self) -> float:
        """Largest distance of the point between the eyes from its median, in eye distances."""
        centres = np.array([face.centre for face in self.faces])
        away = np.hypot(*(centres - np.median(centres, axis=0)).T)
        return float(away.max() / self.eye_distance)

    @property
    def alignment(self) -> Alignment:
        """The one transform for the whole clip."""
        return Alignment.of_eyes(self.landmarks[:2])


@dataclass(frozen=True, eq=False, kw_only=True)
class FaceSearch:
    """Result of a search for faces over a clip.

    Attributes:
        name: The clip, for messages.
        shape: Height and width of its frames.
        numbers: Numbers of the frames that were looked at.
        people: Those believed to be there, most prominent first: large and often seen.
        unsure: People found on too few frames to be believed.
    """

    name: str
    shape: tuple[int, int]
    numbers: tuple[int, ...]
    people: tuple[Person, ...]
    unsure: tuple[Person, ...] = ()

    def person(self, choice: int = 0) -> Person:
        """The most prominent person, or another by place.

        Raises:
            FaceNotFoundError: There is nobody, or there are fewer people.
        """
        if choice < len(self.people):
            return self.people[choice]
        height, width = self.shape
        looked = f"{_frames(len(self.numbers))} looked at ({width} x {height} px)"
        if self.people:
            raise FaceNotFoundError(
                f"has {len(self.people)} faces, so there is none numbered {choice + 1}",
                where=self.name,
                remedy=f"choose 1 to {len(self.people)}",
            )
        if self.unsure:
            seen = ", ".join(map(str, sorted(n for one in self.unsure for n in one.numbers)[:3]))
            raise FaceNotFoundError(
                f"a face is found on frame {seen} only, of {looked}",
                where=self.name,
                remedy="choose frames that show the face throughout (--frames)",
            )
        raise FaceNotFoundError(
            f"no face found on any of {looked}",
            where=self.name,
            remedy="use a clip in which the face is at least a tenth of the frame, "
            "or frames that are already cropped, with --no-crop",
        )

    def seen_on(self, choice: int = 0) -> tuple[int, int]:
        """First and last number of the frames looked at on which the person is found."""
        numbers = self.person(choice).numbers
        return numbers[0], numbers[-1]

    def doubts(self, choice: int = 0) -> tuple[str, ...]:
        """List the reasons to doubt the alignment of a person, each one line."""
        person = self.person(choice)
        found = []
        if len(self.people) > 1:
            which = "the most prominent is used" if choice == 0 else f"number {choice + 1} is used"
            found.append(f"{len(self.people)} faces are in the picture; {which}")
        if len(person.faces) < len(self.numbers):
            first, last = self.seen_on(choice)
            found.append(
                f"the face is found on {len(person.faces)} of {_frames(len(self.numbers))} looked"
                f" at, between frames {first} and {last}; --frames {first}:{last} keeps to them"
            )
        if person.eye_distance < _SMALL:
            found.append(
                f"the face is small, {person.eye_distance:.0f} pixels between the eyes: a "
                "micro-expression moves it by less than one pixel"
            )
        if person.movement > _MOVING:
            found.append(
                f"the head moves by {person.movement:.0%} of the distance between the eyes, and "
                "one crop holds for the whole clip; --frames with a shorter part helps"
            )
        beyond = person.alignment.outside(self.shape)
        if beyond > _BEYOND:
            found.append(f"{beyond:.0%} of the crop lies beyond the border of the frame")
        return tuple(found)


def sample_positions(count: int, most: int = SAMPLED_FRAMES) -> tuple[int, ...]:
    """At most `most` positions among `count`, evenly from the first to the last."""
    return tuple(dict.fromkeys(np.linspace(0, count - 1, min(count, most)).round().astype(int)))


def search_faces(frames: Iterable[tuple[int, Frame]], *, name: str = "clip") -> FaceSearch:
    """Look for faces on frames of one clip, given with their numbers in time order."""
    shape, numbers = (0, 0), []
    groups: list[tuple[list[Face], list[int]]] = []
    for number, frame in frames:
        shape = (frame.shape[0], frame.shape[1])
        numbers.append(number)
        free = list(groups)
        for face in detect_faces(frame):
            nearest = _nearest(face, free)
            if nearest is None:
                groups.append(([face], [number]))
                continue
            # One person is on a frame only once.
            free = [group for group in free if group is not nearest]
            nearest[0].append(face)
            nearest[1].append(number)
    found = [Person(faces=tuple(faces), numbers=tuple(seen)) for faces, seen in groups]
    found.sort(key=lambda one: -(one.eye_distance**2) * len(one.faces))
    enough = max(1, min(2, len(numbers) - 1), _AGREEING * len(numbers))
    return FaceSearch(
        name=name,
        shape=shape,
        numbers=tuple(numbers),
        people=tuple(one for one in found if len(one.faces) >= enough),
        unsure=tuple(one for one in found if len(one.faces) < enough),
    )


def _nearest(
    face: Face, groups: Sequence[tuple[list[Face], list[int]]]
) -> tuple[list[Face], list[int]] | None:
    """The group whose last face can be this one."""
    near = [
        (float(np.hypot(*(face.centre - group[0][-1].centre))), place)
        for place, group in enumerate(groups)
        if np.hypot(*(face.centre - group[0][-1].centre))
        <= _SAME_PERSON * max(face.eye_distance, group[0][-1].eye_distance)
    ]
    return groups[min(near)[1]] if near else None


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"
