"""Flow on textures moved by a known amount, by every registered method."""

import numpy as np
import pytest

from mer_core.errors import FrameError, UnknownNameError
from mer_core.flow import FLOW_METHODS, optical_flow

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
