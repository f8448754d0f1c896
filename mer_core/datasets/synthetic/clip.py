"""Rendering: a plan becomes frames with ground truth; and a sheet of subjects to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.action_units import facial_actions
from mer_core.datasets.synthetic.asset import load_asset
from mer_core.datasets.synthetic.face_model import FaceModel, build_face
from mer_core.datasets.synthetic.identity import Identity, sample_identity
from mer_core.datasets.synthetic.motion import blink, profile
from mer_core.datasets.synthetic.nuisances import NO_NUISANCES, expose, sample_sway
from mer_core.datasets.synthetic.plan import ClipPlan
from mer_core.datasets.synthetic.rasteriser import rasterise
from mer_core.datasets.synthetic.renderer import OVERSAMPLING, Renderer
from mer_core.datasets.synthetic.scene import frame_shape, place_camera, sample_scene
from mer_core.datasets.synthetic.texture import paint
from mer_core.datasets.synthetic.truth import GroundTruth, region
from mer_core.records import FloatArray, Frames
from mer_core.seeding import generator

_MOVED_MM = 0.03
"""Movements of a vertex below this change no grey level of a frame and are not redrawn."""


@dataclass(frozen=True, eq=False)
class SyntheticClip:
    """A rendered clip: frames (T x H x W x 3, RGB), what is true of them, and how they came."""

    frames: Frames
    truth: GroundTruth
    plan: ClipPlan


def render_clip(
    plan: ClipPlan, *, size: int | tuple[int, int] = 224, framing: str = "crop"
) -> SyntheticClip:
    """Render `plan`.

    Args:
        plan: Plan of the clip.
        size: Side of a square frame, or (height, width), in pixels.
        framing: "crop" lets the face fill the frame; "camera" shows head and shoulders before a
            wall, the face about 45 % of the frame's height.
    """
    shape = frame_shape(size)
    face = build_face(plan.identity)
    curves = _curves(plan)
    lids = _blink_curve(plan)
    weights = [_frame_actions(plan, row, shut) for row, shut in zip(curves, lids, strict=True)]
    renderer = _renderer(plan.identity, shape, framing, _moving(face, plan, bool(lids.any())))
    frames = np.empty((plan.frames, *shape, 3), np.uint8)
    sway_rng = generator(plan.seed, "sway")
    camera = place_camera(sample_scene(plan.identity), shape, framing, OVERSAMPLING)
    sway = sample_sway(plan.frames, plan.nuisances.sway, camera.scale, sway_rng, onset=plan.onset)
    drawn, shown = renderer.frame(face.rest), dict[str, float]()
    for number, actions in enumerate(weights):
        if actions != shown:
            drawn, shown = renderer.frame(face.moved(actions)), actions
        swayed = sway.warp(drawn, number, renderer.relief) if plan.nuisances.sway else drawn
        picture = _shrink(swayed, shape)
        frames[number] = expose(picture, plan.nuisances, generator(plan.seed, "frame", number))
    return SyntheticClip(frames, _truth(plan, face, shape, framing, curves), plan)


def render_neutral(
    identity: Identity, *, size: int | tuple[int, int] = 224, framing: str = "crop"
) -> npt.NDArray[np.uint8]:
    """(H, W, 3) the subject at rest, without nuisances."""
    shape = frame_shape(size)
    face = build_face(identity)
    renderer = _renderer(identity, shape, framing, np.zeros(len(face.rest), bool))
    picture = _shrink(renderer.frame(face.rest), shape)
    return expose(picture, NO_NUISANCES, generator(identity.seed, "neutral"))


def eye_positions(
    identity: Identity, *, size: int | tuple[int, int] = 224, framing: str = "crop"
) -> FloatArray:
    """(2, 2) the middles of the subject's right and left eyeball on an unswayed frame.

    In pixels to the right and down, counted from the centre of the first pixel.
    """
    camera = place_camera(sample_scene(identity), frame_shape(size), framing, 1)
    points, asset = camera.project(build_face(identity).rest), load_asset()
    eyes = [points[: len(asset.neutral)][rows, :2].mean(axis=0) for rows in asset.eyes]
    return np.stack(eyes) - np.float32(0.5)


def _curves(plan: ClipPlan) -> FloatArray:
    """(T, A) intensity of every unit in every frame."""
    shape = profile(plan.frames, plan.onset, plan.apex, plan.offset)
    peaks = np.array(list(plan.action_units.values()), np.float32)
    return shape[:, None] * peaks[None, :]


def _blink_curve(plan: ClipPlan) -> FloatArray:
    rng = generator(plan.seed, "blink")
    length = max(4, round(0.2 * plan.fps))
    if rng.random() >= plan.nuisances.blink:
        return np.zeros(plan.frames, np.float32)
    return blink(plan.frames, int(rng.integers(-length // 2, plan.frames)), length)


def _frame_actions(plan: ClipPlan, intensities: FloatArray, shut: float) -> dict[str, float]:
    units = dict(zip(plan.action_units, map(float, intensities), strict=True))
    weights = facial_actions(units, plan.asymmetry)
    weights = {action: weight for action, weight in weights.items() if weight}
    if shut:
        for action, weight in facial_actions({"AU45": float(shut)}).items():
            weights[action] = max(weight, weights.get(action, 0.0))
    return weights


def _moving(face: FaceModel, plan: ClipPlan, blinking: bool) -> npt.NDArray[np.bool_]:
    """(V,) vertices that leave their place in some frame of the clip."""
    moved = np.zeros(len(face.rest), bool)
    for unit, peak in plan.action_units.items():
        shift = face.displacement(facial_actions({unit: peak}, plan.asymmetry))
        moved |= np.abs(shift).max(axis=1) > _MOVED_MM
    if blinking:
        moved |= np.abs(face.displacement(facial_actions({"AU45": 1.0}))).max(axis=1) > _MOVED_MM
    return moved


def _renderer(
    identity: Identity, shape: tuple[int, int], framing: str, moving: npt.NDArray[np.bool_]
) -> Renderer:
    scene = sample_scene(identity)
    return Renderer(
        build_face(identity),
        paint(identity),
        scene,
        place_camera(scene, shape, framing, OVERSAMPLING),
        (shape[0] * OVERSAMPLING, shape[1] * OVERSAMPLING),
        shine=identity.skin.shine,
        moving=moving,
    )


def _shrink(drawn: npt.NDArray[np.uint8], shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    return cv2.resize(drawn, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.uint8)


def _truth(
    plan: ClipPlan, face: FaceModel, shape: tuple[int, int], framing: str, curves: FloatArray
) -> GroundTruth:
    camera = place_camera(sample_scene(plan.identity), shape, framing, 1)
    rest, triangles = camera.project(face.rest), face.triangles[:, ::-1]
    visible = rasterise(rest, triangles, shape)

    def flow(units: dict[str, float]) -> FloatArray:
        """(H, W, 2) projected movement of whatever surface each pixel shows at rest."""
        moved = camera.project(face.moved(facial_actions(units, plan.asymmetry)))
        return visible.image(visible.interpolate((moved - rest)[:, :2][triangles]))

    masks = [region(flow({unit: peak})) for unit, peak in plan.action_units.items()]
    return GroundTruth(
        action_units=tuple(plan.action_units),
        curves=curves,
        displacement=flow(dict(plan.action_units)),
        masks=np.stack(masks) if masks else np.zeros((0, *shape), bool),
        onset=plan.onset,
        apex=plan.apex,
        offset=plan.offset,
    )


def gallery(
    seeds: Iterable[int], *, columns: int = 6, size: int = 160, framing: str = "crop"
) -> npt.NDArray[np.uint8]:
    """(rows * size, columns * size, 3) the neutral faces of the subjects of `seeds`.

    The last row is filled up with white.
    """
    faces = [render_neutral(sample_identity(s), size=size, framing=framing) for s in seeds]
    blank = np.full((size, size, 3), 255, np.uint8)
    faces += [blank] * (-len(faces) % columns)
    rows = [np.hstack(faces[at : at + columns]) for at in range(0, len(faces), columns)]
    return np.vstack(rows)
