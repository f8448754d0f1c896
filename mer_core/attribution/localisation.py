"""Scores of where a map looks, against a region of the face.

A map is H x W, a region a mask on the same grid covering the share a = |region| / (H W). Each
metric comes with its chance value, what a map of independent random pixels scores in
expectation, and with value / chance, so that 1 is chance whatever the size of the region:

    metric    value                                                       chance
    pointing  whether the largest pixel lies inside                       a
    mass      relevance inside / relevance anywhere                       a
    rank      share of the |region| largest pixels that lie inside        a
    topk      share of the largest pixels (5 % of the map) inside         a
    auc       P(a pixel inside exceeds one outside), ties count half      1/2
    iou       intersection over union with the |region| largest pixels    a / (2 - a)

Pointing game: Zhang et al., "Top-down Neural Attention by Excitation Backprop", IJCV 2018, here
without its tolerance in pixels. Mass and rank accuracy: Arras, Osman and Samek, "CLEVR-XAI",
Information Fusion 2022. Top-k intersection: Theiner, Müller-Budack and Ewerth, "Interpretable
Semantic Photo Geolocation", WACV 2022.

Decisions that papers leave open:

- Ties. Pixels of equal value are equally likely to come first, and a score is its expectation
  over their orders (for `iou`, the IoU of the expected intersection). No score depends on the
  order of pixels in memory.
- Constant maps say nothing about where and score exactly chance; `constant` marks them.
- Empty regions, and regions that cover the map, leave nothing to score: values are NaN and
  `undefined` says why.
- Signed maps are reduced first (`reduced`), and the reduction is part of the result.
- Not-a-number and infinity are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from mer_core.errors import SettingsError
from mer_core.registry import Registry

Map = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]

TOP_SHARE = 0.05


class Reduction(StrEnum):
    """How a map with both signs becomes amounts of relevance."""

    POSITIVE = "positive"
    """What speaks for the class; evidence against it counts as none."""

    ABSOLUTE = "absolute"
    """What matters either way."""


def reduced(
    values: Map, reduction: Reduction | str = Reduction.POSITIVE
) -> npt.NDArray[np.float64]:
    """`values` as non-negative relevance; a map without negative values comes back unchanged.

    Raises:
        SettingsError: Not two-dimensional, or not finite.
    """
    amounts = np.asarray(values, np.float64)
    if amounts.ndim != 2 or amounts.size == 0:
        raise SettingsError(f"a map is height x width, not {amounts.shape}", where="localisation")
    if not np.isfinite(amounts).all():
        raise SettingsError(
            f"{np.count_nonzero(~np.isfinite(amounts))} of {amounts.size} pixels are not numbers",
            where="localisation",
            remedy="see the method's sanity card: it fails on this network",
        )
    absolute = Reduction(reduction) is Reduction.ABSOLUTE
    return np.abs(amounts) if absolute else np.maximum(amounts, 0)


@dataclass(frozen=True, eq=False)
class RankedMap:
    """A map sorted once, to be scored against any number of regions.

    Attributes:
        levels: Distinct values, largest first.
        level_of: (H * W,) index of each pixel's value in `levels`.
        sizes: Number of pixels at each level.
        shape: Height and width.
    """

    levels: npt.NDArray[np.float64]
    level_of: npt.NDArray[np.intp]
    sizes: npt.NDArray[np.int64]
    shape: tuple[int, int]

    @classmethod
    def of(cls, relevance: npt.NDArray[np.float64]) -> RankedMap:
        """Sorts non-negative relevance, as `reduced` gives it."""
        levels, level_of, sizes = np.unique(
            -relevance.ravel(), return_inverse=True, return_counts=True
        )
        height, width = relevance.shape
        return cls(-levels, level_of.ravel(), sizes, (height, width))

    @property
    def constant(self) -> bool:
        """Whether all pixels are equal."""
        return len(self.levels) == 1

    def against(self, mask: Mask) -> Overlap:
        """How the pixels at each level are spread over `mask`."""
        if mask.shape != self.shape:
            raise SettingsError(
                f"the region is {mask.shape}, the map {self.shape}",
                where="localisation",
                remedy="bring both to the network's input size",
            )
        inside = np.bincount(self.level_of[mask.ravel()], minlength=len(self.levels))
        return Overlap(self.levels, self.sizes, inside)


@dataclass(frozen=True, eq=False)
class Overlap:
    """Counts per level of a map, largest value first: all pixels, and those inside a region."""

    levels: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int64]
    inside: npt.NDArray[np.int64]

    @property
    def area(self) -> float:
        """Share of the map that the region covers."""
        return float(self.inside.sum() / self.sizes.sum())

    def hits(self, count: int) -> float:
        """Expected number of the `count` largest pixels inside, over all orders of ties."""
        before = np.cumsum(self.sizes) - self.sizes
        taken = np.clip(count - before, 0, self.sizes)
        return float((taken * self.inside / self.sizes).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One way to score a map against a region.

    Attributes:
        name: As in tables.
        title: What a reader sees.
        value: The score.
        chance: What independent random pixels score in expectation, from the area share.
    """

    name: str
    title: str
    value: Callable[[Overlap], float]
    chance: Callable[[float], float]


