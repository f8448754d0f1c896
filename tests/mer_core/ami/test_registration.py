import cv2
import numpy as np
import pytest

from mer_core.ami import Registration, build_ami, motion_over_time
from mer_core.ami.registration import Stabiliser
from mer_core.datasets.synthetic import NO_NUISANCES, plan_clip, render_clip, sample_identity
from mer_core.faces import Alignment, FaceBox
from mer_core.records import Clip


@pytest.fixture(scope="module")
def portrait():
    """One frame of a head before a wall, as a camera sees it."""
    plan = plan_clip(
        identity=sample_identity(3), emotion="happiness", seed=1, frames=3, nuisances=NO_NUISANCES
    )
    return render_clip(plan, size=224, framing="camera").frames[0]


def moved(frame, right=0.0, down=0.0, degrees=0.0):
    """`frame` after its content has turned clockwise and shifted."""
    height, width = frame.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    turn[:, 2] += (right, down)
    return cv2.warpAffine(frame, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


def test_all_frames_get_one_alignment(portrait):
    frames = [moved(portrait, right=shift) for shift in (0, 9, 30)]
    square = Alignment(centre=(110, 100), width=90, degrees=5, side=90)
    cut = list(Registration(alignment=square).apply(frames))
    for frame, part in zip(frames, cut, strict=True):
        np.testing.assert_array_equal(part, square.apply(frame))


def test_registration_does_nothing_unless_asked(portrait):
    portraits = [portrait]
    assert Registration().apply(portraits) is portraits


@pytest.mark.parametrize(
    ("right", "down", "degrees"), [(0, 0, 0), (3, 0, 0), (-2.5, 1.25, 0), (0, 0, 2), (2, -1, -1.5)]
)
@pytest.mark.parametrize("side", [120, 224, 448])
def test_the_motion_found_is_the_motion_made(portrait, right, down, degrees, side):
    frame = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    turned = moved(frame, right, down, degrees)
    aligned, motion = Stabiliser(frame).align(turned)
    assert motion.found
    np.testing.assert_allclose(motion.shift, (right, down), atol=0.15)
    assert motion.degrees == pytest.approx(degrees, abs=0.1)
    assert difference(aligned, frame) <= 0.5 * difference(turned, frame) + 0.1


def difference(one, other):
    """Mean difference away from the borders, where warping invents nothing."""
    rim = len(one) // 8
    inner = slice(rim, -rim)
    return float(np.abs(one[inner, inner].astype(float) - other[inner, inner]).mean())


def test_stabilising_removes_head_motion_from_the_image(portrait):
    sway = 3 * np.sin(np.linspace(0, 3, 10))
    frames = [moved(portrait, right=float(shift)) for shift in sway]

    def motion_energy(stabilise):
        registered = Registration(stabilise=stabilise).apply(frames)
        total = build_ami(registered, count=10, weighting="rank-pooling").total
        return float(np.abs(total[20:-20, 20:-20]).mean())

    assert motion_energy(stabilise=True) < 0.25 * motion_energy(stabilise=False)


def test_a_frame_without_contrast_passes_unaligned_and_says_so(portrait):
    blank = np.full_like(portrait, 90)
    motions = []
    frames = list(Registration(stabilise=True).apply([portrait, blank, portrait], motions=motions))
    assert [motion.found for motion in motions] == [True, False, True]
    np.testing.assert_array_equal(frames[1], blank)


def test_motion_is_the_mean_change_since_the_first_frame():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (4, 6, 5, 3)).astype(np.uint8)
    clip = Clip("c", frames, (1, 2, 3, 4))
    slow = [np.abs(frame.astype(float) - frames[0]).mean() for frame in frames]
    np.testing.assert_allclose(motion_over_time(clip), slow)
    assert motion_over_time(clip)[0] == 0


def test_a_box_sees_only_what_moves_inside_it():
    frames = np.zeros((2, 8, 8, 3), np.uint8)
    frames[1, 2, 2] = 90
    clip = Clip("c", frames, (1, 2))
    assert motion_over_time(clip, FaceBox(4, 4, 4, 4))[1] == 0
    assert motion_over_time(clip, FaceBox(2, 2, 1, 1))[1] == 90
