"""The resizing rule against its definition: averages of areas, bilinear weights otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.resizing import resize


def areas(before: int, after: int) -> np.ndarray:
    """The share of each old pixel in each new one, when new ones cover whole areas."""
    edges, old = np.arange(after + 1) * before / after, np.arange(before)
    shared = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    shared = np.clip(shared, 0, None)
    return shared / shared.sum(axis=1, keepdims=True)


def bilinear(before: int, after: int) -> np.ndarray:
    """The share of each old pixel in each new one, by the distance of their centres."""
    centres = np.clip((np.arange(after) + 0.5) * before / after - 0.5, 0, before - 1)
    return np.clip(1 - np.abs(centres[:, None] - np.arange(before)), 0, None)


@pytest.mark.parametrize(
    ("size", "weights"),
    [
        ((5, 7), areas),
        ((12, 4), areas),
        ((5, 9), areas),
        ((20, 30), bilinear),
        ((12, 30), bilinear),
        ((5, 30), bilinear),
        ((20, 4), bilinear),
    ],
)
def test_each_pixel_follows_the_rule(size, weights):
    image = np.random.default_rng(0).random((12, 9, 3)).astype(np.float32)
    expected = np.einsum("ih,hwc,jw->ijc", weights(12, size[0]), image, weights(9, size[1]))
    np.testing.assert_allclose(resize(image, size), expected, atol=1e-6)


def test_an_image_of_that_size_is_returned_as_it_is():
    image = np.zeros((4, 5, 3), np.uint8)
    assert resize(image, (4, 5)) is image
