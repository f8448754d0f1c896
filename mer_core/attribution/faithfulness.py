"""Whether what a map calls relevant moves the answer: deletion and insertion.

Petsiuk, Das and Saenko, "RISE" (BMVC 2018). Deletion replaces the input by a baseline, most
relevant part first, and watches the probability of the class fall; insertion starts from the
baseline and puts the input back in the same order. Both are read as the area under the curve over
the share of the image that was exchanged: low is good for deletion, high for insertion.

Areas alone say little, because exchanging any part of an image moves a network. Each is therefore
compared with random orders of the same parts. Parts are square patches, as in Samek et al.
("Evaluating the Visualization of What a Deep Neural Network Has Learned", TNNLS 2017): random
single pixels are noise that no face contains, and look worse to a network than any hole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mer_core.errors import SettingsError
from mer_core.seeding import generator

Values = npt.NDArray[np.float64]
Answer = Callable[[Tensor], Tensor]
"""B inputs -> B x classes logits, without gradients."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Faithfulness:
    """Probability of the target as parts are exchanged.

    Attributes:
        shares: (S + 1,) share of the patches exchanged, from 0 to 1.
        deletion: (S + 1,) most relevant first, input to baseline.
        insertion: (S + 1,) most relevant first, baseline to input.
        random_deletion: (R, S + 1) in random orders.
        random_insertion: (R, S + 1) in the same random orders.
    """

    shares: Values
    deletion: Values
    insertion: Values
    random_deletion: Values
    random_insertion: Values

    @property
    def deletion_auc(self) -> float:
        """Area under the deletion curve; low is good."""
        return float(np.trapezoid(self.deletion, self.shares))

    @property
    def insertion_auc(self) -> float:
        """Area under the insertion curve; high is good."""
        return float(np.trapezoid(self.insertion, self.shares))

    @property
    def deletion_gains(self) -> Values:
        """(R,) by how much the area lies below that of each random order."""
        return _areas(self.random_deletion, self.shares) - self.deletion_auc

    @property
    def insertion_gains(self) -> Values:
        """(R,) by how much the area lies above that of each random order."""
        return self.insertion_auc - _areas(self.random_insertion, self.shares)

    @property
    def spread(self) -> float:
        """Largest less smallest probability seen; near 0, no order can be told from another."""
        curves = (self.deletion, self.insertion, self.random_deletion, self.random_insertion)
        return float(max(c.max() for c in curves) - min(c.min() for c in curves))


def faithfulness(
    answer: Answer,
    inputs: Tensor,
    values: npt.NDArray[np.floating],
    *,
    target: int,
    baseline: Tensor,
    patch: int = 8,
    steps: int = 12,
    orders: int = 8,
    seed: int = 0,
    chunk: int = 32,
) -> Faithfulness:
    """Deletion and insertion curves of one map, and of random orders.

    Args:
        answer: The network; `LoadedModel.logits`, which takes the lock.
        inputs: A batch of one, 1 x ... x H x W. In a clip, a patch is exchanged in all frames.
        values: H x W; patches go by their mean, most positive first, ties in random order.
        target: Index of the class.
        baseline: The baseline input; of the shape of `inputs`, or broadcast to it.
        patch: Side of a patch in pixels; 1 exchanges pixel by pixel.
        steps: Points of a curve after the first.
        orders: Number of random orders.
        seed: Seed of random orders and ties.
        chunk: Inputs per forward pass.
    """
    if inputs.shape[0] != 1 or tuple(inputs.shape[-2:]) != values.shape:
        raise SettingsError(
            f"a map of {values.shape} does not belong to an input of {tuple(inputs.shape)}",
            where="faithfulness",
        )
    if min(patch, steps, orders, chunk) < 1:
        raise SettingsError("patch, steps, orders and chunk must be at least 1")
    empty = baseline.expand_as(inputs)
    relevance = _patch_means(values, patch)
    rng = generator(seed, "faithfulness")
    ranks = [_ranks(relevance, rng), *(rng.permutation(relevance.size) for _ in range(orders))]
    planes = [_plane(rank.reshape(relevance.shape), values.shape, patch) for rank in ranks]
    counts = np.round(np.linspace(0, relevance.size, steps + 1)).astype(int)

    def curves(start: Tensor, end: Tensor) -> Values:
        mixed = (
            torch.where(plane < int(count), end, start) for plane in planes for count in counts
        )
        return _probabilities(answer, mixed, target, chunk).reshape(len(planes), -1)

    deletion, insertion = curves(inputs, empty), curves(empty, inputs)
    return Faithfulness(
        shares=counts / relevance.size,
        deletion=deletion[0],
        insertion=insertion[0],
        random_deletion=deletion[1:],
        random_insertion=insertion[1:],
    )


def _areas(curves: Values, shares: Values) -> Values:
    return np.asarray(np.trapezoid(curves, shares, axis=1), np.float64)


def _patch_means(values: npt.NDArray[np.floating], patch: int) -> Values:
    """Mean of each patch; those at the right and bottom edge may be smaller."""
    height, width = values.shape
    rows, columns = np.arange(0, height, patch), np.arange(0, width, patch)
    sums = np.add.reduceat(np.add.reduceat(values.astype(np.float64), rows, 0), columns, 1)
    return sums / np.outer(np.minimum(patch, height - rows), np.minimum(patch, width - columns))


def _ranks(relevance: Values, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """(P,) place of each patch, the most relevant at 0; ties by lot."""
    order = np.lexsort((rng.random(relevance.size), -relevance.ravel()))
    ranks = np.empty(relevance.size, np.int64)
    ranks[order] = np.arange(relevance.size)
    return ranks


def _plane(ranks: npt.NDArray[np.int64], shape: tuple[int, ...], patch: int) -> Tensor:
    """H x W: the place of the patch that each pixel belongs to."""
    whole = ranks.repeat(patch, axis=0).repeat(patch, axis=1)[: shape[0], : shape[1]]
    return torch.from_numpy(np.ascontiguousarray(whole))


def _probabilities(answer: Answer, inputs: Iterable[Tensor], target: int, chunk: int) -> Values:
    found: list[Tensor] = []
    held: list[Tensor] = []
    for item in inputs:
        held.append(item)
        if len(held) == chunk:
            found.append(answer(torch.cat(held)))
            held = []
    if held:
        found.append(answer(torch.cat(held)))
    return torch.softmax(torch.cat(found).double(), dim=1)[:, target].numpy()
