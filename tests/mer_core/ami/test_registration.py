import cv2
import numpy as np
import pytest

from mer_core.ami import FaceBox, Registration, build_ami, find_face
from mer_core.ami.registration import Stabiliser
from mer_core.datasets.synthetic import NO_NUISANCES, plan_clip, render_clip, sample_identity
from mer_core.errors import FaceNotFoundError, SettingsError


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


def test_the_face_is_found_where_it_is(portrait):
    box = find_face(portrait)
    shifted = find_face(moved(portrait, right=20, down=10))
    assert 0.25 * 224 < box.width < 0.75 * 224
    assert abs(shifted.x - box.x - 20) <= 6
    assert abs(shifted.y - box.y - 10) <= 6


def test_a_large_frame_gives_the_same_face(portrait):
    box = find_face(portrait)
    large = find_face(cv2.resize(portrait, (1120, 1120), interpolation=cv2.INTER_CUBIC))
    np.testing.assert_allclose(
        [large.x, large.y, large.width], [5 * box.x, 5 * box.y, 5 * box.width], atol=75
    )


def test_the_margin_widens_the_box_up_to_the_frame(portrait):
    bare, wide = find_face(portrait, margin=0), find_face(portrait, margin=0.1)
    assert wide == bare.widened(0.1).within(portrait.shape)
    assert wide.width > bare.width
    assert find_face(portrait, margin=5) == FaceBox(0, 0, 224, 224)


def test_no_face_is_an_error_that_names_the_clip():
    wall = np.full((120, 160, 3), 128, np.uint8)
    with pytest.raises(FaceNotFoundError, match=r"^EP02_01f: no frontal face.*160 x 120"):
        find_face(wall, name="EP02_01f")
    with pytest.raises(FaceNotFoundError, match="EP02_01f"):
        list(Registration(crop=True).apply([wall], name="EP02_01f"))


def test_a_crop_is_the_part_of_the_frame_inside_the_box():
    frame = np.arange(10 * 12 * 3, dtype=np.uint8).reshape(10, 12, 3)
    np.testing.assert_array_equal(FaceBox(2, 3, 4, 5).crop(frame), frame[3:8, 2:6])
    np.testing.assert_array_equal(FaceBox(-2, 8, 5, 9).crop(frame), frame[8:, :3])
    assert FaceBox(2, 3, 4, 5).crop(frame, (9, 7)).shape == (9, 7, 3)
    with pytest.raises(SettingsError, match="outside"):
        FaceBox(12, 0, 3, 3).crop(frame)


def test_all_frames_get_the_crop_of_the_first(portrait):
    frames = [moved(portrait, right=shift) for shift in (0, 9, 30)]
    boxes = []
    cropped = list(Registration(crop=True).apply(frames, boxes=boxes))
    assert boxes == [find_face(frames[0])]
    for frame, part in zip(frames, cropped, strict=True):
        np.testing.assert_array_equal(part, boxes[0].crop(frame))


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
