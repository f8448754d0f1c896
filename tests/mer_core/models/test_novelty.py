"""The distance of an image from those of the cohort."""

from __future__ import annotations

import numpy as np
import pytest

from mer_core.errors import CheckpointError
from mer_core.models.novelty import ALARMS, NoveltyScale, fit_novelty

PEOPLE = 12


def pictures(count, seed=0):
    """Pictures that differ in the strengths of three patterns."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:64, :64] / 64
    patterns = [np.sin(3 * x), np.cos(4 * y), x * y]
    made = [sum(random.normal() * one for one in patterns) for _ in range(count)]
    grey = [60 + 120 * (one - one.min()) / np.ptp(one) for one in made]
    return np.repeat(np.stack(grey)[..., None], 3, axis=-1).astype(np.uint8)


@pytest.fixture(scope="module")
def scale():
    return fit_novelty(pictures(120), [f"person {n % PEOPLE}" for n in range(120)])


def test_it_is_the_share_of_contrast_outside_the_space(scale):
    (image,) = pictures(1, seed=3)
    # By hand: 16 x 16 block means of luminance, standardised, less what the axes explain.
    cells = image[..., 0].reshape(16, 4, 16, 4).mean(axis=(1, 3)).ravel()
    away = (cells - cells.mean()) / cells.std() - scale.mean
    left = away - sum((away @ axis) * axis for axis in scale.axes)
    assert scale.novelty(image) == pytest.approx((left**2).mean(), abs=1e-4)


def test_alike_is_alike_and_strange_is_strange(scale):
    assert scale.alarms(pictures(200, seed=5)) < 4 * ALARMS
    noise = np.random.default_rng(1).integers(0, 256, (8, 64, 64, 3)).astype(np.uint8)
    assert scale.alarms(noise) == 1
    # What is faint counts as much as what is bold.
    assert scale.alarms((128 + (noise.astype(int) - 128) // 8).astype(np.uint8)) == 1


def test_a_mirror_image_is_as_familiar(scale):
    (image,) = pictures(1, seed=4)
    assert scale.novelty(image[:, ::-1]) == pytest.approx(scale.novelty(image), abs=1e-3)


def test_it_is_kept_at_half_precision(scale, tmp_path):
    scale.save(tmp_path / "n.npz")
    again = NoveltyScale.load(tmp_path / "n.npz")
    (image,) = pictures(1, seed=6)
    assert again.novelty(image) == pytest.approx(scale.novelty(image), abs=2e-3)
    assert again.limit == scale.limit
    (tmp_path / "n.npz").write_bytes(b"PK")
    with pytest.raises(CheckpointError, match="novelty scale"):
        NoveltyScale.load(tmp_path / "n.npz")
