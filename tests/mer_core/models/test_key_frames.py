"""Key-frame mining against its definition, frame by frame in double precision."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mer_core.errors import ModelError
from mer_core.models.key_frames import KeyFrameMining, StraightThrough, pad_clips, valid_frames

CHANNELS = 6


def slow_mining(features, weight, bias):
    """alpha, beta and B of one clip, T x C, straight from the definition."""
    alpha = [1 / (1 + math.exp(-(float(p @ weight) + bias))) for p in features]
    summary = sum(a * p for a, p in zip(alpha, features, strict=True))
    beta = [float(p @ summary) / (np.linalg.norm(p) * np.linalg.norm(summary)) for p in features]
    mean = sum(beta) / len(beta)
    return alpha, beta, [1 if b >= mean else 0 for b in beta]


def slow_penalty(beta, selected):
    mean = sum(beta) / len(beta)
    above = [b for b in beta if b > mean]
    below = [b for b in beta if b < mean]
    separation = 2 - (sum(above) / len(above) - sum(below) / len(below))
    return separation + 0.1 * max(0, sum(selected) - 1)


def mined(clips, seed=0):
    """The module under test on clips of pooled features, padded to one batch."""
    torch.manual_seed(seed)
    mining = KeyFrameMining(CHANNELS)
    batch, lengths = pad_clips([torch.tensor(clip, dtype=torch.float32) for clip in clips])
    weight = mining.attention.weight.detach().numpy()[0].astype(float)
    return mining(batch, valid_frames(batch, lengths)), weight, mining.attention.bias.item()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), lengths=st.lists(st.integers(2, 9), min_size=1, max_size=4))
def test_mining_is_its_definition(seed, lengths):
    draws = np.random.default_rng(seed)
    clips = [draws.gamma(1.0, size=(length, CHANNELS)) for length in lengths]
    found, weight, bias = mined(clips, seed)
    for clip, report, penalty in zip(clips, found.report(), found.penalty(), strict=True):
        alpha, beta, selected = slow_mining(clip, weight, bias)
        np.testing.assert_allclose(report.attention, alpha, rtol=1e-5)
        np.testing.assert_allclose(report.similarity, beta, atol=1e-6)
        assert report.threshold == pytest.approx(np.mean(beta), abs=1e-6)
        np.testing.assert_allclose(report.margin, beta - np.mean(beta), atol=1e-6)
        if min(abs(b - np.mean(beta)) for b in beta) > 1e-5:  # else rounding decides
            assert report.selected == tuple(np.flatnonzero(selected))
            assert penalty.item() == pytest.approx(slow_penalty(beta, selected), abs=1e-5)


def test_frames_that_differ_by_less_than_single_precision_are_still_told_apart():
    still = np.full(CHANNELS, 0.7)
    nudge = np.eye(CHANNELS)[0] * 1e-4  # 1 - beta is about 1e-9, invisible in float32 beside 1
    clip = np.array([still, still, still, still + nudge, still])
    found, weight, bias = mined([clip])
    assert found.report()[0].selected == (0, 1, 2, 4)
    assert slow_mining(clip, weight, bias)[2] == [1, 1, 1, 0, 1]


def test_margins_keep_their_digits_and_are_at_or_above_zero_where_a_frame_is_kept():
    still = np.full(CHANNELS, 0.7)
    nudge = np.eye(CHANNELS)[0] * 1e-3
    found, weight, bias = mined([np.array([still, still + nudge, still + 2 * nudge, still])])
    (report,) = found.report()
    _, beta, _ = slow_mining(np.array([still, still + nudge, still + 2 * nudge, still]), weight,
                             bias)  # fmt: skip
    beta = np.asarray(beta, float)
    # The margins are near 1e-7, where single precision beside 1 has no digit left.
    assert np.abs(beta - beta.mean()).max() < 1e-5
    np.testing.assert_allclose(report.margin, beta - beta.mean(), rtol=0.02, atol=1e-10)
    np.testing.assert_allclose(report.similarity, beta, atol=1e-9)
    for frame, margin in enumerate(report.margin):
        if abs(margin) > 1e-9:
            assert (frame in report.selected) == (margin > 0)


@pytest.mark.parametrize("length", [1, 2, 7])
def test_equally_similar_frames_are_all_kept_and_the_loss_is_finite(length):
    features = torch.full((1, length, CHANNELS), 0.3, requires_grad=True)
    found = KeyFrameMining(CHANNELS)(features, torch.ones(1, length, dtype=torch.bool))
    assert found.report()[0].selected == tuple(range(length))
    penalty = found.penalty()
    assert penalty.item() == pytest.approx(0.1 * (length - 1))
    (penalty + found.selected.sum()).backward()
    assert features.grad.isfinite().all()


def test_features_of_nothing_but_zeros_give_no_nan():
    features = torch.zeros(1, 3, CHANNELS, requires_grad=True)
    found = KeyFrameMining(CHANNELS)(features, torch.ones(1, 3, dtype=torch.bool))
    found.penalty().sum().backward()
    assert len(found.report()[0].selected) == 3
    assert features.grad.isfinite().all()


def test_frames_that_are_equally_similar_up_to_rounding_are_all_kept():
    # Perpendicular frames of equal attention: every beta is 1 / sqrt(C), but for the last digit.
    rotation = np.linalg.qr(np.random.default_rng(6).normal(size=(CHANNELS, CHANNELS)))[0]
    mining = KeyFrameMining(CHANNELS)
    torch.nn.init.zeros_(mining.attention.weight)
    features = torch.tensor(rotation[None], dtype=torch.float32)
    found = mining(features, torch.ones(1, CHANNELS, dtype=torch.bool))
    assert len(set(found.departure[0].tolist())) > 1
    assert found.report()[0].selected == tuple(range(CHANNELS))
    assert found.penalty().item() == pytest.approx(0.1 * (CHANNELS - 1))


def test_padding_is_neither_kept_nor_counted():
    draws = np.random.default_rng(4)
    clips = [draws.gamma(1.0, size=(length, CHANNELS)) for length in (3, 8, 5)]
    mining, lengths = KeyFrameMining(CHANNELS), torch.tensor([3, 8, 5])
    padded = torch.full((3, 8, CHANNELS), 2.0)  # what every clip resembles, were it looked at
    for row, clip in zip(padded, clips, strict=True):
        row[: len(clip)] = torch.tensor(clip)
    together = mining(padded, valid_frames(padded, lengths))
    assert not together.selected[~together.valid].any()
    assert not together.attention[~together.valid].any()
    for row, length in enumerate(lengths.tolist()):
        alone = mining(padded[row : row + 1, :length], torch.ones(1, length, dtype=torch.bool))
        assert together.report()[row].selected == alone.report()[0].selected
        assert len(together.report()[row]) == length
        torch.testing.assert_close(together.penalty()[row], alone.penalty()[0])


@pytest.mark.parametrize(("departure", "passes"), [(0.25, True), (1.25, False), (0.0, False)])
def test_the_step_passes_its_gradient_to_beta_only_while_the_mean_is_between_0_and_1(
    departure, passes
):
    departures = torch.tensor([[departure, departure, departure]], requires_grad=True)
    valid = torch.tensor([[True, True, False]])
    incoming = torch.tensor([[2.0, -3.0, 5.0]])
    mean = torch.tensor([departure])
    StraightThrough.apply(departures, mean, valid).backward(incoming)
    # beta = 1 - departure, so a gradient to beta arrives with the opposite sign.
    expected = -incoming * valid if passes else torch.zeros(1, 3)
    assert torch.equal(departures.grad, expected)


def test_the_penalty_pushes_kept_and_dropped_frames_apart():
    draws = torch.Generator().manual_seed(5)
    features = torch.rand(1, 8, CHANNELS, generator=draws).requires_grad_()
    mining, valid = KeyFrameMining(CHANNELS), torch.ones(1, 8, dtype=torch.bool)

    def separation():
        found = mining(features, valid)
        return found.penalty() - 0.1 * (found.selected.detach().sum(1) - 1)

    before = separation()
    optimiser = torch.optim.SGD([features], lr=0.05)
    for _ in range(20):
        optimiser.zero_grad()
        mining(features, valid).penalty().sum().backward()
        optimiser.step()
    assert separation().item() < before.item()


def test_a_padded_batch_gives_every_clip_back():
    clips = [torch.rand(length, 1, 2, 3) for length in (2, 4, 1)]
    batch, lengths = pad_clips(clips)
    assert batch.shape == (3, 4, 1, 2, 3)
    assert lengths.tolist() == [2, 4, 1]
    for padded, length, clip in zip(batch, lengths, clips, strict=True):
        assert torch.equal(padded[:length], clip)
        assert not padded[length:].any()


def test_valid_frames_are_the_first_ones_of_each_clip():
    batch = torch.zeros(3, 4, 1, 2, 3)
    expected = [[t < length for t in range(4)] for length in (2, 4, 1)]
    assert valid_frames(batch, torch.tensor([2, 4, 1])).tolist() == expected
    assert valid_frames(batch, None).all()


def test_lengths_that_cannot_be_are_refused():
    batch = torch.zeros(2, 4, 1, 2, 3)
    for wrong in ([4], [0, 4], [5, 4]):
        with pytest.raises(ModelError, match="do not fit 2 clips of up to 4 frames"):
            valid_frames(batch, torch.tensor(wrong))
    with pytest.raises(ModelError, match="at least one clip"):
        pad_clips([])
