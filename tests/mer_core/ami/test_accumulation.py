import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mer_core.ami import WEIGHTINGS, Accumulator, accumulation, frame_weights, weighted_sum
from mer_core.ami.accumulation import RUN, STREAMS
from mer_core.errors import FrameError


def noise(count, height=9, width=7, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


def slow_sum(frames, weights):
    """The loop that public ports of the method use."""
    total = np.zeros(frames[0].shape)
    for frame, weight in zip(frames, weights, strict=True):
        total += weight * frame.astype(np.float64)
    return total


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 33, 64])
def test_the_sum_equals_the_plain_loop(weighting, count):
    frames, weights = noise(count), frame_weights(count, weighting)
    np.testing.assert_allclose(
        weighted_sum(frames, weights), slow_sum(frames, weights), rtol=1e-6, atol=0.05
    )


def test_bands_of_rows_meet_without_a_seam_also_in_crops_of_larger_frames():
    frames, weights = noise(18, 600, 330)[:, 7:590, 5:320], frame_weights(18)
    assert len(accumulation._bands(frames.shape[1:])) > 2
    np.testing.assert_allclose(
        weighted_sum(frames, weights), slow_sum(frames, weights), rtol=1e-6, atol=0.05
    )


@pytest.mark.parametrize("weighting", ["full", "literal", "rank-pooling"])
def test_single_precision_stays_within_one_unit_over_256_frames(weighting):
    count = 256
    frames, weights = noise(count), frame_weights(count, weighting)
    exact = [
        sum(
            Fraction(float(weight)) * int(value)
            for weight, value in zip(weights, pixel, strict=True)
        )
        for pixel in frames.reshape(count, -1).T
    ]
    total = weighted_sum(frames, weights).ravel()
    worst = max(abs(float(value) - float(right)) for value, right in zip(total, exact, strict=True))
    assert worst < 1.0


@pytest.mark.parametrize("weighting", ["full", "literal", "rank-pooling", "linear"])
def test_rounding_moves_no_grey_level_by_a_twentieth_even_in_sensor_noise(weighting):
    # The hardest honest clip: a still face, long, whose only change is one grey level of noise.
    rng = np.random.default_rng(1)
    face = rng.integers(20, 236, (24, 24, 3))
    frames = (face + rng.integers(-1, 2, (256, 24, 24, 3))).astype(np.uint8)
    weights = frame_weights(256, weighting)
    right = slow_sum(frames, weights)
    grey_levels = 255 / (right.max() - right.min())
    assert np.abs(weighted_sum(frames, weights) - right).max() * grey_levels < 0.05


@pytest.mark.parametrize("weighting", WEIGHTINGS.names())
def test_a_still_clip_is_summed_exactly(weighting):
    frame = noise(1)[0]
    count = 61
    total = weighted_sum([frame] * count, frame_weights(count, weighting))
    np.testing.assert_allclose(total, frame_weights(count, weighting).sum() * frame, atol=1e-4)
    if WEIGHTINGS.get(weighting).keeps_appearance:
        np.testing.assert_array_equal(np.rint(total), count * frame.astype(int))
    else:
        assert np.abs(total).max() < 1e-9


weights_of_any_sign = st.lists(
    st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 3)),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(weights=weights_of_any_sign, seed=st.integers(0, 2**32 - 1))
def test_any_weights_will_do(weights, seed):
    frames = noise(len(weights), 3, 2, seed)
    scale = 1 + 255 * np.abs(weights).sum()
    error = np.abs(weighted_sum(frames, weights) - slow_sum(frames, weights)).max()
    assert error <= 2e-6 * scale


