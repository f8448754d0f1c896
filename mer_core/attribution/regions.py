"""Where a clip's action units move the face, on the pixel grid of what the network saw.

A synthetic clip brings its exact regions (`GroundTruth.masks`). A real one gets a canonical
template: the region each unit moves on an average head seen from the front
(`action_unit_masks.py`); the eyes that the face detector finds say where on the frame that head
lies. The template is as good as a frontal face of average build and no better, so every result
says which of the two it used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.attribution import action_unit_masks
from mer_core.datasets.action_units import parse_action_units
from mer_core.errors import FaceNotFoundError, FrameError
from mer_core.faces import Alignment
from mer_core.inputs import Imaging, Recording, expression_source
from mer_core.inputs.imaging import find_people
from mer_core.records import ActionUnit, Sample
from mer_core.resizing import resize

if TYPE_CHECKING:  # it comes with all that draws faces, and only generated clips have one
    from mer_core.datasets.synthetic import GroundTruth

Mask = npt.NDArray[np.bool_]
Size = tuple[int, int]
Matrix = npt.NDArray[np.float64]

_HALF_COVERED = 0.5
"""A pixel of the network's input belongs to a region that covers at least half of it."""


class MaskSource(StrEnum):
    """Where a region comes from; stated beside every score."""

    TRUTH = "ground truth"
    TEMPLATE = "template on the detected face"
    UNPLACED = "template over the whole frame, no face detected"


