"""Where a clip's action units move the face, on the pixel grid of what the network saw.

A synthetic clip brings its exact regions (`GroundTruth.masks`). A real one gets a canonical
template: the average synthetic head, looked at from the front, and the region each unit moves on
it; the eyes that the face detector finds say where on the frame that head lies. The template is
as good as a frontal face of average build and no better, so every result says which of the two
it used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic import ACTION_UNITS, GroundTruth, sample_identity
from mer_core.datasets.synthetic.action_units import facial_actions
from mer_core.datasets.synthetic.face_model import FaceModel, build_face
from mer_core.datasets.synthetic.rasteriser import rasterise
from mer_core.datasets.synthetic.scene import FRAMINGS, Camera
from mer_core.datasets.synthetic.truth import region
from mer_core.errors import FaceNotFoundError, FrameError, SettingsError
from mer_core.faces import Alignment
from mer_core.inputs import Imaging, expression_source
from mer_core.inputs.imaging import find_people, resize
from mer_core.records import ActionUnit, Sample

Mask = npt.NDArray[np.bool_]
Size = tuple[int, int]
Matrix = npt.NDArray[np.float64]

TEMPLATE_SIDE = 256
"""Pixels of the canonical crop: 222 mm high, framed as `mer_core.faces` aligns a face."""

_DISTANCE_MM = 1000.0
_HALF_COVERED = 0.5
"""A pixel of the network's input belongs to a region that covers at least half of it."""

_SIDES = {"L": 1.0, "R": -1.0}


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
        if name not in ACTION_UNITS:
            unmapped.append(str(unit))
            continue
        canonical = template_mask(name, unit.side if unit.side in _SIDES else "")
        mask = _warped(canonical, placed, size)
        masks[name] = masks.get(name, np.zeros(size, bool)) | mask
    source = MaskSource.UNPLACED if view.face is None else MaskSource.TEMPLATE
    return Regions(masks=masks, size=size, source=source, unmapped=tuple(unmapped))


@lru_cache(maxsize=128)
def template_mask(unit: str, side: str = "") -> Mask:
    """Region of an action unit on the canonical crop, for both sides or for "L" or "R"."""
    if side and side not in _SIDES:
        raise SettingsError(f"a face has no side {side!r}", remedy="use L, R or nothing")
    face, camera = _average_face(), _frontal_camera()
    lean = {unit: _SIDES[side]} if side else {}
    rest = camera.project(face.rest)
    moved = camera.project(face.moved(facial_actions({unit: 1.0}, lean)))
    triangles = face.triangles[:, ::-1]
    visible = rasterise(rest, triangles, (TEMPLATE_SIDE, TEMPLATE_SIDE))
    mask = region(visible.image(visible.interpolate((moved - rest)[:, :2][triangles])))
    mask.flags.writeable = False  # shared by every caller
    return mask


@lru_cache(maxsize=1)
def _average_face() -> FaceModel:
    """A face between the sexes and ancestries of the shape model, at rest, hair out of the way."""
    someone = sample_identity(0)
    origins, sexes = ("african", "asian", "caucasian"), ("female", "male")
    shapes = {f"{origin}-{sex}-young": 1 / 6 for origin in origins for sex in sexes}
    hair = replace(someone.hair, style="cropped", volume=1.5, fringe=0.0, length=0.0)
    return build_face(replace(someone, seed=-1, shapes=shapes, resting={}, hair=hair))


def _frontal_camera() -> Camera:
    span, middle = FRAMINGS["crop"]
    scale = TEMPLATE_SIDE / span
    centre = (TEMPLATE_SIDE / 2, TEMPLATE_SIDE / 2 + middle * scale)
    upright = np.eye(3, dtype=np.float32)
    return Camera(rotation=upright, scale=scale, distance=_DISTANCE_MM, centre=centre)


def _placement(view: View, size: Size) -> Matrix:
    """2 x 3 map from pixels of the canonical crop to those of the network's input."""
    if view.face is None:
        # A dataset's own crop is taken to be framed like the synthetic one.
        side = min(view.shape[0], view.shape[1] / 0.9)
        middle = ((view.shape[1] - 1) / 2, (view.shape[0] - 1) / 2)
        face = Alignment(centre=middle, width=side)
    else:
        face = view.face
    square = replace(face, side=TEMPLATE_SIDE)
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
