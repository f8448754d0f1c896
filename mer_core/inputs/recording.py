"""A clip in memory together with all that is known of it, whatever it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mer_core.ami import AffectiveMotionImage, build_ami
from mer_core.datasets.synthetic import GroundTruth
from mer_core.flow import flow_image
from mer_core.frames import open_frames, read_clip
from mer_core.inputs.imaging import Imaging, registered_frames, resized
from mer_core.inputs.tensors import (
    clip_frames,
    flow_apex,
    flow_tensor,
    frames_tensor,
    image_tensor,
    sample_clip,
)
from mer_core.records import Clip, InputKind, InputSpec, Sample

_KEY_FRAMES = ("onset", "apex", "offset")


@dataclass(frozen=True, eq=False, kw_only=True)
class Recording:
    """What a page or notebook shows of one clip.

    Attributes:
        clip: All frames, also those before the onset and after the offset.
        subject: Who.
        label: The coders' word, or the emotion that was acted.
        action_units: As coded, or as generated.
        onset: Frame number on the clip's own scale, None where unknown; likewise the next two.
        apex: See `onset`.
        offset: See `onset`.
        truth: For generated clips, what is known because it was made.
    """

    clip: Clip
    subject: str
    label: str
    action_units: tuple[str, ...] = ()
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    truth: GroundTruth | None = None

    @property
    def key_frames(self) -> dict[str, int]:
        """Names and numbers of the key frames that are known."""
        named = {name: getattr(self, name) for name in _KEY_FRAMES}
        return {name: number for name, number in named.items() if number is not None}

    @cached_property
    def expression(self) -> Clip:
        """The frames from onset to offset; the whole clip where either is unknown."""
        first = self.clip.frame_numbers[0] if self.onset is None else self.onset
        last = self.clip.frame_numbers[-1] if self.offset is None else self.offset
        inside = [i for i, n in enumerate(self.clip.frame_numbers) if first <= n <= last]
        return Clip(
            name=self.clip.name,
            frames=self.clip.frames[inside[0] : inside[-1] + 1],
            frame_numbers=tuple(self.clip.frame_numbers[i] for i in inside),
            fps=self.clip.fps,
            synthetic=self.clip.synthetic,
        )

    @property
    def region(self) -> npt.NDArray[np.bool_] | None:
        """Where the expression moves the face, for generated clips in which anything moves."""
        if self.truth is None or not len(self.truth.masks):
            return None
        return np.asarray(self.truth.masks.any(axis=0))

    def image(self, weighting: str, *, size: tuple[int, int] | None = None) -> AffectiveMotionImage:
        """The affective-motion image of the expression."""
        clip = self.expression
        image = build_ami(
            clip.frames, count=len(clip), weighting=weighting, frame_numbers=clip.frame_numbers
        )
        return image if size is None else resized(image, size)


def sample_recording(sample: Sample) -> Recording:
    """A sample of a dataset, decoded; with its ground truth if it is a twin's."""
    return Recording(
        clip=sample_clip(sample, whole=True),
        subject=sample.subject,
        label=sample.label,
        action_units=tuple(map(str, sample.action_units)),
        onset=sample.onset,
        apex=sample.apex,
        offset=sample.offset,
        truth=None if sample.truth is None else GroundTruth.load(sample.truth),
    )


def open_recording(
    path: str | Path, *, first: int | None = None, last: int | None = None, crop: bool = False
) -> Recording:
    """A folder of images, a video or a zip, taken as an expression from first to last frame.

    Args:
        path: Where the frames lie.
        first: Frame number of the onset; the first frame there is by default.
        last: Frame number of the offset; the last frame by default.
        crop: Whether the face is found on the first frame and cut out of all.
    """
    source = open_frames(Path(path), first=first, last=last)
    clip = read_clip(source)
    if crop:
        faces = registered_frames(source, Imaging(crop=True))
        clip = replace(clip, frames=np.stack(list(faces)))
    return Recording(clip=clip, subject="", label="")


def recording_input(
    recording: Recording, spec: InputSpec, *, weighting: str | None = None
) -> npt.NDArray[np.float32]:
    """What a network with `spec` sees of a recording; equals `model_input` of the same sample.

    Args:
        recording: The clip.
        spec: Declared by the network.
        weighting: Of accumulated images; the network's own where not given.
    """
    clip = recording.expression
    match spec.kind:
        case InputKind.AMI | InputKind.DYNAMIC_IMAGE:
            image = recording.image(weighting or spec.weighting, size=spec.size)
            return image_tensor(image.image, spec)
        case InputKind.CLIP:
            return frames_tensor(clip_frames(clip, spec), spec)
        case InputKind.FLOW:
            apex = flow_apex(clip.frame_numbers, recording.apex, name=clip.name)
            flow = flow_image(clip.frames[0], clip.frames[apex], size=spec.size)
            return flow_tensor(flow, spec)
