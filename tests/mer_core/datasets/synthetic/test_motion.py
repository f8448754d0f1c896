import numpy as np
import pytest

from mer_core.datasets.synthetic.motion import blink, profile, sample_key_frames, wander
from mer_core.errors import SettingsError
from mer_core.seeding import generator


def test_profile_is_the_minimum_jerk_polynomial():
    curve = profile(20, 3, 9, 16)
    for frame in range(20):
        if frame <= 3 or frame >= 16:
            expected = 0.0
        else:
            t = (frame - 3) / 6 if frame <= 9 else (16 - frame) / 7
            expected = 10 * t**3 - 15 * t**4 + 6 * t**5
        assert curve[frame] == pytest.approx(expected, abs=1e-6)


def test_profile_peaks_at_the_apex_only():
    curve = profile(32, 2, 14, 29)
    assert curve.argmax() == 14
    assert curve[14] == 1
    assert (np.diff(curve[2:15]) > 0).all()
    assert (np.diff(curve[14:30]) < 0).all()


@pytest.mark.parametrize("frames", [3, 4, 8, 32, 200])
def test_sampled_key_frames_are_in_order(frames):
    for seed in range(40):
        onset, apex, offset = sample_key_frames(frames, generator(seed))
        assert 0 <= onset < apex < offset < frames


def test_two_frames_cannot_hold_an_expression():
    with pytest.raises(SettingsError, match="3 frames"):
        sample_key_frames(2, generator(0))


def test_disordered_key_frames_are_refused():
    with pytest.raises(SettingsError, match="onset 5"):
        profile(10, 5, 4, 8)


def test_blink_closes_fully_and_opens_again():
    lids = blink(60, 20, 20)
    assert lids[27] == pytest.approx(1)
    assert lids[:21].max() == 0
    assert lids[40:].max() == 0


def test_wander_is_still_where_asked():
    path = wander(32, generator(0), still_at=7)
    assert path[7] == 0
    assert np.abs(path).max() > 0.1
