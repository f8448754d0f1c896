import numpy as np
import pytest

from mer_core.datasets.synthetic.nuisances import NO_NUISANCES, Nuisances, Sway, expose, sample_sway
from mer_core.errors import SettingsError
from mer_core.seeding import generator


@pytest.fixture
def picture():
    return generator(0).integers(60, 190, (32, 32, 3), np.uint8)


def test_nothing_added_changes_nothing(picture):
    assert np.array_equal(expose(picture, NO_NUISANCES, generator(1)), picture)


def test_noise_has_the_asked_spread(picture):
    noisy = expose(picture, Nuisances(flicker=0, jpeg=0, noise=3.0), generator(1))
    assert (noisy.astype(float) - picture).std() == pytest.approx(3.0, rel=0.1)


def test_flicker_scales_the_whole_frame(picture):
    flickering = Nuisances(flicker=0.05, noise=0, jpeg=0)
    ratios = [
        expose(picture, flickering, generator(seed)).mean() / picture.mean() for seed in range(60)
    ]
    assert np.std(ratios) == pytest.approx(0.05, rel=0.4)


def test_compression_stays_close_to_the_picture():
    ramp = np.arange(32, dtype=np.uint8) * 4
    smooth = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], np.uint8(90)), axis=-1)
    coded = expose(np.ascontiguousarray(smooth), Nuisances(noise=0, flicker=0), generator(0))
    assert 0 < np.abs(coded.astype(int) - smooth).max() < 20


def test_shift_moves_the_picture_by_whole_pixels(picture):
    zero = np.zeros(1, np.float32)
    sway = Sway(np.array([[3, 2]], np.float32), zero, zero, zero)
    moved = sway.warp(picture, 0, np.zeros((32, 32), np.float32))
    assert np.array_equal(moved[2:, 3:], picture[:-2, :-3])


def test_a_turn_moves_near_and_far_apart(picture):
    zero, turn = np.zeros(1, np.float32), np.full(1, 0.1, np.float32)
    sway = Sway(np.zeros((1, 2), np.float32), zero, turn, zero)
    depth = np.zeros((32, 32), np.float32)
    depth[:, :16], depth[:, 16:] = -20, 20
    moved = sway.warp(picture, 0, depth)
    assert np.array_equal(moved[:, 4:12], picture[:, 2:10])
    assert np.array_equal(moved[:, 18:28], picture[:, 20:30])


def test_no_sway_at_the_onset():
    sway = sample_sway(16, 1.0, 2.0, generator(0), onset=5)
    assert (sway.shift[5] == 0).all()
    assert sway.roll[5] == sway.yaw[5] == sway.pitch[5] == 0
    assert np.abs(sway.shift).max() > 0.1


def test_negative_strengths_are_refused():
    with pytest.raises(SettingsError, match="negative"):
        Nuisances(noise=-1)
