"""From a sample or a path to its affective-motion image, through the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.ami import DEFAULT_WEIGHTING, AffectiveMotionImage, Registration, build_ami
from mer_core.errors import FrameError
from mer_core.faces import Alignment, FaceSearch, sample_positions, search_faces
from mer_core.file_digests import file_digests, joint_digest
from mer_core.frame_numbering import positions_between
from mer_core.frames import FrameSource
from mer_core.provenance import code_digest, settings_digest
from mer_core.records import Clip, Sample
from mer_core.resizing import resize
from mer_core.store import AmiStore

INPUT_CODE = (
    "ami",
    "faces",
    "flow",
    "frame_numbering.py",
    "frames",
    "image_header.py",
    "inputs",
    "resizing.py",
)
"""The parts of this package whose code decides what a network sees of given frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imaging:
    """Every choice between a clip's frames and its image.

    Attributes:
        weighting: The named frame weights (`mer_core.ami.WEIGHTINGS`); None takes the network's
            own, and "full" where no network is asked.
        size: Height and width of the image; None keeps the frames' own size.
        crop: Whether the face is found and aligned (`mer_core.faces`). None: where the sample's
            frames show more than the face.
        stabilise: Whether rigid head motion is undone before accumulating.
        reverse: Frames in reversed time, a control.
        flow: The named estimator (`mer_core.flow.FLOW_METHODS`), for networks that take flow.
        first: First frame number taken, or None for the onset.
        last: Last frame number taken, or None for the offset.
    """

    weighting: str | None = None
    size: tuple[int, int] | None = (112, 112)
    crop: bool | None = None
    stabilise: bool = False
    reverse: bool = False
    flow: str = "tvl1"
    first: int | None = None
    last: int | None = None

    def resolved(self, sample: Sample) -> Imaging:
        """The same with `crop` decided."""
        return self if self.crop is not None else replace(self, crop=not sample.cropped)


def expression_files(sample: Sample, imaging: Imaging) -> tuple[list[Path], list[int]]:
    """Paths and numbers of the frames from onset to offset, or of the range in `imaging`.

    Each frame keeps its own number; in reversed time both descend.
    """
    first = imaging.first if imaging.first is not None else sample.onset
    last = imaging.last if imaging.last is not None else sample.offset
    inside = positions_between(sample.frame_numbers, first, last)
    paths = [sample.frames[position] for position in inside]
    numbers = [sample.frame_numbers[position] for position in inside]
    if not paths:
        raise FrameError(
            f"no frame lies between {first} and {last}",
            where=sample.key,
            remedy="check onset and offset against the frames on disk",
        )
    return (paths[::-1], numbers[::-1]) if imaging.reverse else (paths, numbers)


def expression_source(sample: Sample, imaging: Imaging | None = None) -> FrameSource:
    """The frames of `expression_files`, ready to be decoded.

    A source counts upwards, so in reversed time the last frame takes the first one's number.
    """
    paths, numbers = expression_files(sample, imaging or Imaging())
    return FrameSource.from_paths(
        paths, numbers=sorted(numbers), name=sample.key, fps=sample.fps, synthetic=sample.synthetic
    )


def input_key(kind: str, sample: Sample, paths: Sequence[Path], imaging: Imaging) -> str:
    """The store's key of what is made of these frames of `sample`.

    It counts the frames' contents, every choice in `imaging`, and all that computes: our code, and
    OpenCV and NumPy as they were built. Names and dates of files do not count.
    """
    contents = dict(zip(sample.frames, file_digests(sample.frames), strict=True))
    return settings_digest(
        {
            "kind": kind,
            "frames": joint_digest(contents[path] for path in paths),
            "imaging": asdict(imaging),
            "code": code_digest(*INPUT_CODE),
            "libraries": [np.__version__, cv2.getBuildInformation()],
        }
    )


def image_key(sample: Sample, imaging: Imaging) -> str:
    """The store's key of the affective-motion image of `sample`; `imaging` names a weighting."""
    return input_key("ami", sample, expression_files(sample, imaging)[0], imaging)


def sample_image(
    sample: Sample, imaging: Imaging | None = None, *, store: AmiStore
) -> AffectiveMotionImage:
    """The affective-motion image of `sample`, from the store where it is already there."""
    imaging = (imaging or Imaging()).resolved(sample)
    weighting = imaging.weighting or DEFAULT_WEIGHTING
    imaging = replace(imaging, weighting=weighting)
    _, numbers = expression_files(sample, imaging)

    def build() -> dict[str, npt.NDArray[np.generic]]:
        image = image_of(expression_source(sample, imaging), imaging)
        return {"total": image.total, "weights": image.weights}

    arrays = store.fetch(image_key(sample, imaging), build)
    return AffectiveMotionImage(
        total=arrays["total"].astype(np.float32, copy=False),
        weights=arrays["weights"].astype(np.float64, copy=False),
        weighting=weighting,
        frame_numbers=tuple(numbers),
    )


def image_of(source: FrameSource, imaging: Imaging | None = None) -> AffectiveMotionImage:
    """The affective-motion image of any frame source, decoded once and never held whole.

    The frames are summed at their own size and the sum is resized. Both steps are linear, so this
    equals resizing every frame first, and costs one resize.
    """
    imaging = imaging or Imaging()
    image = build_ami(
        registered_frames(source, imaging),
        count=len(source),
        weighting=imaging.weighting or DEFAULT_WEIGHTING,
        frame_numbers=source.numbers,
    )
    return image if imaging.size is None else resize_image(image, imaging.size)


def registered_frames(source: FrameSource, imaging: Imaging) -> Iterable[npt.NDArray[np.uint8]]:
    """The frames of `source`, aligned and stabilised as `imaging` says."""
    alignment = find_alignment(source) if imaging.crop else None
    return Registration(alignment=alignment, stabilise=imaging.stabilise).apply(source)


def find_people(source: FrameSource) -> FaceSearch:
    """The faces of a clip, sought on frames spread over all of it."""
    return search_faces(source.at(sample_positions(len(source))), name=source.name)


def find_clip_people(clip: Clip) -> FaceSearch:
    """The faces of a decoded clip, sought on frames spread over all of it."""
    frames = [
        (clip.frame_numbers[place], clip.frames[place]) for place in sample_positions(len(clip))
    ]
    return search_faces(frames, name=clip.name)


def find_alignment(source: FrameSource) -> Alignment:
    """The alignment of the most prominent face.

    Raises:
        FaceNotFoundError: There is none.
    """
    return find_people(source).person().alignment


def resize_image(image: AffectiveMotionImage, size: tuple[int, int]) -> AffectiveMotionImage:
    """`image` with its total at height and width `size`; minimum and maximum follow the total."""
    if image.total.shape[:2] == size:
        return image
    return replace(image, total=resize(image.total, size))
