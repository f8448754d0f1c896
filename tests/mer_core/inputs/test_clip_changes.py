"""Changes of the image are those of the frames, which are changed here one by one and slowly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from mer_core.ami import build_ami, frame_weights
from mer_core.inputs import recording_input
from mer_core.inputs.clip_changes import (
    CLIP_CHANGES,
    MIN_FRAMES,
    ChangedInputs,
    ClipChange,
    applicable_changes,
)
from mer_core.inputs.recording import Recording
from mer_core.models.catalog import model_entry
from mer_core.records import Clip, InputKind

UNCHANGED = ClipChange(name="unchanged")
MOVES = [change for change in CLIP_CHANGES if change.moves]
SIZE = (60, 80)


def clip_of(count: int) -> Clip:
    noise = np.random.default_rng(3)
    face = ndimage.gaussian_filter(noise.uniform(0, 255, (*SIZE, 3)), (3, 3, 0))
    face = (face - face.min()) * 240 / np.ptp(face)
    frames = np.stack([np.roll(face, number, axis=1) for number in range(count)])
    return Clip("drawn", np.rint(frames).astype(np.uint8), tuple(range(11, 11 + count)))


@pytest.fixture(scope="module")
def recording():
    """Frames 11 to 22, of which 13 to 20 are the expression."""
    return Recording(clip=clip_of(12), subject="s", label="", onset=13, apex=16, offset=20)


def image_inputs(recording: Recording, weighting: str = "full") -> ChangedInputs:
    return ChangedInputs(recording, model_entry("affectivenet").input, weighting=weighting)


@pytest.mark.parametrize("name", ["affectivenet", "mobilenet", "akmnet", "ststnet"])
def test_without_a_change_it_is_the_input_itself(recording, name):
    spec = model_entry(name).input
    seen = ChangedInputs(recording, spec).after(UNCHANGED)
    np.testing.assert_array_equal(seen, recording_input(recording, spec))


@pytest.mark.parametrize("change", MOVES, ids=lambda change: change.name)
def test_moving_the_image_is_moving_every_frame(recording, change):
    """Each frame is resampled by SciPy, pixel for pixel, and the results are summed."""
    image = image_inputs(recording).image_after(change)
    matrix = change.matrix(SIZE, model_entry("affectivenet").input.size)
    scale, shift = matrix[:, :2], matrix[:, 2]
    turn = np.linalg.inv(scale)
    rows = np.array([turn[1, 1], turn[0, 0]])  # SciPy counts rows first, and maps back
    back = -np.array([turn[1, 1] * shift[1], turn[0, 0] * shift[0]])
    total = np.zeros((*SIZE, 3))
    frames = recording.expression.frames.astype(float)
    for frame, weight in zip(frames, frame_weights(8, "full"), strict=True):
        for channel in range(3):
            total[..., channel] += weight * ndimage.affine_transform(
                frame[..., channel], rows, back, order=1, mode="nearest"
            )
    spread = np.ptp(total)
    # OpenCV resamples on a grid of 1/32 of a pixel.
    assert np.abs(image.total - total).max() < 0.02 * spread
    assert np.abs(image.total - total).mean() < 0.002 * spread


def test_a_mirror_is_exact(recording):
    mirrored = np.ascontiguousarray(recording.expression.frames[:, :, ::-1])
    expected = build_ami(mirrored, count=8)
    image = image_inputs(recording).image_after(ClipChange(name="m", mirror=True))
    np.testing.assert_allclose(image.total, expected.total, atol=1e-3)
    assert np.array_equal(image.image, expected.image)


@pytest.mark.parametrize("weighting", ["full", "rank-pooling"])
def test_noise_in_the_image_is_that_of_all_frames(recording, weighting):
    inputs = image_inputs(recording, weighting)
    change = ClipChange(name="noisier", noise=2.0)
    added = inputs.image_after(change).total - inputs.image_after(UNCHANGED).total
    slow = np.random.default_rng(1)
    weights = frame_weights(8, weighting)
    expected = sum(weight * slow.normal(0, 2, (*SIZE, 3)) for weight in weights)
    assert added.std() == pytest.approx(np.std(expected), rel=0.03)
    assert abs(added.mean()) < 0.05 * added.std()
    again = inputs.image_after(change).total
    assert np.array_equal(again - inputs.image_after(UNCHANGED).total, added)


def test_a_tone_curve_bends_each_frame(recording):
    image = image_inputs(recording).image_after(ClipChange(name="g", gamma=1.5))
    bent = np.rint(255 * (recording.expression.frames / 255) ** 1.5).astype(np.uint8)
    assert np.array_equal(image.image, build_ami(bent, count=8).image)


@pytest.mark.parametrize(("start", "end"), [(1, 0), (-1, 0), (0, 1), (0, -1)])
def test_another_cut_is_another_range_with_its_own_weights(recording, start, end):
    image = image_inputs(recording).image_after(ClipChange(name="c", start=start, end=end))
    other = replace(recording, onset=13 + start, offset=20 + end)
    assert image.frame_numbers == tuple(range(13 + start, 21 + end))
    assert np.array_equal(image.total, other.image("full").total)


def test_frames_are_left_out_or_taken_in_only_where_there_are_some():
    whole = Recording(clip=clip_of(MIN_FRAMES), subject="s", label="")
    ami, flow = InputKind.AMI, InputKind.FLOW
    assert not [one.name for one in applicable_changes(whole, ami) if one.start or one.end]
    longer = Recording(clip=clip_of(MIN_FRAMES + 1), subject="s", label="")
    names = {one.name for one in applicable_changes(longer, ami) if one.start or one.end}
    assert names == {"begins a frame later", "ends a frame earlier"}
    # Flow ends at the apex, wherever the clip does.
    names = {one.name for one in applicable_changes(longer, flow) if one.start or one.end}
    assert names == {"begins a frame later"}


def test_the_frames_of_the_clip_stay_as_they_are(recording):
    before = recording.clip.digest
    for name in ("affectivenet", "akmnet", "ststnet"):
        inputs = ChangedInputs(recording, model_entry(name).input)
        for change in applicable_changes(recording, inputs.spec.kind):
            inputs.after(change)
    assert Clip("again", recording.clip.frames, recording.clip.frame_numbers).digest == before
