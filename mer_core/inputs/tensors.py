"""From a sample to the numbers a network takes in, for training, attribution and pages alike.

Images and frames become `(pixel / 255 - mean) / std`; flow comes in its own unit and becomes
`(value - mean) / std`. Channels come first: C x H x W, and T x C x H x W for clips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.ami import Registration
from mer_core.errors import FrameError
from mer_core.flow import flow_image
from mer_core.frames import FrameSource, read_clip
from mer_core.inputs.apex import sample_apex
from mer_core.inputs.imaging import (
    Imaging,
    expression_files,
    expression_source,
    find_alignment,
    image_key,
    input_key,
    registered_frames,
    sample_image,
)
from mer_core.records import Clip, InputKind, InputSpec, Sample
from mer_core.resizing import resize
from mer_core.store import AmiStore

Tensor32 = npt.NDArray[np.float32]


def model_input(
    sample: Sample, spec: InputSpec, *, store: AmiStore, imaging: Imaging | None = None
) -> Tensor32:
    """Build the input of a network with `spec` for `sample`.

    Args:
        sample: The annotated clip.
        spec: Declared by the network; its kind decides which derived image is made.
        store: Store of derived images.
        imaging: Crop, range and reversal. The size comes from `spec`, and so does the weighting
            unless `imaging` names one.
    """
    imaging = _imaging_for(spec, sample, imaging)
    match spec.kind:
        case InputKind.AMI | InputKind.DYNAMIC_IMAGE:
            return image_tensor(sample_image(sample, imaging, store=store).image, spec)
        case InputKind.CLIP:
            return frames_tensor(_stored_frames(sample, imaging, store), spec)
        case InputKind.FLOW:
            return flow_tensor(_stored_flow(sample, imaging, store), spec)


def is_stored(
    sample: Sample, spec: InputSpec, *, store: AmiStore, imaging: Imaging | None = None
) -> bool:
    """Whether `model_input` with these arguments would find what it needs in the store."""
    imaging = _imaging_for(spec, sample, imaging)
    match spec.kind:
        case InputKind.AMI | InputKind.DYNAMIC_IMAGE:
            return image_key(sample, imaging) in store
        case InputKind.CLIP:
            return _frames_key(sample, imaging) in store
        case InputKind.FLOW:
            return _flow_key(sample, imaging) in store


def _imaging_for(spec: InputSpec, sample: Sample, imaging: Imaging | None) -> Imaging:
    imaging = (imaging or Imaging()).resolved(sample)
    return replace(imaging, size=spec.size, weighting=imaging.weighting or spec.weighting)


def image_tensor(image: npt.NDArray[np.uint8], spec: InputSpec) -> Tensor32:
    """An 8-bit image as C x H x W; grey networks get the luminance."""
    pixels = image if spec.channels == 3 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None]
    return _standardise(pixels.astype(np.float32) / np.float32(255), spec).transpose(2, 0, 1).copy()


def frames_tensor(frames: npt.NDArray[np.uint8], spec: InputSpec) -> Tensor32:
    """Frames of the network's size (T x H x W x C, 8-bit) as T x C x H x W."""
    return (
        _standardise(frames.astype(np.float32) / np.float32(255), spec).transpose(0, 3, 1, 2).copy()
    )


def flow_tensor(flow: npt.NDArray[np.float32], spec: InputSpec) -> Tensor32:
    """Horizontal and vertical flow and strain (H x W x 3) as C x H x W."""
    return _standardise(flow[..., : spec.channels], spec).transpose(2, 0, 1).copy()


def clip_frames(clip: Clip, spec: InputSpec) -> npt.NDArray[np.uint8]:
    """All frames of `clip` at the network's size and in its channels, T x H x W x C."""
    return np.stack([_fit(frame, spec.size, spec.channels) for frame in clip.frames])


@dataclass(frozen=True)
class InputSet:
    """Samples seen through one network's eyes: an indexable set of tensors.

    It carries no labels, so whoever holds it can make inputs and nothing else.
    """

    samples: tuple[Sample, ...]
    spec: InputSpec
    store: AmiStore
    imaging: Imaging | None = None

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Tensor32:
        return model_input(self.samples[index], self.spec, store=self.store, imaging=self.imaging)

    def is_stored(self, index: int) -> bool:
        """Whether the input at `index` is in the store already."""
        return is_stored(self.samples[index], self.spec, store=self.store, imaging=self.imaging)

    def stack(self, indices: Sequence[int]) -> Tensor32:
        """The chosen inputs as one batch; clips of different length cannot be stacked."""
        return np.stack([self[index] for index in indices])


