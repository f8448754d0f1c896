"""How many inputs go through a network at once, and what one of them then costs."""

from __future__ import annotations

from dataclasses import dataclass

from mer_core.models.entry import ModelEntry
from mer_core.records import InputKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """How many inputs a network is best asked at once, measured on integrated gradients.

    Attributes:
        chunk: Inputs at once; more gain nothing, and take memory.
        share: Time of one input of a chunk as a multiple of AffectiveNet's, both in passes of a
            single input.
        short: Whether 32 steps of integrated gradients lose no more to bfloat16 than they leave
            out. On six held-out clips of a trained network their maps correlated with those of
            256 steps as 0.99 to 1.00, in bfloat16 as well as in float32; those of ResNet-50 as
            0.52 to 0.93, and in bfloat16 as 0.41 to 0.84.
    """

    chunk: int
    share: float
    short: bool = False


def batching(entry: ModelEntry) -> Batching:
    """What was measured for `entry` or for networks like it; for flow and clips, what fits."""
    kind = entry.input.kind
    if kind is InputKind.CLIP:
        return Batching(chunk=1, share=1.6)
    if kind is InputKind.FLOW:
        return Batching(chunk=32, share=1.0)
    # First maps at least four times as large as others': their batches leave the cache.
    if entry.name.partition("-")[0] == "affectivenet":
        return Batching(chunk=16, share=1.0, short=True)
    return Batching(chunk=16, share=0.6)
