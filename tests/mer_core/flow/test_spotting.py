"""Spotting: waves of a made curve, motion of a made face, and nothing where nothing moves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mer_core.datasets.synthetic import plan_clip, render_clip, sample_identity
from mer_core.errors import FrameError
from mer_core.faces import EYE_DISTANCE as ALIGNED
from mer_core.faces import Alignment
from mer_core.flow.spotting import (
    EYE_DISTANCE,
    REGIONS,
    SIDE,
    STILL,
    MotionCurve,
    _measure_motion,
    _shared_motion,
    motion_curve,
)


def curve_of(values, fps=100.0, region="left mouth corner"):
    regions = np.zeros((len(values), len(REGIONS), 2))
    for name in (region, "upper lip", "lower lip"):
        regions[:, list(REGIONS).index(name), 0] = values
    return MotionCurve(
        numbers=tuple(range(10, 10 + len(values))),
        fps=fps,
        regions=regions,
        head=np.zeros((len(values), 2)),
    )


def bump(count, middle, half, height):
    return height * np.clip(1 - np.abs(np.arange(count) - middle) / half, 0, None) ** 0.8


def test_geometry_is_that_of_the_alignment():
    assert EYE_DISTANCE == ALIGNED
    assert all(x - w > 0 and x + w < 1 and 0 < y - h < y + h < 1 for x, y, w, h in REGIONS.values())


def test_a_wave_is_found_where_it_is():
    (found,) = curve_of(bump(60, 25, 15, 4.0)).candidates()
    assert abs(found.apex - 35) <= 1
    assert abs(found.onset - 20) <= 3
    assert abs(found.offset - 50) <= 3
    assert found.strength == pytest.approx(4.0, rel=0.15)
    assert set(found.regions) == {"left mouth corner", "upper lip", "lower lip"}


def test_a_long_recording_gives_candidates_by_strength_and_none_overlaps():
    values = bump(900, 200, 20, 2.0) + bump(900, 500, 20, 5.0) + bump(900, 700, 20, 1.0)
    found = curve_of(values).candidates()
    assert [round(one.apex, -1) for one in found] == [510, 210, 710]
    assert [one.strength for one in found] == sorted((one.strength for one in found), reverse=True)
    spans = sorted((one.onset, one.offset) for one in found)
    assert all(first[1] < second[0] for first, second in zip(spans, spans[1:], strict=False))


def test_a_slow_drift_is_rest_in_a_long_recording():
    assert curve_of(np.linspace(0, 6, 1000)).candidates() == ()
    drifting = np.linspace(0, 6, 1000) + bump(1000, 400, 20, 3.0)
    (found,) = curve_of(drifting).candidates()
    assert abs(found.apex - 410) <= 3


def test_the_apex_is_farthest_from_a_straight_way_from_rest_to_rest():
    turning = np.linspace(0, 9, 40) + bump(40, 15, 12, 3.0)  # the head turns meanwhile
    assert abs(curve_of(turning).apex(10, 49) - 25) <= 1
    assert curve_of(np.zeros(8)).apex(10, 17) == 11  # never the onset
    assert curve_of(np.array([0.0, 5.0])).apex(10, 11) == 11


def test_what_rests_has_no_candidate():
    noise = np.random.default_rng(0).normal(0, 0.1, 80)
    assert curve_of(noise).candidates() == ()


def test_shared_motion_is_that_of_the_most():
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    flow = np.stack([1 + 0.5 * x - 0.25 * y, -2 + 0.3 * y], axis=-1).astype(np.float32)
    truth = np.array([(1, -2), (0.5, 0), (-0.25, 0.3)])
    np.testing.assert_allclose(_shared_motion(flow), truth, atol=0.02)
    flow[90:110, 40:90] += 3  # a mouth that does what it likes
    np.testing.assert_allclose(_shared_motion(flow), truth, atol=0.15)


def test_the_number_of_frames_must_be_right():
    with pytest.raises(FrameError, match="2 frames for 3"):
        motion_curve([np.zeros((SIDE, SIDE), np.uint8)] * 2, numbers=(1, 2, 3))


def test_of_no_frame_nothing_is_followed():
    with pytest.raises(FrameError, match="no frame"):
        motion_curve([], numbers=())


def test_each_stretch_is_measured_from_the_end_of_the_one_before():
    noise = np.random.default_rng(0).integers(0, 255, (SIDE + 40, SIDE), np.uint8)
    noise = cv2.GaussianBlur(noise, (0, 0), 3)
    frames = [np.ascontiguousarray(noise[i : i + SIDE]) for i in range(24)]
    every, base, reference, rows = 5, np.zeros((len(REGIONS) + 1, 2)), frames[0], []
    for place, frame in enumerate(frames):
        rows.append(base + _measure_motion(reference, frame) if place else base)
        if place % every == 0:
            reference, base = frame, rows[-1]
    expected = np.stack(rows) * 100 / (EYE_DISTANCE * SIDE)
    found = motion_curve(frames, numbers=tuple(range(24)), fps=10.0)
    np.testing.assert_array_equal(found.head, expected[:, 0])
    np.testing.assert_array_equal(found.regions, expected[:, 1:])


@pytest.fixture(scope="module")
def smile():
    plan = plan_clip(
        identity=sample_identity(3001),
        emotion="happiness",
        seed=1,
        frames=20,
        onset=2,
        apex=9,
        offset=17,
    )
    return render_clip(plan, size=160)


def aligned(frames):
    square = Alignment(centre=(79.5, 79.5), width=160, side=160)
    return [cv2.cvtColor(square.apply(frame), cv2.COLOR_RGB2GRAY) for frame in frames]


def test_the_apex_of_a_synthetic_smile(smile):
    found = motion_curve(aligned(smile.frames), numbers=tuple(range(20)), fps=100.0)
    best = found.candidates()[0]
    assert abs(best.apex - smile.truth.apex) <= 2
    assert any("mouth" in name or "lip" in name for name in best.regions)


def test_moving_the_whole_picture_is_motion_of_the_head_and_not_of_the_face(smile):
    still = smile.frames[0]
    shifts = 2 * np.sin(np.linspace(0, 6, 12))
    frames = [
        cv2.warpAffine(still, np.array([[1, 0, dx], [0, 1, 0.5 * dx]]), (160, 160), borderMode=1)
        for dx in shifts
    ]
    found = motion_curve(aligned(frames), numbers=tuple(range(12)), fps=100.0)
    assert found.values.max() < STILL
    expected = (shifts - shifts[0]) / 160 * 100 / EYE_DISTANCE
    np.testing.assert_allclose(found.head[:, 0], expected, atol=0.4)
