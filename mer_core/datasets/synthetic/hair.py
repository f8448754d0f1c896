"""Hair: where the scalp carries it, how far it stands off, and the strands that hang."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mer_core.datasets.synthetic.identity import Hair
from mer_core.records import FloatArray

_AXIS_DEPTH = -60.0
"""Depth in mm of the vertical axis of the head; angles below are taken around it."""


def smoothstep(low: float, high: float, values: FloatArray) -> FloatArray:
    """0 below `low`, 1 above `high`, a cubic between."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def azimuth(points: FloatArray) -> FloatArray:
    """Angle around the head's axis: 0 in front, pi/2 at the viewer's right ear."""
    return np.arctan2(points[..., 0], points[..., 2] - _AXIS_DEPTH)


def hairline(points: FloatArray, hair: Hair) -> FloatArray:
    """Height of the hairline, in mm above the eyes, in the direction of each point."""
    front, temple, side = hair.hairline
    angle = np.abs(azimuth(points))
    knots = (0.0, 0.30, 0.55, 0.80, 0.95, 1.15, 1.30, 1.50, 1.75, 2.2, np.pi)
    heights = (
        front,
        front + 1,
        temple + 6,
        temple - 6,
        temple - 22,
        side + 14,
        side,
        side + 4,
        -30,
        -62,
        -70,
    )
    line = np.interp(angle, knots, heights)
    if hair.fringe:
        across = points[..., 0] - hair.parting
        sweep = hair.fringe * np.exp(-((across / 45.0) ** 2)) + 0.4 * hair.fringe
        line = line - sweep * (1 - smoothstep(0.55, 0.95, angle))
    return line.astype(np.float32)


def coverage(points: FloatArray, ears: FloatArray, hair: Hair, softness: float) -> FloatArray:
    """Return the share of each point of the neutral head that hair covers, 0 to 1."""
    height = points[..., 1] - hairline(points, hair)
    covered = smoothstep(-softness, softness, height)
    return covered * (1 - np.clip(ears * 2, 0, 1))


def lift(points: FloatArray, normals: FloatArray, ears: FloatArray, hair: Hair) -> FloatArray:
    """Displacement that gives the hair on the scalp its volume."""
    above = points[..., 1] - hairline(points, hair)
    depth = smoothstep(-2.0, 16.0, above) * (1 - np.clip(ears * 2, 0, 1))
    crown = 1 + 0.2 * smoothstep(60.0, 110.0, points[..., 1])
    parted = 1 - 0.35 * np.exp(-(((points[..., 0] - hair.parting) / 7.0) ** 2))
    if hair.style == "curly":
        parted = 1 + 0.16 * np.sin(points / 3.1 + np.roll(points, 1, axis=-1) / 4.7).sum(axis=-1)
    return normals * (hair.volume * depth * crown * parted)[..., None]


def strands(hair: Hair) -> tuple[FloatArray, npt.NDArray[np.int64], FloatArray]:
    """The curtain of hair behind face and neck: vertices, triangles, chart in [0, 1]^2.

    Empty where the hair does not hang. The curtain follows an ellipse around the head from one
    temple over the back to the other and falls to `hair.length` below the eyes.
    """
    if not hair.length:
        empty = np.zeros((0, 3), np.float32)
        return empty, np.zeros((0, 3), np.int64), empty[:, :2]
    columns, rows = 49, 15
    across, down = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    angle = np.pi + (across * 2 - 1) * (np.pi - 1.05)
    top, bottom = 62.0, -hair.length
    y = top + (bottom - top) * down + 4 * np.sin(across * 37) * down
    spread = 0.86 + 0.32 * smoothstep(0.0, 0.55, down) - 0.08 * smoothstep(0.6, 1.0, down)
    wave = 1 + 0.014 * np.sin(across * 61 + 4 * down) * down
    x = (79 + hair.volume) * spread * wave * np.sin(angle)
    z = _AXIS_DEPTH - 6 + (88 + hair.volume) * spread * wave * np.cos(angle)
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3).astype(np.float32)
    chart = np.stack([across, down], axis=-1).reshape(-1, 2).astype(np.float32)
    return points, _grid(rows, columns), chart


def _grid(rows: int, columns: int) -> npt.NDArray[np.int64]:
    """Two triangles per cell of a grid, seen from either side."""
    corner = np.arange(rows * columns).reshape(rows, columns)
    a, b = corner[:-1, :-1].ravel(), corner[:-1, 1:].ravel()
    c, d = corner[1:, :-1].ravel(), corner[1:, 1:].ravel()
    front = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    return np.concatenate([front, front[:, ::-1]])
