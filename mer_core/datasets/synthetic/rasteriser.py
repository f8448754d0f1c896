"""Triangles to pixels: a z-buffer that keeps barycentric weights, in NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mer_core.records import FloatArray

IntArray = npt.NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Fragments:
    """Visible triangles, one for each covered pixel of an image.

    Attributes:
        pixels: (n,) flat pixel indices, each at most once.
        triangles: (n,) the triangle seen there.
        weights: (n, 3) barycentric weights of its corners at the pixel centre.
        shape: Height and width of the image.
    """

    pixels: IntArray
    triangles: IntArray
    weights: FloatArray
    shape: tuple[int, int]

    def interpolate(self, corners: FloatArray) -> FloatArray:
        """(n, c) values at the fragments, from (triangles, 3, c) values at the corners."""
        total = corners[:, 0].take(self.triangles, axis=0) * self.weights[:, :1]
        for corner in (1, 2):
            part = corners[:, corner].take(self.triangles, axis=0)
            part *= self.weights[:, corner, None]
            total += part
        return total

    def image(self, values: FloatArray, background: float = 0.0) -> FloatArray:
        """(H, W, c) image with `values` at the fragments."""
        height, width = self.shape
        canvas = np.full((height * width, values.shape[1]), background, values.dtype)
        canvas[self.pixels] = values
        return canvas.reshape(height, width, -1)


def rasterise(
    points: FloatArray,
    triangles: IntArray,
    shape: tuple[int, int],
    *,
    cull: bool = True,
    behind: FloatArray | None = None,
) -> Fragments:
    """The nearest triangle at every pixel centre.

    Args:
        points: (V, 3) x to the right and y down in pixels, z growing away from the viewer.
            Pixel (i, j) has its centre at x = j + 0.5, y = i + 0.5.
        triangles: (F, 3) corners; front faces have positive signed area in x right, y down.
        shape: Height and width.
        cull: Leave out triangles seen from behind.
        behind: (H * W,) depth of what is already drawn; only nearer triangles are seen.
    """
    corners = points[triangles].astype(np.float32)
    area = _double_area(corners)
    facing = area > 1e-6 if cull else np.abs(area) > 1e-6
    kept = np.flatnonzero(facing & _inside_view(corners, shape))
    corners, area = corners[kept], area[kept]
    owner, rows = _expand(*_row_range(corners, shape[0]))
    first, last = _spans(corners[owner], rows, shape[1])
    span, columns = _expand(first, last)
    owner, rows = owner[span], rows[span]
    x = columns.astype(np.float32) + np.float32(0.5)
    y = rows.astype(np.float32) + np.float32(0.5)
    weights, depths = _planes(corners, area)
    depth = _evaluate(depths, owner, x, y)
    flat = rows * np.int32(shape[1]) + columns
    buffer = np.full(shape[0] * shape[1], np.inf, np.float32) if behind is None else behind.copy()
    np.minimum.at(buffer, flat, depth)
    chosen = _one_per_pixel(flat, np.flatnonzero(depth <= buffer[flat]), shape)
    owner, x, y = owner[chosen], x[chosen], y[chosen]
    shares = np.stack([_evaluate(weights[corner], owner, x, y) for corner in range(3)], axis=1)
    return Fragments(flat[chosen], kept[owner], shares, shape)


def _one_per_pixel(flat: IntArray, seen: IntArray, shape: tuple[int, int]) -> IntArray:
    """Keep the last of the candidates that tie for a pixel."""
    last = np.empty(shape[0] * shape[1], np.int64)
    last[flat[seen]] = seen
    return seen[last[flat[seen]] == seen]


def _evaluate(planes: FloatArray, owner: IntArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """At every candidate a x + b y + c, with the (3, F) coefficients of its triangle."""
    value = planes[0].take(owner)
    value *= x
    slope = planes[1].take(owner)
    slope *= y
    value += slope
    value += planes[2].take(owner)
    return value


def _double_area(corners: FloatArray) -> FloatArray:
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _inside_view(corners: FloatArray, shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    (left, right), (top, bottom) = (_extent(corners, axis) for axis in (0, 1))
    return (right > 0) & (bottom > 0) & (left < shape[1]) & (top < shape[0])


def _extent(corners: FloatArray, axis: int) -> tuple[FloatArray, FloatArray]:
    """Least and greatest coordinate of each triangle; NumPy reduces an axis of 3 slowly."""
    a, b, c = corners[:, 0, axis], corners[:, 1, axis], corners[:, 2, axis]
    return np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)


def _row_range(corners: FloatArray, height: int) -> tuple[IntArray, IntArray]:
    """First and one-past-last row whose centre line crosses each triangle."""
    top, bottom = _extent(corners, 1)
    first = np.ceil(top - 0.5).astype(np.int32)
    last = np.floor(bottom - 0.5).astype(np.int32) + 1
    return np.maximum(first, 0), np.minimum(last, height)


def _expand(first: IntArray, last: IntArray) -> tuple[IntArray, IntArray]:
    """Each index i repeated once per value in range(first[i], last[i]), with those values."""
    counts = np.maximum(last - first, 0)
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    shift = first - (np.cumsum(counts) - counts)
    return owner, np.arange(len(owner), dtype=np.int32) + shift.astype(np.int32).take(owner)


def _spans(corners: FloatArray, rows: IntArray, width: int) -> tuple[IntArray, IntArray]:
    """First and one-past-last column covered by each triangle on its row."""
    y = rows.astype(np.float32) + np.float32(0.5)
    low = np.full(len(rows), np.inf, np.float32)
    high = np.full(len(rows), -np.inf, np.float32)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        a, b = corners[:, start], corners[:, end]
        rise = b[:, 1] - a[:, 1]
        crossing = (np.minimum(a[:, 1], b[:, 1]) <= y) & (y <= np.maximum(a[:, 1], b[:, 1]))
        crossing &= rise != 0
        share = (y - a[:, 1]) / np.where(rise == 0, np.float32(1), rise)
        x = a[:, 0] + share * (b[:, 0] - a[:, 0])
        low = np.where(crossing, np.minimum(low, x), low)
        high = np.where(crossing, np.maximum(high, x), high)
    first = np.ceil(np.clip(low, -1, width + 1) - 0.5).astype(np.int32)
    last = np.floor(np.clip(high, -1, width + 1) - 0.5).astype(np.int32) + 1
    return np.maximum(first, 0), np.minimum(last, width)


def _planes(corners: FloatArray, area: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients of x, y and 1: (3, 3, F) for the weight of each corner, (3, F) for depth."""
    x, y, z = corners[..., 0], corners[..., 1], corners[..., 2]
    weights = np.empty((3, 3, len(corners)), np.float32)
    for corner in range(3):
        b, c = (corner + 1) % 3, (corner + 2) % 3
        weights[corner, 0] = (y[:, b] - y[:, c]) / area
        weights[corner, 1] = (x[:, c] - x[:, b]) / area
        weights[corner, 2] = (x[:, b] * y[:, c] - x[:, c] * y[:, b]) / area
    return weights, np.einsum("ckf,fc->kf", weights, z)
