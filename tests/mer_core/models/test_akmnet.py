"""AKMNet: its layers, its reading of kept frames, and clips of different length."""

import copy

import cv2
import numpy as np
import pytest
import torch
from torch.nn import functional

from mer_core.datasets.synthetic import plan_clip, render_clip, sample_identity
from mer_core.errors import ModelError
from mer_core.models.akmnet import AKMNet, AKMNetConfig, FrameReader
from mer_core.models.catalog import model_entry
from mer_core.models.entry import AuxiliaryLoss
from mer_core.models.key_frames import pad_clips
from mer_core.records import InputKind
from tests.mer_core.models.probes import (
    dead_parameters,
    outputs_of,
    receptive_side,
    steps_to_overfit,
)

ENTRY = model_entry("akmnet")
LENGTHS = (3, 1, 5)
SHAPES = {
    "stem": (64, 64),
    "stage1": (64, 32),
    "stage2": (128, 16),
    "stage3": (256, 8),
    "stage4": (512, 4),
}


def clips(lengths=LENGTHS, seed=0):
    draws = torch.Generator().manual_seed(seed)
    return [torch.rand(length, 1, 128, 128, generator=draws) for length in lengths]


@pytest.fixture(scope="module")
def settled():
    """A network whose running statistics have seen frames; tests leave it in eval, unchanged."""
    torch.manual_seed(0)
    network = AKMNet(AKMNetConfig(dropout=0.0))
    with torch.no_grad():
        for _ in range(3):
            network.train()(*pad_clips(clips((4,), seed=9)))
    return network.eval()


def test_parameters_are_those_of_the_layer_table():
    def conv(inputs, outputs, kernel):
        return inputs * outputs * kernel**2 + 2 * outputs  # no bias, but BN's weight and bias

    def stage(inputs, outputs):
        blocks = conv(inputs, outputs, 3) + 3 * conv(outputs, outputs, 3)
        return blocks + (conv(inputs, outputs, 1) if inputs != outputs else 0)

    backbone = conv(1, 64, 5) + stage(64, 64) + stage(64, 128) + stage(128, 256) + stage(256, 512)
    direction = [3 * 32 * (inputs + 32 + 2) for inputs in (512, 64)]
    gru = 2 * sum(direction)
    for classes in (3, 4):
        expected = backbone + (512 + 1) + gru + (16 * 64 + 1) * classes
        assert sum(p.numel() for p in ENTRY.build(classes).parameters()) == expected
    assert (backbone, gru, expected) == (11_168_704, 123_648, 11_296_965)