@settings(max_examples=40, deadline=None)
@given(count=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_the_sum_is_linear_in_the_frames(count, seed):
    # 8-bit frames cannot be scaled freely, but they can be halved into two that add up to them.
    frames, weights = noise(count, 4, 3, seed), frame_weights(count)
    part = frames // 3
    rest = frames - part
    whole = weighted_sum(frames, weights)
    parts = weighted_sum(part, weights) + weighted_sum(rest, weights)
    np.testing.assert_allclose(parts, whole, rtol=1e-5, atol=0.05)


def test_frames_seen_once_are_enough():
    frames, weights = noise(40), frame_weights(40)
    once = weighted_sum(iter(frames), iter(weights))
    np.testing.assert_array_equal(once, weighted_sum(frames, weights))


class Paused:
    """Frames that threads pass on, as slowly as `pause` says for each run."""

    def __init__(self, frames, pause=lambda number: 0.0):
        self.frames, self.pause = frames, pause

    def __len__(self):
        return len(self.frames)

    def process_runs(self, consume, *, run, streams):
        def walk(stream):
            for number in range(stream, -(-len(self.frames) // run), streams):
                time.sleep(self.pause(number))
                consume(number, self.frames[number * run : (number + 1) * run])

        with ThreadPoolExecutor(streams) as pool:
            list(pool.map(walk, range(streams)))


@pytest.mark.parametrize("weighting", ["full", "literal"])
@pytest.mark.parametrize("count", [1, 3, 4, 5, 8, 30])
def test_threads_change_no_bit_of_the_total(count, weighting):
    frames, weights = noise(count), frame_weights(count, weighting)
    once = weighted_sum(frames, weights)
    for slow in (0, 1):
        paused = Paused(frames, lambda number, slow=slow: 0.002 * (number % 2 == slow))
        np.testing.assert_array_equal(weighted_sum(paused, weights), once)


def test_processed_frames_need_as_many_weights():
    with pytest.raises(ValueError, match="3 weights for 4 frames"):
        weighted_sum(Paused(noise(4)), [1.0, 2.0, 3.0])


def test_a_clip_is_constant_only_if_its_streams_show_the_same():
    frames = noise(2, seed=3)
    turned = [frames[position // RUN % STREAMS] for position in range(4 * RUN)]
    weights = frame_weights(len(turned), "rank-pooling")
    total = weighted_sum(turned, weights)
    np.testing.assert_allclose(total, slow_sum(turned, weights), rtol=1e-5, atol=0.05)
    assert np.abs(total).max() > 1


def test_memory_left_by_another_clip_changes_nothing():
    frames, weights = noise(9), frame_weights(9)
    first = weighted_sum(frames, weights)
    weighted_sum(noise(9, seed=5) // 2, -weights)
    np.testing.assert_array_equal(weighted_sum(frames, weights), first)
    larger = noise(9, 12, 7)
    np.testing.assert_allclose(weighted_sum(larger, weights), slow_sum(larger, weights), atol=0.05)


def test_a_total_is_not_overwritten_by_the_next_clip():
    frames, weights = noise(9), frame_weights(9)
    first = weighted_sum(frames, weights)
    kept = first.copy()
    weighted_sum(noise(9, seed=5), weights)
    np.testing.assert_array_equal(first, kept)


def test_the_total_can_be_read_while_frames_still_come():
    frames, weights = noise(20), frame_weights(20)
    accumulator = Accumulator()
    for position, (frame, weight) in enumerate(zip(frames, weights, strict=True), start=1):
        accumulator.add(frame, weight)
        np.testing.assert_allclose(
            accumulator.total(), slow_sum(frames[:position], weights[:position]), atol=0.05
        )


def test_memory_does_not_grow_with_the_clip():
    def peak(count):
        frame = np.zeros((64, 64, 3), np.uint8)
        frames = (frame + np.uint8(position % 251) for position in range(count))
        tracemalloc.start()
        weighted_sum(frames, frame_weights(count))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(50)  # the first leaves its memory to the next
    assert peak(400) < 1.2 * peak(50)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
    ids=["grey", "alpha", "float", "empty"],
)
def test_only_rgb_bytes_are_frames(frame):
    with pytest.raises(FrameError, match="8-bit RGB"):
        weighted_sum([frame], [1.0])


def test_frames_of_another_size_are_refused():
    frames = [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint8)]
    with pytest.raises(FrameError, match=r"\(4, 5, 3\) after uint8 \(4, 4, 3\)"):
        weighted_sum(frames, [1.0, 1.0])


def test_nothing_has_no_sum():
    with pytest.raises(FrameError, match="no frames"):
        weighted_sum([], [])
