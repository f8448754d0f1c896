"""Clips of different length in one tensor."""

import pytest
import torch

from mer_core.errors import ModelError
from mer_core.models.clip_batch import pad_clips, valid_frames


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