def test_every_layer_has_its_shape(settled):
    batch, lengths = pad_clips(clips((2, 1)))
    with torch.no_grad():
        assert settled(batch, lengths).shape == (2, 4)
    seen = outputs_of(settled, [layer.module for layer in ENTRY.layers], batch)
    assert [layer.name for layer in ENTRY.layers] == list(SHAPES)
    for layer in ENTRY.layers:
        channels, side = SHAPES[layer.name]
        assert seen[layer.module].shape == (4, channels, side, side)  # one map per frame
        assert (layer.channels, layer.stride) == (channels, 128 // side)


@pytest.mark.parametrize("layer", ENTRY.layers, ids=lambda layer: layer.name)
def test_receptive_fields_are_what_a_gradient_finds(layer):
    strip = torch.ones(1, 1, 545, 32)  # tall enough for the deepest field; width is irrelevant
    path = layer.module.removeprefix("backbone.")
    assert receptive_side(FrameReader(), path, strip) == layer.receptive_field


def slow_answer(network, clip):
    """One clip, one position at a time: the published forward pass."""
    maps = torch.stack([network.backbone(frame[None])[0] for frame in clip])
    report = network.key_frames(clip[None])[0]
    vectors = []
    for row in range(4):
        for column in range(4):
            sequence = torch.stack([maps[t, :, row, column] for t in report.selected])
            steps, _ = network.gru(sequence[None])
            vectors.append(sum(steps[0]) / len(report.selected))
    return network.classifier(torch.cat(vectors))


def test_the_answer_is_the_slow_reading_of_the_kept_frames(settled):
    with torch.no_grad():
        for clip in clips():
            torch.testing.assert_close(settled(clip[None])[0], slow_answer(settled, clip))


def test_a_batch_of_different_lengths_is_its_clips_one_at_a_time(settled):
    batch, lengths = pad_clips(clips())
    batch[torch.arange(5) >= lengths[:, None]] = float("nan")  # padding that is read would show
    with torch.no_grad():
        logits, penalty = settled.logits_and_penalty(batch, lengths)
        singles = [settled.logits_and_penalty(clip[None]) for clip in clips()]
    reports = settled.key_frames(batch, lengths)
    torch.testing.assert_close(logits, torch.cat([s[0] for s in singles]), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(penalty, torch.cat([s[1] for s in singles]), atol=1e-5, rtol=1e-5)
    for report, clip in zip(reports, clips(), strict=True):
        assert report.selected == settled.key_frames(clip[None])[0].selected


def test_in_training_too_a_batch_is_its_clips_one_at_a_time(settled):
    together, apart = copy.deepcopy(settled).train(), copy.deepcopy(settled).train()
    logits = together(*pad_clips(clips((2, 3))))
    singles = torch.cat([apart(clip[None]) for clip in clips((2, 3))])
    torch.testing.assert_close(logits, singles, atol=1e-5, rtol=1e-5)
    for one, other in zip(together.buffers(), apart.buffers(), strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("length", [1, 3])
def test_a_clip_of_equal_frames_is_kept_whole_with_a_finite_loss(settled, length):
    network = copy.deepcopy(settled).train()
    clip = clips((1,))[0].repeat(length, 1, 1, 1)[None]
    logits, penalty = network.logits_and_penalty(clip)
    assert penalty.item() == pytest.approx(0.1 * (length - 1))
    (functional.cross_entropy(logits, torch.tensor([1])) + penalty.mean()).backward()
    assert all(p.grad.isfinite().all() for p in network.parameters() if p.grad is not None)
    assert settled.key_frames(clip)[0].selected == tuple(range(length))


def test_gradients_reach_every_parameter():
    torch.manual_seed(1)
    batch, lengths = pad_clips(clips((3, 4)))
    assert not dead_parameters(AKMNet(), batch, torch.tensor([0, 1]), lengths=lengths)


def test_the_answer_alone_teaches_which_frames_to_keep(settled):
    network = copy.deepcopy(settled).train()
    network(clips((4,))[0][None])[0, 0].backward()
    assert network.mining.attention.weight.grad.any()


def test_in_eval_the_gradient_is_the_slope_of_the_answer(settled):
    network = copy.deepcopy(settled).double()
    clip = clips((3,))[0][None].double().requires_grad_()
    direction = torch.sign(clip.detach() - 0.5)
    network(clip)[0, 0].backward()
    with torch.no_grad():
        ahead, behind = (network(clip + step * direction)[0, 0] for step in (1e-8, -1e-8))
    assert len(network.key_frames(clip)[0].selected) < 3
    torch.testing.assert_close(
        (clip.grad * direction).sum(), (ahead - behind) / 2e-8, rtol=1e-4, atol=0
    )


def test_half_precision_around_it_changes_nothing(settled):
    clip = clips((4,))[0][None]
    with torch.no_grad():
        expected = settled(clip)
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.equal(settled(clip), expected)


def test_eval_is_deterministic_and_key_frames_leave_training_alone(settled):
    batch, lengths = pad_clips(clips((2, 3)))
    with torch.no_grad():
        assert torch.equal(settled(batch, lengths), settled(batch, lengths))
    training = copy.deepcopy(settled).train()
    statistics = [buffer.clone() for buffer in training.buffers()]
    assert training.key_frames(batch, lengths) == settled.key_frames(batch, lengths)
    assert all(module.training for module in training.modules())
    assert all(map(torch.equal, statistics, training.buffers()))


def test_eight_clips_are_learnt_by_heart():
    torch.manual_seed(3)
    network = AKMNet(AKMNetConfig(dropout=0.0))
    batch, lengths = pad_clips(clips((1, 2, 1, 2, 1, 2, 1, 2), seed=4))
    labels = torch.arange(8) % 4
    assert steps_to_overfit(network, batch, labels, limit=30, every=5, lengths=lengths)


def test_it_takes_clips_of_grey_frames_and_adds_to_the_loss(settled):
    assert ENTRY.input.kind is InputKind.CLIP
    assert (ENTRY.input.channels, ENTRY.input.size) == (1, (128, 128))
    assert isinstance(settled, AuxiliaryLoss)


def test_clips_of_another_shape_are_refused(settled):
    for shape in ((1, 2, 3, 128, 128), (2, 1, 128, 128), (1, 2, 1, 112, 112), (1, 0, 1, 128, 128)):
        with pytest.raises(ModelError, match="T x 1 x 128 x 128"):
            settled(torch.zeros(shape))


def test_features_that_are_not_finite_are_refused_in_words(settled):
    with torch.no_grad(), pytest.raises(ModelError, match="not finite"):
        settled(torch.full((1, 2, 1, 128, 128), float("nan")))


def test_the_report_names_frames_of_the_clip_and_why_they_were_kept():
    plan = plan_clip(
        identity=sample_identity(3), emotion="surprise", seed=2, frames=6, onset=1, apex=3, offset=5
    )
    frames = render_clip(plan, size=128).frames
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
    torch.manual_seed(0)
    report = AKMNet().key_frames(torch.from_numpy(grey[None, :, None] / np.float32(255)))[0]

    assert len(report) == len(report.attention) == len(report.similarity) == 6
    assert all(0 < share < 1 for share in report.attention)
    assert abs(np.mean(report.similarity) - report.threshold) < 1e-6
    assert all(-1 <= value <= 1 for value in report.similarity)
    assert report.selected == tuple(sorted(set(report.selected)))
    assert 0 < len(report.selected) < 6
    assert set(report.selected) <= set(range(6))
    dropped = set(range(6)) - set(report.selected)
    lowest_kept = min(report.similarity[frame] for frame in report.selected)
    assert lowest_kept >= max(report.similarity[frame] for frame in dropped)
