"""Shares of frames add up to the map, and partial images to what they should."""

import numpy as np
import pytest
import torch

from mer_core.ami import frame_weights
from mer_core.attribution import explain
from mer_core.attribution.frames import decomposing_methods, frame_shares, partial_map
from mer_core.errors import NotApplicableError, SettingsError
from mer_core.inputs import Recording, recording_input

from .fitted import moving_clip, shared

pytestmark = pytest.mark.filterwarnings("ignore:Setting .*hooks")
WEIGHTINGS = ("full", "literal", "rank-pooling", "linear")


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("form", ["clip-mean", "raw"])
@pytest.mark.parametrize("method", [method.name for method in decomposing_methods()])
def test_shares_and_appearance_sum_to_the_map(weighting, form, method):
    found = frame_shares(
        shared("affective"), moving_clip(), method=method, weighting=weighting, form=form
    )
    assert found.shares.shape == (6, 32, 32)
    peak = max(np.abs(found.map.values).max(), np.abs(found.shares).max())
    assert np.abs(found.total - found.map.values).max() <= 1e-6 * peak
    by_frame = found.curve().sum() + found.appearance.sum(dtype=np.float64)
    assert by_frame == pytest.approx(found.map.values.sum(dtype=np.float64), abs=1e-5)
    assert found.frame_numbers == (10, 11, 12, 13, 14, 15)
    assert found.map.parameters["baseline"] == "zero"


@pytest.mark.parametrize("weighting", WEIGHTINGS)
def test_appearance_is_what_the_sum_of_the_weights_makes_of_the_mean_frame(weighting):
    model, clip = shared("affective"), moving_clip(side=32)
    raw = frame_shares(model, clip, weighting=weighting, form="raw")
    mean = frame_shares(model, clip, weighting=weighting, form="clip-mean")
    weights = frame_weights(6, weighting)
    assert not raw.appearance.any()
    if abs(weights.sum()) < 1e-9:
        assert np.abs(mean.appearance).max() <= 1e-6 * np.abs(mean.map.values).max()
    # raw_t / w_t = s f_t g; its mean over frames is s m g.
    used = weights != 0
    if used.all():
        face = (raw.shares / weights[:, None, None]).mean(axis=0)
        peak = np.abs(face).max() * np.abs(weights).max()
        np.testing.assert_allclose(mean.appearance, weights.sum() * face, atol=1e-5 * peak)
        expected = raw.shares - weights[:, None, None] * face
        np.testing.assert_allclose(mean.shares, expected, atol=1e-5 * peak)


def test_a_share_is_the_frame_times_its_weight_and_the_slope():
    """Slowly, for input x gradient: everything from the frames up, one frame at a time."""
    model, clip = shared("affective"), moving_clip(side=32)
    weights = frame_weights(6, "full")
    total = sum(w * frame.astype(np.float64) for w, frame in zip(weights, clip.frames, strict=True))
    scale = 255 / (total.max() - total.min())
    image = scale * (total - total.min()) / 255
    points = torch.from_numpy(image.transpose(2, 0, 1)[None]).float().requires_grad_()
    model.module(points)[0, 0].backward()
    slope = points.grad[0].numpy().transpose(1, 2, 0)
    found = frame_shares(
        model, clip, method="input-x-gradient", target="negative", weighting="full", form="raw"
    )
    for weight, frame, share in zip(weights, clip.frames, found.shares, strict=True):
        expected = (scale / 255 * weight * frame * slope).sum(axis=2)
        np.testing.assert_allclose(share, expected, atol=1e-4 * np.abs(found.shares).max())


def test_the_clip_mean_keeps_the_still_face_out_of_the_shares():
    model, clip = shared("affective"), moving_clip()
    raw = frame_shares(model, clip, weighting="rank-pooling", form="raw")
    mean = frame_shares(model, clip, weighting="rank-pooling", form="clip-mean")
    np.testing.assert_allclose(raw.map.values, mean.map.values, atol=1e-7)
    assert np.abs(mean.shares).sum() < np.abs(raw.shares).sum() / 5  # opposite shares cancel
    still = np.ones((32, 32), bool)
    still[4:16] = False  # the rows in which the square moves
    assert mean.strength(still).max() <= 1e-5 * raw.strength(still).max()
    assert mean.curve(~still).sum() == pytest.approx(mean.curve().sum(), rel=1e-3)


