import numpy as np
import pytest

from mer_core.datasets.synthetic.rasteriser import rasterise
from mer_core.seeding import generator

SHAPE = (23, 31)


def brute_force(points, triangles, shape, cull):
    """Every triangle against every pixel centre, in double precision."""
    depth = np.full(shape, np.inf)
    owner = np.full(shape, -1)
    weights = np.zeros((*shape, 3))
    for number, (a, b, c) in enumerate(points[triangles].astype(float)):
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if area == 0 or (cull and area < 0):
            continue
        for row in range(shape[0]):
            for column in range(shape[1]):
                p = np.array([column + 0.5, row + 0.5])
                w = [
                    ((v[0] - u[0]) * (p[1] - u[1]) - (v[1] - u[1]) * (p[0] - u[0])) / area
                    for u, v in ((b, c), (c, a), (a, b))
                ]
                z = w[0] * a[2] + w[1] * b[2] + w[2] * c[2]
                if min(w) >= 0 and z < depth[row, column]:
                    depth[row, column], owner[row, column] = z, number
                    weights[row, column] = w
    return owner, weights


@pytest.mark.parametrize("cull", [True, False])
def test_equals_every_triangle_against_every_pixel(cull):
    rng = generator(1, "soup")
    points = (rng.uniform(-4, 34, (36, 3)) * (1, 0.8, 1)).astype(np.float32)
    triangles = np.arange(36).reshape(12, 3)
    found = rasterise(points, triangles, SHAPE, cull=cull)
    owner, weights = brute_force(points, triangles, SHAPE, cull)
    drawn = np.full(SHAPE, -1)
    drawn.reshape(-1)[found.pixels] = found.triangles
    assert np.array_equal(drawn, owner)
    assert np.allclose(found.weights, weights.reshape(-1, 3)[found.pixels], atol=1e-4)


def test_weights_rebuild_the_pixel_centre():
    points = np.array([(2, 2, 0), (28, 4, 0), (10, 20, 0)], np.float32)
    found = rasterise(points, np.array([[0, 1, 2]]), SHAPE)
    centres = found.interpolate(points[None])[:, :2]
    expected = np.stack([found.pixels % SHAPE[1], found.pixels // SHAPE[1]], axis=1) + 0.5
    assert np.allclose(centres, expected, atol=1e-3)


def test_neighbouring_triangles_leave_no_gap():
    points = np.array([(0, 0, 0), (31, 0, 0), (31, 23, 0), (0, 23, 0), (12.3, 9.7, 0)], np.float32)
    fan = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
    found = rasterise(points, fan, SHAPE)
    assert len(found.pixels) == len(np.unique(found.pixels)) == SHAPE[0] * SHAPE[1]


def test_drawing_over_a_depth_equals_drawing_together():
    rng = generator(2, "layers")
    points = (rng.uniform(-4, 34, (60, 3))).astype(np.float32)
    triangles = np.arange(60).reshape(20, 3)
    together = rasterise(points, triangles, SHAPE, cull=False)
    back = rasterise(points, triangles[:12], SHAPE, cull=False)
    depth = np.full(SHAPE[0] * SHAPE[1], np.inf, np.float32)
    depth[back.pixels] = back.interpolate(points[triangles[:12]][..., 2:])[:, 0]
    front = rasterise(points, triangles[12:], SHAPE, cull=False, behind=depth)
    layered = np.full(SHAPE[0] * SHAPE[1], -1)
    layered[back.pixels] = back.triangles
    layered[front.pixels] = front.triangles + 12
    expected = np.full(SHAPE[0] * SHAPE[1], -1)
    expected[together.pixels] = together.triangles
    assert np.array_equal(layered, expected)


def test_nothing_in_view_gives_no_fragments():
    points = np.array([(-9, -9, 0), (-5, -9, 0), (-9, -5, 0)], np.float32)
    assert len(rasterise(points, np.array([[0, 1, 2]]), SHAPE).pixels) == 0
