"""Adaptive key-frame mining: which frames of a clip AKMNet reads, and how it learns to choose.

For a clip with pooled features p_1 .. p_T (Peng et al., arXiv 2009.09179):

    alpha_t = sigmoid(FC(p_t))                    attention
    q       = sum over t of alpha_t p_t           what the clip is about
    beta_t  = cos(p_t, q)                         similarity
    B_t     = 1 if beta_t >= mean(beta) else 0    frame t is kept

B has no slope, so in training its gradient passes to beta unchanged (straight through) while
0 < mean(beta) < 1 and is 0 otherwise. In eval it has none: attribution then asks for the slope
of the answer itself, which between two choices of frames is that of the choice at hand.

Neighbouring frames of a face are so alike that beta differs by less than single precision can
hold near 1. We therefore compute the departure 1 - beta = |p/|p| - q/|q||^2 / 2, in which the
differences keep their digits, and compare departures: beta_t >= mean(beta) is
departure_t <= mean(departure).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer_core.errors import ModelError

SEPARATION = 1.0
SPARSITY = 0.1

# A frame counts as at the mean within these, so that equal frames stay equal whatever the
# rounding, and a clip of equal frames is kept whole.
_RELATIVE_TIE = 1e-5
_ABSOLUTE_TIE = 1e-10


@dataclass(frozen=True, kw_only=True)
class KeyFrames:
    """Key frames of one clip, and the numbers they follow from.

    Attributes:
        attention: alpha of every frame.
        similarity: beta of every frame.
        threshold: The mean similarity, which a kept frame reaches.
        margin: Distance of each frame's similarity above the threshold; at or above 0 it is kept.
            Computed from departures, whose digits survive where similarities are nearly 1.
        selected: Positions of the kept frames, counted from 0, in time order; never empty.
    """

    attention: tuple[float, ...]
    similarity: tuple[float, ...]
    threshold: float
    margin: tuple[float, ...]
    selected: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.similarity)


@dataclass(frozen=True, eq=False, kw_only=True)
class Mining:
    """The mining of a batch, as tensors B x T that gradients pass through.

    Attributes:
        attention: alpha; 0 on padding.
        departure: 1 - beta; meaningless on padding.
        mean: Mean departure of each clip, B.
        selected: 1.0 where a frame is kept, else 0.0.
        valid: Mask of the frames that are no padding.
    """

    attention: Tensor
    departure: Tensor
    mean: Tensor
    selected: Tensor
    valid: Tensor

    def report(self) -> tuple[KeyFrames, ...]:
        """The same as plain values, one per clip."""
        return tuple(
            KeyFrames(
                attention=tuple(attention[valid].tolist()),
                # In double precision: single has no digits left for them near 1.
                similarity=tuple((1 - departure[valid].double()).tolist()),
                threshold=1 - mean.item(),
                margin=tuple((mean - departure[valid]).tolist()),
                selected=tuple(selected.nonzero().flatten().tolist()),
            )
            for attention, departure, mean, selected, valid in zip(
                self.attention, self.departure, self.mean, self.selected, self.valid, strict=True
            )
        )

    def penalty(self) -> Tensor:
        """The two terms AKMNet adds to the cross-entropy, summed, one value per clip.

        L_sep = 2 - (mean of beta above the clip's mean - mean of beta below it), and
        L_sparse = max(0, number of kept frames - 1). Where no frame lies above or below, because
        all are equal or there is one only, L_sep is undefined and left out.
        """
        tie = _tie(self.mean)
        above = self.valid & (self.departure < (self.mean - tie)[:, None])
        below = self.valid & (self.departure > (self.mean + tie)[:, None])
        gap = _masked_mean(self.departure, below) - _masked_mean(self.departure, above)
        defined = above.any(1) & below.any(1)
        separation = torch.where(defined, 2 - gap, torch.zeros_like(gap))
        sparsity = (self.selected.sum(1) - 1).clamp(min=0)
        return SEPARATION * separation + SPARSITY * sparsity


class KeyFrameMining(nn.Module):
    """Pooled features B x T x C and the mask of valid frames -> `Mining`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attention = nn.Linear(channels, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, features: Tensor, valid: Tensor) -> Mining:
        attention = self.sigmoid(self.attention(features)).squeeze(-1) * valid
        summary = (attention[..., None] * features).sum(1, keepdim=True)
        difference = functional.normalize(features, dim=-1) - functional.normalize(summary, dim=-1)
        departure = 0.5 * (difference**2).sum(-1)
        mean = _masked_mean(departure, valid)
        step = StraightThrough.apply if self.training else StraightThrough.forward
        return Mining(
            attention=attention,
            departure=departure,
            mean=mean,
            selected=step(departure, mean, valid),
            valid=valid,
        )


class StraightThrough(torch.autograd.Function):
    """B of the module docstring: a step forwards, the identity in beta backwards."""

    @staticmethod
    def forward(departure: Tensor, mean: Tensor, valid: Tensor) -> Tensor:
        reached = departure <= (mean + _tie(mean))[:, None]
        return (reached & valid).to(departure.dtype)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        _, mean, valid = inputs
        ctx.save_for_backward(mean, valid)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        mean, valid = ctx.saved_tensors
        passes = ((mean > 0) & (mean < 1))[:, None] & valid
        return -gradients[0] * passes, None, None  # minus: departure is 1 - beta


def _tie(mean: Tensor) -> Tensor:
    return _RELATIVE_TIE * mean + _ABSOLUTE_TIE


def _masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean over frames where `mask` is set; 0 where it is nowhere."""
    return (values * mask).sum(1) / mask.sum(1).clamp(min=1)


def pad_clips(clips: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Stack clips T x C x H x W, the shorter ones ending in zeros: (B x T x C x H x W, lengths).

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