def _product(left: npt.NDArray[Any], right: npt.NDArray[Any]) -> float:
    """Inner product by one thread: for vectors this long `@` would wake the others of BLAS."""
    return float((left * right).sum())


def _pointing(overlap: Overlap) -> float:
    return float(overlap.inside[0] / overlap.sizes[0])


def _mass(overlap: Overlap) -> float:
    if len(overlap.levels) == 1:  # also the map of zeros, whose mass is 0 / 0
        return overlap.area
    return _product(overlap.levels, overlap.inside) / _product(overlap.levels, overlap.sizes)


def _rank(overlap: Overlap) -> float:
    count = int(overlap.inside.sum())
    return overlap.hits(count) / count


def _topk(overlap: Overlap) -> float:
    count = max(1, round(TOP_SHARE * int(overlap.sizes.sum())))
    return overlap.hits(count) / count


def _auc(overlap: Overlap) -> float:
    outside = overlap.sizes - overlap.inside
    below = outside.sum() - np.cumsum(outside)
    pairs = float(overlap.inside.sum()) * float(outside.sum())
    return _product(overlap.inside, below + outside / 2) / pairs


def _iou(overlap: Overlap) -> float:
    share = _rank(overlap)  # both sets have the region's size n: n r / (2 n - n r)
    return share / (2 - share)


def _area(area: float) -> float:
    return area


METRICS: Registry[Metric] = Registry("localisation metric")

for _metric in (
    Metric(name="pointing", title="Pointing game", value=_pointing, chance=_area),
    Metric(name="mass", title="Relevance mass accuracy", value=_mass, chance=_area),
    Metric(name="rank", title="Relevance rank accuracy", value=_rank, chance=_area),
    Metric(name="topk", title="Top-5 % intersection", value=_topk, chance=_area),
    Metric(name="auc", title="Area under the ROC curve", value=_auc, chance=lambda area: 0.5),
    Metric(
        name="iou",
        title="IoU at the region's area",
        value=_iou,
        chance=lambda area: area / (2 - area),
    ),
):
    METRICS.register(_metric.name, _metric)


@dataclass(frozen=True, slots=True)
class Score:
    """One metric's value, and what chance would score."""

    value: float
    chance: float

    @property
    def normalised(self) -> float:
        """Value over chance: 1 is what a random map scores."""
        return self.value / self.chance


@dataclass(frozen=True, kw_only=True)
class Localisation:
    """How well one map finds one region.

    Attributes:
        scores: Metric name -> score.
        area: Share of the map that the region covers.
        reduction: What was done with negative values; None where there were none.
        constant: Whether the map has one value everywhere, so that all scores are chance.
        undefined: Why nothing could be scored, or "".
    """

    scores: Mapping[str, Score]
    area: float
    reduction: Reduction | None
    constant: bool
    undefined: str = ""


def localise(
    values: Map, mask: Mask, *, reduction: Reduction | str = Reduction.POSITIVE
) -> Localisation:
    """Score a map against one region with every metric."""
    return localise_all(values, {"": mask}, reduction=reduction)[""]


def localise_all(
    values: Map,
    masks: Mapping[str, Mask],
    *,
    reduction: Reduction | str = Reduction.POSITIVE,
) -> dict[str, Localisation]:
    """Score a map against several regions; it is sorted once.

    Args:
        values: H x W, signed or not.
        masks: Name -> H x W region.
        reduction: What is done with negative values, if there are any.
    """
    ranked = RankedMap.of(reduced(values, reduction))
    applied = Reduction(reduction) if np.asarray(values).min() < 0 else None
    return {
        name: _scored(ranked.against(mask), applied, ranked.constant)
        for name, mask in masks.items()
    }


def _scored(overlap: Overlap, reduction: Reduction | None, constant: bool) -> Localisation:
    area, undefined = overlap.area, ""
    if area == 0:
        undefined = "the region is empty"
    elif area == 1:
        undefined = "the region covers the whole map"
    nothing = Score(float("nan"), float("nan"))
    return Localisation(
        scores={
            metric.name: nothing if undefined else Score(metric.value(overlap), metric.chance(area))
            for metric in METRICS
        },
        area=area,
        reduction=reduction,
        constant=constant,
        undefined=undefined,
    )
