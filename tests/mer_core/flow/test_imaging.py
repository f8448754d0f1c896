"""Flow images: the channels, their unit, and independence of resolution."""

import cv2
import numpy as np

from mer_core.flow import flow_image, optical_flow, optical_strain
from tests.mer_core.flow.test_estimation import inner, texture


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
