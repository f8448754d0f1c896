"""A clip in memory together with all that is known of it, whatever it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mer_core.ami import AffectiveMotionImage, Registration, RigidMotion, build_ami
from mer_core.faces import Alignment, FaceSearch
from mer_core.flow import flow_image
from mer_core.flow.spotting import MotionCurve, motion_curve
from mer_core.frame_numbering import positions_between
from mer_core.inputs.apex import estimated_apex, face_square
from mer_core.inputs.imaging import Imaging, expression_source, find_people, resize_image
from mer_core.inputs.tensors import (
    clip_frames,
    flow_apex,
    flow_tensor,
    frames_tensor,
    image_tensor,
    sample_clip,
)
from mer_core.records import Clip, InputKind, InputSpec, Sample

if TYPE_CHECKING:  # it comes with all that draws faces, and only generated clips have one
    from mer_core.datasets.synthetic import GroundTruth

KEY_FRAMES = ("onset", "apex", "offset")


@dataclass(frozen=True, eq=False, kw_only=True)
class Recording:
    """One clip with all that pages and notebooks show of it.

    Attributes:
        clip: All frames, also those before the onset and after the offset.
        subject: Person in the clip.
        label: The coders' word, or the emotion that was acted.
        action_units: As coded, or as generated.
        onset: Frame number on the clip's own scale, None where unknown; likewise the next two.
        apex: See `onset`.
        offset: See `onset`.
        truth: For generated clips, what is known because it was made.
        alignment: The square of the original frames that these frames are; None where they are
            whole frames.
        people: The faces that were found on the original frames, where they were sought.
        doubts: Reasons to doubt frames and alignment, each one line.
        estimated: Names of the key frames that are estimated from motion (`curve`) rather than
            coded or chosen.
        motion: The curve of the recording these frames are a part of; None computes it from them.
    """

    clip: Clip
    subject: str
    label: str
    action_units: tuple[str, ...] = ()
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    truth: GroundTruth | None = None
    alignment: Alignment | None = None
    people: FaceSearch | None = None
    doubts: tuple[str, ...] = ()
    estimated: tuple[str, ...] = ()
    motion: MotionCurve | None = None

    @property
    def key_frames(self) -> dict[str, int]:
        """Names and numbers of the key frames that are known."""
        named = {name: getattr(self, name) for name in KEY_FRAMES}
        return {name: number for name, number in named.items() if number is not None}

    @cached_property
    def expression(self) -> Clip:
        """The frames from onset to offset; the whole clip where either is unknown."""
        inside = positions_between(self.clip.frame_numbers, self.onset, self.offset)
        return Clip(
            name=self.clip.name,
            frames=self.clip.frames[inside[0] : inside[-1] + 1],
            frame_numbers=tuple(self.clip.frame_numbers[i] for i in inside),
            fps=self.clip.fps,
            synthetic=self.clip.synthetic,
        )

    @cached_property
    def face(self) -> Alignment | None:
        """Square around the face on the frames, the one that would align it; None without one."""
        if self.alignment is not None:
            side = self.clip.frames.shape[1]
            return Alignment(centre=((side - 1) / 2, (side - 1) / 2), width=side, side=side)
        return face_square(self.expression)

    @cached_property
    def curve(self) -> MotionCurve:
        """Motion of the regions of the face over time (`mer_core.flow.spotting`).

        Where no face is found, frames are taken to be crops of one.
        """
        if self.motion is not None:
            return self.motion
        frames = self.clip.frames
        if self.alignment is None:
            square = self.face or Alignment.of_crop(frames.shape[1:3])
            frames = (square.apply(frame) for frame in frames)
        return motion_curve(frames, numbers=self.clip.frame_numbers, fps=self.clip.fps)

    @property
    def region(self) -> npt.NDArray[np.bool_] | None:
        """Mask of the pixels that the expression moves, in generated clips with motion."""
        if self.truth is None or not len(self.truth.masks):
            return None
        return np.asarray(self.truth.masks.any(axis=0))

    def image(self, weighting: str, *, size: tuple[int, int] | None = None) -> AffectiveMotionImage:
        """The affective-motion image of the expression."""
        clip = self.expression
        image = build_ami(
            clip.frames, count=len(clip), weighting=weighting, frame_numbers=clip.frame_numbers
        )
        return image if size is None else resize_image(image, size)


def sample_recording(
    sample: Sample, *, crop: bool | None = None, stabilise: bool = False
) -> Recording:
    """Decode a sample of a dataset, with its ground truth if it is a twin's.

    An apex that is not annotated is estimated from motion, and named in `estimated`.

    Args:
        sample: The annotated clip.
        crop: Whether to find and align the face; by default where the frames show more.
        stabilise: Whether to undo rigid head motion, which leaves the expression's frames alone.

    Returns:
        The clip in memory, with its annotation.

    Raises:
        FrameError: A frame of it cannot be read.
        FaceNotFoundError: There is no face to align.

    Example:
        >>> sample = open_dataset("casme2", twin).samples[0]
        >>> sample_recording(sample).subject == sample.subject
        True
    """
    clip = sample_clip(sample, whole=True)
    truth = None if sample.truth is None else _load_truth(sample.truth)
    imaging = Imaging(crop=crop).resolved(sample)
    alignment, doubts = None, ()
    if imaging.crop:
        people = find_people(expression_source(sample, imaging))
        alignment, doubts = people.person().alignment, people.doubts()
        clip = aligned_clip(clip, alignment)
        truth = None if truth is None else aligned_truth(truth, alignment)
    found = Recording(
        clip=clip,
        alignment=alignment,
        doubts=doubts,
        truth=truth,
        subject=sample.subject,
        label=sample.label,
        action_units=tuple(map(str, sample.action_units)),
        onset=sample.onset,
        apex=sample.apex,
        offset=sample.offset,
    )
    if found.apex is None and len(found.expression) > 1:
        apex = estimated_apex(found.expression, found.face)
        found = replace(found, apex=apex, estimated=("apex",))
    return stabilised(found)[0] if stabilise else found


def _load_truth(path: Path) -> GroundTruth:
    from mer_core.datasets.synthetic import GroundTruth

    return GroundTruth.load(path)


def aligned_clip(clip: Clip, alignment: Alignment) -> Clip:
    """The clip with the same square cut out of every frame."""
    return replace(clip, frames=np.stack([alignment.apply(frame) for frame in clip.frames]))


def stabilised(recording: Recording) -> tuple[Recording, tuple[RigidMotion, ...]]:
    """The expression with rigid head motion undone, and what was undone in each frame."""
    clip, motions = recording.expression, list[RigidMotion]()
    frames = Registration(stabilise=True).apply(clip.frames, motions=motions)
    steady = replace(clip, frames=np.stack(list(frames)))
    return replace(recording, clip=steady), tuple(motions)


def aligned_truth(truth: GroundTruth, alignment: Alignment) -> GroundTruth:
    """Ground truth on the pixel grid of the aligned frames."""
    turn = alignment.matrix[:, :2].astype(np.float32)
    masks = [alignment.cut(mask.astype(np.float32)) >= 0.5 for mask in truth.masks]
    side = alignment.side
    return replace(
        truth,
        displacement=np.asarray(alignment.cut(truth.displacement) @ turn.T, np.float32),
        masks=np.stack(masks) if masks else np.zeros((0, side, side), bool),
    )


def recording_input(
    recording: Recording, spec: InputSpec, *, weighting: str | None = None
) -> npt.NDArray[np.float32]:
    """Return what a network with `spec` sees of a recording; it equals `model_input` of the sample.

    Args:
        recording: The clip.
        spec: Declared by the network.
        weighting: Frame weights of accumulated images; the network's own where not given.

    Returns:
        Normalised numbers: channels x height x width, for clips with the frames before.

    Raises:
        FrameError: The clip is too short for this input.

    Example:
        >>> recording_input(clip, model.entry.input).shape
        (3, 112, 112)
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


def clip_facts(recording: Recording) -> str:
    """Return label, action units, duration, and how far the skin moves, as Markdown.

    Args:
        recording: The clip; how far the skin moves is known of generated ones.

    Returns:
        One sentence with the label in bold.

    Example:
        >>> clip_facts(synthetic_recording(subject=4, emotion="surprise", seed=1))[:13]
        '**Surprise**:'
    """
    units = ", ".join(map(unit_name, recording.action_units)) or "no action unit"
    label = f"{recording.label[:1].upper()}{recording.label[1:]}"
    facts = [f"**{label}**: {units}"]
    count = len(recording.expression)
    if recording.clip.fps:
        facts.append(f"{1000 * count / recording.clip.fps:.0f} ms from onset to offset")
    else:
        facts.append(f"{count} frames from onset to offset")
    if recording.truth is not None:
        peak = float(np.linalg.norm(recording.truth.displacement, axis=2).max())
        facts.append(f"the skin moves by {peak:.1f} of {recording.clip.frames.shape[2]} pixels")
    return "; ".join(facts) + "."


def unit_name(unit: str) -> str:
    """Return an action unit as it is spoken of, however the sheet writes it."""
    return f"AU{unit}" if unit[:1].isdigit() else unit