def test_the_map_is_that_of_the_image_but_for_rounding():
    model, clip = shared("affective"), moving_clip()
    found = frame_shares(model, clip, target="positive")
    recording = Recording(clip=clip, subject="", label="")
    rounded = torch.from_numpy(recording_input(recording, model.entry.input))[None]
    image = recording.image("full", size=(32, 32))
    other = explain(
        model,
        rounded,
        method="integrated-gradients",
        target="positive",
        zero_level=image.offset,
    )
    assert np.corrcoef(found.map.values.ravel(), other.values.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("form", ["clip-mean", "raw"])
def test_the_whole_range_is_the_whole_clip(form):
    model, clip = shared("affective"), moving_clip()
    whole = partial_map(model, clip, first=10, last=15, form=form, target="positive")
    found = frame_shares(model, clip, form=form, target="positive")
    np.testing.assert_allclose(whole.map.values, found.map.values, atol=1e-6)
    assert whole.levels.min() == pytest.approx(0, abs=1e-3)
    assert whole.levels.max() == pytest.approx(255, abs=1e-3)


@pytest.mark.parametrize("weighting", ["full", "literal"])
def test_partial_images_of_a_partition_add_up(weighting):
    """Without what they share: zero accumulation, and the still face in the clip-mean form."""
    model, clip = shared("affective"), moving_clip()
    options = {"method": "saliency", "weighting": weighting, "target": "positive"}
    pieces = ((10, 12), (13, 15))
    for form, shared_part in (("raw", "zero"), ("clip-mean", "still")):
        whole = partial_map(model, clip, first=10, last=15, form=form, **options)
        parts = [partial_map(model, clip, first=a, last=b, form=form, **options) for a, b in pieces]
        if shared_part == "zero":
            level = frame_shares(model, clip, weighting=weighting).map.parameters["zero_level"]
            ground = np.full_like(whole.levels, level)
        else:
            still = np.repeat(clip.frames.mean(0, dtype=np.float32)[None], 6, axis=0)
            ground = _ground(whole, clip, still, weighting)
        together = sum(part.levels - ground for part in parts) + ground
        np.testing.assert_allclose(together, whole.levels, atol=1e-2)


def _ground(whole, clip, still, weighting):
    """The image the mean frame alone makes under the clip's display constants."""
    from mer_core.resizing import resize

    weights = frame_weights(len(clip), weighting)
    small = np.stack([resize(frame.astype(np.float32), (32, 32)) for frame in clip.frames])
    total = np.einsum("t,thwc->hwc", weights, small)
    scale = 255 / (total.max() - total.min())
    face = resize(still[0], (32, 32))
    return scale * (weights.sum() * face - total.min())


def test_a_range_without_frames_is_refused():
    with pytest.raises(SettingsError, match="choose within 10 to 15"):
        partial_map(shared("affective"), moving_clip(), first=20, last=30)


def test_key_frames_lie_on_the_same_axis():
    model, clip = shared("akmnet"), moving_clip(count=4)
    for method in ("saliency", "input-x-gradient", "grad-cam"):
        found = frame_shares(model, clip, method=method, target="positive")
        assert found.form == "own"
        assert found.shares.shape == (4, 128, 128)
        assert set(found.selected) <= set(clip.frame_numbers)
        assert len(found.selected) == len(found.key_frames.selected) >= 1
        peak = np.abs(found.shares).max()
        np.testing.assert_allclose(found.total, found.map.values, atol=1e-6 * peak)
        dropped = [number not in found.selected for number in clip.frame_numbers]
        # What is not read cannot matter: its slope is exactly 0.
        assert not found.strength()[dropped].any()


def test_what_cannot_be_carried_says_so():
    clip = moving_clip()
    with pytest.raises(NotApplicableError, match="integrated-gradients"):
        frame_shares(shared("affective"), clip, method="grad-cam")
    with pytest.raises(NotApplicableError, match="two frames"):
        frame_shares(shared("ststnet"), clip)
    with pytest.raises(NotApplicableError, match="all frames together"):
        frame_shares(
            shared("akmnet"), clip, method="occlusion", parameters={"patches": 2, "overlap": 1}
        )
    with pytest.raises(NotApplicableError, match="no accumulated image"):
        partial_map(shared("akmnet"), clip, first=10, last=12)
    with pytest.raises(SettingsError, match="zero accumulation"):
        frame_shares(shared("affective"), clip, parameters={"baseline": "black"})
    with pytest.raises(SettingsError, match="one slope"):
        frame_shares(shared("affective"), clip, parameters={"smoothing_samples": 4})
