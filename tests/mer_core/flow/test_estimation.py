"""Flow, its image and its strain: known motions, formulas pixel by pixel, TV-L1's identities."""

import cv2
import numpy as np
import pytest

from mer_core.errors import FrameError, UnknownNameError
from mer_core.flow import FLOW_METHODS, flow_image, optical_flow, optical_strain, tvl1

MARGIN = 10
METHODS = FLOW_METHODS.names()


def texture(side=64, *, shift=(0.0, 0.0), growth=1.0):
    """A sum of waves, evaluated exactly at moved coordinates, so no interpolation is involved.

    A point at p from the centre is drawn at growth * p + shift.
    """
    draws = np.random.default_rng(3)
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    x, y = (columns - shift[0]) / growth, (rows - shift[1]) / growth
    total = np.zeros((side, side))
    for _ in range(30):
        (across, down), phase = draws.uniform(-0.2, 0.2, 2), draws.uniform(0, 2 * np.pi)
        total += np.cos(2 * np.pi * (across * x + down * y) + phase)
    return np.clip(np.rint(128 + 16 * total), 0, 255).astype(np.uint8)


def inner(field):
    return field[MARGIN:-MARGIN, MARGIN:-MARGIN]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shift", [(0.6, -0.3), (2.3, 1.1), (-1.5, 0.0)])
def test_a_translation_is_recovered_with_its_sign(method, shift):
    flow = optical_flow(texture(), texture(shift=shift), method=method)
    assert flow.shape == (64, 64, 2)
    assert flow.dtype == np.float32
    np.testing.assert_allclose(np.median(inner(flow), axis=(0, 1)), shift, atol=0.05)
    assert np.abs(inner(flow) - np.array(shift)).mean() < 0.1


@pytest.mark.parametrize("method", METHODS)
def test_an_expansion_is_recovered_where_it_happens(method):
    flow = optical_flow(texture(), texture(growth=1.03), method=method)
    rows, columns = np.mgrid[:64, :64] - 31.5
    truth = 0.03 * np.dstack([columns, rows])
    assert np.abs(inner(flow) - inner(truth)).mean() < 0.1


@pytest.mark.parametrize("method", METHODS)
def test_a_still_face_does_not_move(method):
    frame = texture()
    assert np.abs(inner(optical_flow(frame, frame, method=method))).max() < 1e-3


def test_the_default_is_tv_l1():
    moved = texture(shift=(1.0, 0.5))
    np.testing.assert_array_equal(
        optical_flow(texture(), moved), optical_flow(texture(), moved, method="tvl1")
    )


@pytest.mark.parametrize("method", METHODS)
def test_an_rgb_frame_of_equal_channels_is_its_grey_frame(method):
    grey = texture(), texture(shift=(1.0, 0.0))
    colour = [np.repeat(frame[..., None], 3, axis=2) for frame in grey]
    np.testing.assert_array_equal(
        optical_flow(*colour, method=method), optical_flow(*grey, method=method)
    )


@pytest.mark.parametrize("method", METHODS)
def test_frames_that_are_not_square_and_not_a_power_of_two_are_welcome(method):
    pair = texture(), texture(shift=(1.0, -1.0))
    flow = optical_flow(pair[0][:47, :59], pair[1][:47, :59], method=method)
    assert flow.shape == (47, 59, 2)
    np.testing.assert_allclose(np.median(inner(flow), axis=(0, 1)), (1.0, -1.0), atol=0.05)


def test_frames_that_cannot_be_compared_are_refused_in_one_line():
    with pytest.raises(FrameError, match="64x64 and 32x64"):
        optical_flow(texture(), texture()[:, :32])
    with pytest.raises(FrameError, match="too small"):
        optical_flow(texture(12), texture(12))
    with pytest.raises(FrameError, match="uint8"):
        optical_flow(texture() / 255, texture() / 255)
    with pytest.raises(UnknownNameError, match="tvl1"):
        optical_flow(texture(), texture(), method="tv-l1")


def test_channels_are_flow_and_strain_in_per_cent_of_the_frame():
    first, second = texture()[:48], texture(growth=1.02)[:48]
    image = flow_image(first, second)
    flow = optical_flow(first, second)
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.float32
    np.testing.assert_allclose(image[..., 0], 100 * flow[..., 0] / 64, rtol=1e-5)
    np.testing.assert_allclose(image[..., 1], 100 * flow[..., 1] / 48, rtol=1e-5)
    np.testing.assert_allclose(image[..., 2], 100 * optical_strain(flow), rtol=1e-5)


def test_size_is_height_and_width():
    assert flow_image(texture(), texture(shift=(1, 0)), size=(28, 20)).shape == (28, 20, 3)


def test_averaging_down_keeps_the_mean_motion():
    pair = texture(), texture(shift=(1.0, -0.5))
    full, small = flow_image(*pair), flow_image(*pair, size=(16, 16))
    np.testing.assert_allclose(small.mean((0, 1)), full.mean((0, 1)), rtol=1e-4)


def test_the_same_motion_at_twice_the_resolution_gives_the_same_values():
    pair = texture(), texture(shift=(1.0, -0.5))
    doubled = [cv2.resize(frame, (128, 128), interpolation=cv2.INTER_CUBIC) for frame in pair]
    small, large = flow_image(*pair), flow_image(*doubled, size=(64, 64))
    np.testing.assert_allclose(inner(large)[..., :2], inner(small)[..., :2], atol=0.1)


def test_a_still_face_is_an_image_of_zeros():
    frame = texture()
    assert np.abs(flow_image(frame, frame, size=(28, 28))).max() < 1e-2


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


def test_divergence_is_the_negative_adjoint_of_the_gradient():
    draws = np.random.default_rng(0)
    flow = draws.normal(size=(2, 9, 7)).astype(np.float32)
    dual = draws.normal(size=(2, 2, 9, 7)).astype(np.float32)
    gradient = tvl1._forward(flow).swapaxes(0, 1)
    assert np.isclose((gradient * dual).sum(), -(flow * tvl1._divergence(dual)).sum(), atol=1e-4)


def energy(first, second, flow):
    """The functional as printed: total variation plus lambda times the brightness difference."""
    warped = tvl1._warp(tvl1._smooth(second), flow.transpose(2, 0, 1).copy())
    rises = [np.gradient(flow[..., part]) for part in range(2)]
    variation = sum(np.hypot(*rise) for rise in rises)
    return inner(variation + 0.15 * np.abs(warped - tvl1._smooth(first))).mean()


def test_the_result_has_less_energy_than_its_neighbours():
    first, second = texture(), texture(shift=(1.4, -0.6))
    found = tvl1.tvl1_flow(first, second)
    lowest = energy(first, second, found)
    ripple = np.sin(np.mgrid[:64, :64].sum(0) / 3)[..., None].astype(np.float32)
    for other in (0 * found, 1.1 * found, found + 0.1, found + 0.1 * ripple):
        assert lowest < energy(first, second, other)