def _standardise(values: Tensor32, spec: InputSpec) -> Tensor32:
    mean = np.asarray(spec.mean, np.float32)
    std = np.asarray(spec.std, np.float32)
    return (values - mean) / std


def _fit(
    frame: npt.NDArray[np.uint8], size: tuple[int, int], channels: int
) -> npt.NDArray[np.uint8]:
    fitted = resize(frame, size)
    if channels == 1:
        fitted = np.asarray(cv2.cvtColor(fitted, cv2.COLOR_RGB2GRAY), np.uint8)[..., None]
    return fitted


def _stored_frames(sample: Sample, imaging: Imaging, store: AmiStore) -> npt.NDArray[np.uint8]:
    assert imaging.size is not None  # model_input has set it
    size = imaging.size

    def build() -> dict[str, npt.NDArray[np.generic]]:
        frames = registered_frames(expression_source(sample, imaging), imaging)
        return {"frames": np.stack([_fit(frame, size, 1) for frame in frames])}

    key = _frames_key(sample, imaging)
    return store.fetch(key, build)["frames"].astype(np.uint8, copy=False)


def _frames_key(sample: Sample, imaging: Imaging) -> str:
    return input_key("frames", sample, expression_files(sample, imaging)[0], imaging)


def _stored_flow(sample: Sample, imaging: Imaging, store: AmiStore) -> Tensor32:
    def build() -> dict[str, npt.NDArray[np.generic]]:
        paths, _ = flow_pair(sample, imaging)
        source = FrameSource.from_paths(paths, numbers=(1, 2), name=sample.key)
        alignment = find_alignment(expression_source(sample, imaging)) if imaging.crop else None
        onset, apex = Registration(alignment=alignment, stabilise=imaging.stabilise).apply(source)
        return {"flow": flow_image(onset, apex, size=imaging.size, method=imaging.flow)}

    return store.fetch(_flow_key(sample, imaging), build)["flow"].astype(np.float32, copy=False)


def _flow_key(sample: Sample, imaging: Imaging) -> str:
    # The face is sought on the whole expression, so all of it decides the flow of a cropped pair.
    sought = expression_files(sample, imaging)[0] if imaging.crop else []
    if sample.apex is None:  # it is estimated, on all frames from onset to offset and at their rate
        kind = f"flow at {sample.fps} frames a second"
        return input_key(kind, sample, [*sample.expression_frames(), *sought], imaging)
    return input_key("flow", sample, [*flow_pair(sample, imaging)[0], *sought], imaging)


def flow_pair(sample: Sample, imaging: Imaging) -> tuple[list[Path], list[int]]:
    """The onset and the apex frame: paths and numbers.

    In reversed time the clip begins with its last frame; the apex is the frame it always was. One
    that is not annotated is estimated, for which the expression is decoded.
    """
    paths, numbers = expression_files(sample, imaging)
    apex = flow_apex(numbers, sample_apex(sample), name=sample.key)
    return [paths[0], paths[apex]], [numbers[0], numbers[apex]]


def flow_apex(numbers: Sequence[int], apex: int | None, *, name: str) -> int:
    """Position of the apex among the frames; the middle one where it is none of them.

    Never the first frame, against which nothing has moved.
    """
    if len(numbers) < 2:
        raise FrameError("one frame has no flow", where=name, remedy="leave this clip out")
    middle = sorted(numbers)[len(numbers) // 2]  # the same frame in either direction of time
    later = list(numbers[1:])
    chosen = next(number for number in (apex, middle, later[0]) if number in later)
    return 1 + later.index(chosen)


def sample_clip(sample: Sample, *, whole: bool = False) -> Clip:
    """The decoded frames of a sample: the expression, or the whole recording."""
    if not whole:
        return read_clip(expression_source(sample))
    return read_clip(
        FrameSource.from_paths(
            sample.frames,
            numbers=sample.frame_numbers,
            name=sample.key,
            fps=sample.fps,
            synthetic=sample.synthetic,
        )
    )
