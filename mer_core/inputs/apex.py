"""The apex of an expression whose coders named none, estimated from the motion of its face.

SMIC codes no apex, other releases miss some. It is estimated by what finds the expression in a
clip of one's own, `mer_core.flow.spotting`: the frame between onset and offset in which the regions
of the face are farthest from where they rest. Whoever shows it says that it is estimated.
"""

from __future__ import annotations

from mer_core.errors import FaceNotFoundError
from mer_core.faces import Alignment
from mer_core.flow.spotting import motion_curve
from mer_core.frames import read_clip
from mer_core.inputs.imaging import expression_source, find_clip_people
from mer_core.records import Clip, Sample


def face_square(clip: Clip) -> Alignment | None:
    """The square that would align the face of a clip; None where no face is found."""
    try:
        return find_clip_people(clip).person().alignment
    except FaceNotFoundError:
        return None


def estimated_apex(clip: Clip, square: Alignment | None) -> int:
    """The number of the frame in which the face is farthest from rest.

    Args:
        clip: From onset to offset, at least two frames.
        square: Square around the face; None where frames are taken to be crops of one.
    """
    where = square or Alignment.of_crop(clip.frames.shape[1:3])
    numbers = clip.frame_numbers
    aligned = (where.apply(frame) for frame in clip.frames)
    return motion_curve(aligned, numbers=numbers, fps=clip.fps).apex(numbers[0], numbers[-1])


def sample_apex(sample: Sample) -> int | None:
    """The annotated apex of a sample, else the estimated one; None for a single frame.

    Estimating decodes the expression; `sample_recording` gives the same number.
    """
    if sample.apex is not None:
        return sample.apex
    clip = read_clip(expression_source(sample))
    return None if len(clip) < 2 else estimated_apex(clip, face_square(clip))
