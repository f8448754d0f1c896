import hashlib

import numpy as np
import pytest

from mer_core.ami import (
    WEIGHTINGS,
    build_ami,
    frame_weights,
    motion_images,
    weighted_sum,
)
from mer_core.errors import FrameError, SettingsError
from mer_core.records import Clip


@pytest.fixture
def clip():
    """Twelve frames of a bright square that moves right, numbered as a recording would."""
    frames = np.full((12, 20, 30, 3), 40, np.uint8)
    frames += np.arange(30, dtype=np.uint8)[None, None, :, None]
    for position, frame in enumerate(frames):
        frame[5:12, 2 + position : 8 + position] = (220, 160, 120)
    return Clip("square", frames, tuple(range(46, 70, 2)))


def image_of(clip, weighting="full"):
    return build_ami(clip.frames, count=len(clip), weighting=weighting)


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_the_image_is_the_total_stretched_to_all_grey_levels(clip, weighting):
    image = image_of(clip, weighting)
    total = np.tensordot(frame_weights(12, weighting), clip.frames.astype(float), axes=1)
    stretched = (total - total.min()) / (total.max() - total.min()) * 255
    np.testing.assert_allclose(image.image, stretched, atol=0.51)
    assert image.image.dtype == np.uint8
    assert (image.image.min(), image.image.max()) == (0, 255)
    assert image.minimum == pytest.approx(total.min(), abs=0.01)
    assert image.maximum == pytest.approx(total.max(), abs=0.01)


def test_scale_and_offset_take_the_total_to_the_image(clip):
    image = image_of(clip)
    np.testing.assert_allclose(image.scale * image.total + image.offset, image.image, atol=0.51)
    assert image.scale * image.minimum + image.offset == pytest.approx(0, abs=1e-6)
    assert image.scale * image.maximum + image.offset == pytest.approx(255, abs=1e-6)


def test_one_minimum_and_maximum_serve_all_channels(clip):
    image = image_of(clip)
    order = np.argsort(image.total, axis=None, kind="stable")
    assert (np.diff(image.image.ravel()[order].astype(int)) >= 0).all()


def test_full_is_literal_plus_the_sum_of_frames(clip):
    np.testing.assert_allclose(
        image_of(clip, "full").total,
        image_of(clip, "literal").total + clip.frames.sum(axis=0),
        atol=0.01,
    )


def test_literal_ignores_the_last_frame_and_ranks_the_rest(clip):
    shorter = Clip("shorter", clip.frames[:-1], clip.frame_numbers[:-1])
    np.testing.assert_allclose(
        image_of(clip, "literal").total, image_of(shorter, "rank-pooling").total, atol=0.01
    )


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_a_still_face_stays_only_where_weights_sum_to_the_frame_count(clip, weighting):
    still = Clip("still", np.repeat(clip.frames[:1], 12, axis=0), clip.frame_numbers)
    image = image_of(still, weighting)
    if WEIGHTINGS.get(weighting).keeps_appearance:
        face = clip.frames[0].astype(float)
        stretched = (face - face.min()) / (face.max() - face.min()) * 255
        np.testing.assert_allclose(image.image, stretched, atol=0.51)
    else:
        np.testing.assert_allclose(image.total, 0, atol=1e-9)


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_a_uniform_still_clip_is_flat_and_does_not_divide_by_zero(weighting):
    image = build_ami(np.full((7, 4, 5, 3), 90, np.uint8), count=7, weighting=weighting)
    assert image.flat
    assert (image.scale, image.offset) == (0, 0)
    assert not image.image.any()


def test_one_frame_is_its_own_image(clip):
    image = build_ami(clip.frames[:1], count=1)
    np.testing.assert_array_equal(image.total, clip.frames[0])
    assert build_ami(clip.frames[:1], count=1, weighting="literal").flat


def test_two_frames_under_full_are_their_sum_and_show_no_motion(clip):
    forwards = build_ami(clip.frames[:2], count=2)
    backwards = build_ami(clip.frames[1::-1], count=2)
    np.testing.assert_array_equal(forwards.image, backwards.image)


def test_order_matters_from_three_frames_on(clip):
    forwards = build_ami(clip.frames[:3], count=3)
    backwards = build_ami(clip.frames[2::-1], count=3)
    assert forwards.digest != backwards.digest


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_motion_images_add_up_to_the_total(clip, weighting):
    motions = motion_images(clip, weighting)
    assert motions.shape == clip.frames.shape
    weights = frame_weights(len(clip), weighting)
    np.testing.assert_allclose(motions[4], weights[4] * clip.frames[4], rtol=1e-6)
    np.testing.assert_allclose(motions.sum(axis=0), image_of(clip, weighting).total, atol=0.05)


def test_early_frames_as_a_clip_of_their_own_are_no_negative_of_the_face():
    """Their share of the whole's sum is one, because they weigh less than 0 in the whole."""
    face = np.add.outer(np.arange(24), np.arange(20)).astype(np.uint8)[..., None].repeat(3, 2)
    frames = np.stack([face * 4 + number for number in range(12)]).astype(np.uint8)
    share = weighted_sum(frames[:4], frame_weights(12)[:4])
    alone = build_ami(frames[:4], count=4)
    assert np.corrcoef(share.ravel(), face.ravel())[0, 1] < -0.9
    assert np.corrcoef(alone.total.ravel(), face.ravel())[0, 1] > 0.9
    assert alone.weights.sum() == pytest.approx(4)


def test_the_digest_is_of_the_picture_alone(clip):
    image = image_of(clip)
    head = f"|u1{image.image.shape}".encode()
    assert image.digest == hashlib.sha256(head + image.image.tobytes()).hexdigest()
    assert image.digest == image_of(clip).digest
    assert image.digest != image_of(clip, "linear").digest


def test_frame_numbers_are_counted_from_one_where_none_are_given(clip):
    assert image_of(clip).frame_numbers == tuple(range(1, 13))
    numbered = build_ami(clip.frames, count=12, frame_numbers=clip.frame_numbers)
    assert numbered.frame_numbers == clip.frame_numbers


@pytest.mark.parametrize("count", [11, 13])
def test_a_wrong_count_is_refused_rather_than_weighted_wrongly(clip, count):
    with pytest.raises(FrameError, match=r"more frames than the 11|12 frames, but .* 13"):
        build_ami(iter(clip.frames), count=count)


def test_frame_numbers_must_match_the_count(clip):
    with pytest.raises(SettingsError, match="12 frames cannot have 2"):
        build_ami(clip.frames, count=12, frame_numbers=[1, 2])
