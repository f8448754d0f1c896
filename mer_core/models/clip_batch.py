"""Clips of different length in one tensor."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from mer_core.errors import ModelError


def pad_clips(clips: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Stacks clips T x C x H x W, the shorter ones ending in zeros: (B x T x C x H x W, lengths).

    Networks that read clips take the two together and never look at the padding.
    """
    if not clips:
        raise ModelError("a batch needs at least one clip")
    lengths = torch.tensor([len(clip) for clip in clips])
    return torch.nn.utils.rnn.pad_sequence(list(clips), batch_first=True), lengths


def valid_frames(clips: Tensor, lengths: Tensor | None) -> Tensor:
    """B x T mask of the frames that are no padding; all of them where `lengths` is None."""
    batch, longest = clips.shape[:2]
    if lengths is None:
        lengths = torch.full((batch,), longest)
    elif lengths.shape != (batch,) or lengths.min() < 1 or lengths.max() > longest:
        raise ModelError(
            f"lengths {lengths.tolist()} do not fit {batch} clips of up to {longest} frames",
            remedy="give one length per clip, between 1 and the number of frames",
        )
    frames = torch.arange(longest, device=clips.device)
    return frames < lengths.to(clips.device)[:, None]
