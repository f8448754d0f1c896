"""The checks of the sanity card, each a function from the context of a map to a finding.

The limits are ours: no paper gives any. They are data, and the figure stands beside the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mer_core.attribution.engine import Explainer
from mer_core.attribution.faithfulness import Faithfulness, faithfulness
from mer_core.attribution.randomisation import Stage, randomisation
from mer_core.attribution.stability import Stability, stability
from mer_core.map_similarity import rank_correlation
from mer_core.models.loaded import LoadedModel
from mer_core.registry import Registry
from mer_core.seeding import generator

Map = npt.NDArray[np.floating]


class Verdict(StrEnum):
    """What a check says of a map, best first."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NONE = "not applicable"


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a figure passes and where it still only warns.

    Attributes:
        passes: The figure that just passes.
        warns: The figure that just does not fail.
        high: Whether large figures are good.
    """

    passes: float
    warns: float
    high: bool = False

    def verdict(self, figure: float) -> Verdict:
        """NaN fails: a figure that cannot be computed supports nothing."""
        sign = 1 if self.high else -1
        if sign * figure >= sign * self.passes:
            return Verdict.PASS
        return Verdict.WARN if sign * figure >= sign * self.warns else Verdict.FAIL


LIMITS: Mapping[str, Limit] = {
    "completeness": Limit(0.01, 0.05),
    "stability": Limit(0.8, 0.5, high=True),
    "randomisation": Limit(0.3, 0.6),
    "logit": Limit(0.7, 0.95),
}

SILENT_SPREAD = 0.01
"""Deletion and insertion tell nothing where the probability moves by less than this."""


Finding = tuple[Verdict, float | None, str]


@dataclass(frozen=True, eq=False, kw_only=True)
class SanityContext:
    """One map to be checked, with what several checks share.

    `map` is the map; `delta` is its completeness error if the method promises completeness, and
    `difference` the change of the answer it should add up to, None for that from `baseline`;
    `plain` is the plain gradient if the method claims to be something else.
    """

    explain: Explainer
    model: LoadedModel
    inputs: Tensor
    target: str
    baseline: Tensor
    map: Map
    delta: float | None
    difference: float | None
    plain: Explainer | None
    seed: int

    @cached_property
    def index(self) -> int:
        """Index of the target class."""
        return self.model.classes.index(self.target)

    @cached_property
    def curves(self) -> Faithfulness:
        """Deletion and insertion, of the map and of random orders."""
        return faithfulness(
            self.model.logits,
            self.inputs,
            self.map,
            target=self.index,
            baseline=self.baseline,
            seed=self.seed,
        )

    @cached_property
    def steadiness(self) -> Stability:
        """What noise does to the map."""
        return stability(
            lambda inputs: self.explain(self.model, inputs, self.target),
            self.inputs,
            original=self.map,
            seed=self.seed,
        )

    @cached_property
    def cascade(self) -> tuple[Stage, ...]:
        """What losing its weights does to the network's map."""
        return randomisation(
            lambda model, inputs: self.explain(model, inputs, self.target),
            self.model,
            self.inputs,
            original=self.map,
            seed=self.seed,
        )


def _degenerate(context: SanityContext) -> Finding:
    broken = int(np.count_nonzero(~np.isfinite(context.map)))
    if broken:
        return Verdict.FAIL, None, f"{broken} of {context.map.size} pixels are not numbers"
    if context.map.min() == context.map.max():
        return Verdict.FAIL, None, "every pixel has the same value"
    if context.plain is not None:
        gradient = context.plain(context.model, context.inputs, context.target)
        if np.array_equal(context.map, gradient):
            return Verdict.FAIL, None, "equals the plain gradient bit for bit"
    return Verdict.PASS, None, "finite and not constant"


def _completeness(context: SanityContext) -> Finding:
    if context.delta is None:
        return Verdict.NONE, None, "the method does not promise that its values add up"
    change = context.difference
    if change is None:
        pair = torch.cat([context.inputs, context.baseline.expand_as(context.inputs)])
        full, empty = context.model.logits(pair)[:, context.index].double()
        change = float(full - empty)
    difference = abs(change)
    if difference == 0:
        text = "the network answers input and baseline alike"
        return (Verdict.WARN if context.delta else Verdict.PASS), None, text
    share = context.delta / difference
    text = f"misses the change of the answer, {difference:.3g}, by {share:.2%}"
    return LIMITS["completeness"].verdict(share), share, text


def _stability(context: SanityContext) -> Finding:
    found = context.steadiness
    text = (
        f"rank correlation {found.mean:.2f} under noise of {found.noise:.0%} of the range, "
        f"largest change {found.sensitivity:.0%}"
    )
    return LIMITS["stability"].verdict(found.mean), found.mean, text


def _deletion(context: SanityContext) -> Finding:
    curves = context.curves
    return _beats(curves.deletion_gains, curves, f"area {curves.deletion_auc:.3f}, below random by")


def _insertion(context: SanityContext) -> Finding:
    curves = context.curves
    return _beats(
        curves.insertion_gains, curves, f"area {curves.insertion_auc:.3f}, above random by"
    )


def _beats(gains: npt.NDArray[np.float64], curves: Faithfulness, words: str) -> Finding:
    mean = float(gains.mean())
    text = f"{words} {mean:+.3f} on average, {np.count_nonzero(gains > 0)} of {len(gains)} orders"
    if curves.spread < SILENT_SPREAD:
        return Verdict.WARN, mean, f"{text}; the answer moves by only {curves.spread:.2g}"
    if (gains > 0).all():
        return Verdict.PASS, mean, text
    return (Verdict.WARN if mean > 0 else Verdict.FAIL), mean, text


def _randomisation(context: SanityContext) -> Finding:
    last = context.cascade[-1]
    # A constant map of the randomised network has nothing in common with one that is not.
    likeness = 0.0 if np.isnan(last.rank_absolute) else abs(last.rank_absolute)
    if context.map.min() == context.map.max():
        return Verdict.FAIL, None, "a constant map cannot be told from a randomised one"
    text = f"rank correlation {likeness:.2f} with all weights permuted, SSIM {last.ssim:.2f}"
    return LIMITS["randomisation"].verdict(likeness), likeness, text


def _logit(context: SanityContext) -> Finding:
    others = [name for name in context.model.classes if name != context.target]
    if not others:
        return Verdict.NONE, None, "the network knows one class"
    other = others[int(generator(context.seed, "logit").integers(len(others)))]
    likeness = rank_correlation(context.map, context.explain(context.model, context.inputs, other))
    text = f"rank correlation {likeness:.2f} with the map for {other}"
    return LIMITS["logit"].verdict(likeness), likeness, text


@dataclass(frozen=True, slots=True)
class SanityCheck:
    """One check of the card and the function that makes it."""

    name: str
    title: str
    run: Callable[[SanityContext], Finding]


CHECKS: Registry[SanityCheck] = Registry("sanity check")

for _check in (
    SanityCheck("degenerate", "Finite and not constant", _degenerate),
    SanityCheck("completeness", "Adds up to the answer", _completeness),
    SanityCheck("stability", "Survives noise", _stability),
    SanityCheck("deletion", "Deletion against random order", _deletion),
    SanityCheck("insertion", "Insertion against random order", _insertion),
    SanityCheck("randomisation", "Changes when weights are lost", _randomisation),
    SanityCheck("logit", "Changes with the class", _logit),
):
    CHECKS.register(_check.name, _check)