@dataclass(frozen=True, eq=False, kw_only=True)
class Regions:
    """The regions of one clip.

    Attributes:
        masks: Unit, such as "AU12" -> H x W region on the network's input.
        size: Height and width.
        source: Where the regions come from.
        unmapped: Annotated units for which there is no region.
    """

    masks: Mapping[str, Mask]
    size: Size
    source: MaskSource
    unmapped: tuple[str, ...] = ()

    @cached_property
    def union(self) -> Mask:
        """H x W: moved by any of the units."""
        return np.logical_or.reduce([np.zeros(self.size, bool), *self.masks.values()])


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which part of a clip's frames the network sees, and where on them the face is.

    Attributes:
        shape: Height and width of the frames.
        alignment: The square that became the input; None where the whole frame did.
        face: The square that aligns the detected face; None where none was found.
    """

    shape: Size
    alignment: Alignment | None = None
    face: Alignment | None = None

    def to_input(self, size: Size) -> Matrix:
        """2 x 3 map from pixels of the frame to those of an input of `size`."""
        if self.alignment is None:
            return _scaling(size[1] / self.shape[1], size[0] / self.shape[0])
        side = self.alignment.side
        return _chained(self.alignment.matrix, _scaling(size[1] / side, size[0] / side))


def sample_regions(
    sample: Sample, size: Size, *, imaging: Imaging | None = None, template: bool = False
) -> Regions:
    """The regions of an annotated clip as a network of input `size` sees it.

    Args:
        sample: With ground truth, or with annotated action units.
        size: Height and width of the network's input.
        imaging: What was done to the frames; the crop is repeated on the region. Stabilised
            frames are aligned with the first, which is the one regions lie on.
        template: Use the template even where the truth is known, to see what it is worth.
    """
    imaging = (imaging or Imaging()).resolved(sample)
    needs_face = sample.truth is None or template
    view = clip_view(sample, imaging, detect=needs_face)
    if sample.truth is not None and not template:
        from mer_core.datasets.synthetic import GroundTruth

        return true_regions(GroundTruth.load(sample.truth), view, size, name=sample.key)
    return template_regions(sample.action_units, view, size)


def clip_view(sample: Sample, imaging: Imaging, *, detect: bool = True) -> View:
    """How `imaging` looks at the frames of `sample`; `detect` searches the face.

    Raises:
        FaceNotFoundError: No face is found, and the crop needs one.
    """
    imaging = imaging.resolved(sample)
    source = expression_source(sample, imaging)
    if not detect and not imaging.crop:
        frame = next(iter(source))
        return View(shape=(frame.shape[0], frame.shape[1]))
    people = find_people(source)
    try:
        face = people.person().alignment
    except FaceNotFoundError:
        if imaging.crop:
            raise
        return View(shape=people.shape)
    return View(shape=people.shape, alignment=face if imaging.crop else None, face=face)


def recording_regions(recording: Recording, size: Size) -> Regions | None:
    """The regions of a recording on a grid of `size`; None where no action unit is known.

    Exact for generated clips; for others the template, on the face of the first frame.
    """
    height, width = recording.clip.frames.shape[1:3]
    if recording.truth is not None:
        view = View(shape=(height, width))
        return true_regions(recording.truth, view, size, name=recording.clip.name)
    units = parse_action_units("+".join(recording.action_units)).units
    if not units:
        return None
    # Without a face the result says that the template covers the whole frame.
    return template_regions(units, View(shape=(height, width), face=recording.face), size)


def face_regions(recording: Recording, size: tuple[int, int]) -> Mapping[str, Mask]:
    """The template's region of every action unit on the clip's face, at `size`."""
    height, width = recording.clip.frames.shape[1:3]
    # Without a face the template lies over the whole frame.
    view = View(shape=(height, width), face=recording.face)
    units = [ActionUnit(int(name.removeprefix("AU"))) for name in action_unit_masks.unit_names()]
    masks = template_regions(units, view, size).masks
    return {name: mask for name, mask in masks.items() if mask.any()}


def true_regions(truth: GroundTruth, view: View, size: Size, *, name: str = "clip") -> Regions:
    """Exact regions, cropped and resized as the frames were."""
    if truth.masks.shape[1:] != view.shape:
        raise FrameError(
            f"its ground truth is for frames of {truth.masks.shape[1:]}, they are {view.shape}",
            where=name,
            remedy="write the synthetic data again",
        )
    masks = {
        unit: resize(_seen(mask.astype(np.float32), view), size) >= _HALF_COVERED
        for unit, mask in zip(truth.action_units, truth.masks, strict=True)
    }
    return Regions(masks=masks, size=size, source=MaskSource.TRUTH)


def _seen(values: npt.NDArray[np.float32], view: View) -> npt.NDArray[np.float32]:
    square = view.alignment
    return values if square is None else np.asarray(square.cut(values), np.float32)


def template_regions(units: Iterable[ActionUnit], view: View, size: Size) -> Regions:
    """The template's regions of `units`, placed on the face of `view`.

    Units coded for one side get that side; left is the subject's left. Units a coder doubted are
    taken as coded, and sides that differ are united.
    """
    placed = _placement(view, size)
    masks: dict[str, Mask] = {}
    unmapped: list[str] = []
    for unit in units:
        name = f"AU{unit.number}"
        if name not in action_unit_masks.unit_names():
            unmapped.append(str(unit))
            continue
        side = unit.side if unit.side in action_unit_masks.SIDES else ""
        canonical = action_unit_masks.unit_mask(name, side)
        mask = _warped(canonical, placed, size)
        masks[name] = masks.get(name, np.zeros(size, bool)) | mask
    source = MaskSource.UNPLACED if view.face is None else MaskSource.TEMPLATE
    return Regions(masks=masks, size=size, source=source, unmapped=tuple(unmapped))


def _placement(view: View, size: Size) -> Matrix:
    """2 x 3 map from pixels of the canonical crop to those of the network's input."""
    if view.face is None:
        # A dataset's own crop is taken to be framed like the synthetic one.
        side = min(view.shape[0], view.shape[1] / 0.9)
        middle = ((view.shape[1] - 1) / 2, (view.shape[0] - 1) / 2)
        face = Alignment(centre=middle, width=side)
    else:
        face = view.face
    square = replace(face, side=action_unit_masks.SIDE)
    return _chained(cv2.invertAffineTransform(square.matrix), view.to_input(size))


def _warped(mask: Mask, placed: Matrix, size: Size) -> Mask:
    drawn = cv2.warpAffine(
        mask.astype(np.float32), placed, size[::-1], flags=cv2.INTER_LINEAR, borderValue=0.0
    )
    return np.asarray(drawn) >= _HALF_COVERED


def _scaling(across: float, down: float) -> Matrix:
    """Pixel edges are scaled, so pixel centres, half a pixel off them, also shift."""
    return np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5]])


def _chained(first: npt.ArrayLike, then: Matrix) -> Matrix:
    one = np.asarray(first, np.float64)
    return np.column_stack([then[:, :2] @ one[:, :2], then[:, :2] @ one[:, 2] + then[:, 2]])
