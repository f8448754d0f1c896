"""The region that each action unit moves on an average face, seen from the front.

The masks are data, `action_unit_masks.npz`, so that nothing that draws faces is loaded to explain
a clip. They were drawn once from the parametric face (`mer_core.datasets.synthetic`): a face
between the sexes and ancestries of its shape model, at rest and at each unit's full movement. A
test draws them again; `python -m mer_core.attribution.action_unit_masks` writes the file anew.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError, UnknownNameError

Mask = npt.NDArray[np.bool_]

SIDE = 256
"""Pixels of the canonical crop: 222 mm high, framed as `mer_core.faces` aligns a face."""

SIDES = ("L", "R")
"""The subject's left and right, for units coded on one side."""

_FILE = Path(__file__).with_suffix(".npz")
_DISTANCE_MM = 1000.0


def unit_names() -> tuple[str, ...]:
    """The units that have a region, such as "AU12"."""
    return tuple(dict.fromkeys(name.rstrip("LR") for name in _load_masks()))


def unit_mask(unit: str, side: str = "") -> Mask:
    """Region of an action unit on the canonical crop, for both sides or for "L" or "R"."""
    if side and side not in SIDES:
        raise SettingsError(f"a face has no side {side!r}", remedy="use L, R or nothing")
    found = _load_masks().get(unit + side)
    if found is None:
        raise UnknownNameError(
            f"there is no region for an action unit called {unit!r}",
            remedy=f"choose one of: {', '.join(unit_names())}",
        )
    return found


@cache
def _load_masks() -> dict[str, Mask]:
    with np.load(_FILE, allow_pickle=False) as packed:
        masks = {name: np.unpackbits(packed[name]).reshape(SIDE, SIDE) for name in packed.files}
    found = {name: mask.astype(bool) for name, mask in masks.items()}
    for mask in found.values():
        mask.flags.writeable = False  # shared by every caller
    return found


def draw_masks() -> dict[str, Mask]:
    """Draw all masks from the parametric face: unit, or unit and side -> region."""
    from mer_core.datasets.synthetic import ACTION_UNITS, sample_identity
    from mer_core.datasets.synthetic.action_units import facial_actions
    from mer_core.datasets.synthetic.face_model import build_face
    from mer_core.datasets.synthetic.rasteriser import rasterise
    from mer_core.datasets.synthetic.scene import FRAMINGS, Camera
    from mer_core.datasets.synthetic.truth import region

    someone = sample_identity(0)
    origins, sexes = ("african", "asian", "caucasian"), ("female", "male")
    shapes = {f"{origin}-{sex}-young": 1 / 6 for origin in origins for sex in sexes}
    hair = replace(someone.hair, style="cropped", volume=1.5, fringe=0.0, length=0.0)
    face = build_face(replace(someone, seed=-1, shapes=shapes, resting={}, hair=hair))

    span, middle = FRAMINGS["crop"]
    scale = SIDE / span
    camera = Camera(
        rotation=np.eye(3, dtype=np.float32),
        scale=scale,
        distance=_DISTANCE_MM,
        centre=(SIDE / 2, SIDE / 2 + middle * scale),
    )
    rest, triangles = camera.project(face.rest), face.triangles[:, ::-1]
    visible = rasterise(rest, triangles, (SIDE, SIDE))

    def mask(unit: str, lean: dict[str, float]) -> Mask:
        moved = camera.project(face.moved(facial_actions({unit: 1.0}, lean)))
        return region(visible.image(visible.interpolate((moved - rest)[:, :2][triangles])))

    masks: dict[str, Mask] = {}
    for unit in ACTION_UNITS:
        masks[unit] = mask(unit, {})
        for side, lean in zip(SIDES, (1.0, -1.0), strict=True):
            masks[unit + side] = mask(unit, {unit: lean})
    return masks


def _write() -> None:
    packed = {name: np.packbits(mask) for name, mask in draw_masks().items()}
    np.savez_compressed(_FILE, allow_pickle=False, **packed)


if __name__ == "__main__":
    _write()
