"""Strain against its formula written pixel by pixel, and on motions whose strain is known."""

import numpy as np
import pytest

from mer_core.flow import optical_strain


def slope(values, index):
    """Central difference inside, one-sided at the ends."""
    last = len(values) - 1
    if index == 0:
        return values[1] - values[0]
    if index == last:
        return values[last] - values[last - 1]
    return (values[index + 1] - values[index - 1]) / 2


def slow_strain(flow):
    height, width = flow.shape[:2]
    strain = np.empty((height, width))
    for row in range(height):
        for column in range(width):
            u_x = slope(flow[row, :, 0], column)
            u_y = slope(flow[:, column, 0], row)
            v_x = slope(flow[row, :, 1], column)
            v_y = slope(flow[:, column, 1], row)
            strain[row, column] = np.sqrt(u_x**2 + v_y**2 + 0.5 * (u_y + v_x) ** 2)
    return strain


def linear_flow(matrix, side=12):
    """The motion p -> matrix @ p around the centre."""
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    return np.dstack([columns, rows]) @ np.array(matrix, float).T


def test_strain_is_its_formula_at_every_pixel():
    flow = np.random.default_rng(1).normal(size=(9, 13, 2))
    np.testing.assert_allclose(optical_strain(flow), slow_strain(flow), rtol=1e-6)


def test_a_rigid_translation_has_no_strain():
    flow = np.full((10, 10, 2), (3.0, -2.0), np.float32)
    np.testing.assert_array_equal(optical_strain(flow), 0)


def test_a_small_rotation_has_no_strain():
    np.testing.assert_allclose(optical_strain(linear_flow([[0, -0.1], [0.1, 0]])), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ([[0.2, 0], [0, 0]], 0.2),
        ([[0.1, 0], [0, 0.1]], 0.1 * np.sqrt(2)),
        ([[0, 0.3], [0, 0]], 0.3 * np.sqrt(0.5)),
        ([[0.1, 0.2], [0.3, -0.4]], np.sqrt(0.01 + 0.16 + 0.5 * 0.25)),
    ],
)
def test_a_linear_motion_has_the_norm_of_its_symmetric_part(matrix, expected):
    np.testing.assert_allclose(optical_strain(linear_flow(matrix)), expected, rtol=1e-6)
    symmetric = (np.array(matrix) + np.array(matrix).T) / 2
    assert np.isclose(expected, np.linalg.norm(symmetric))


def test_strain_has_no_preferred_axis():
    flow = np.random.default_rng(2).normal(size=(8, 8, 2))
    transposed = flow.transpose(1, 0, 2)[..., ::-1]
    np.testing.assert_allclose(optical_strain(transposed), optical_strain(flow).T, rtol=1e-6)
