"""The sanity card of a map: seven questions, each with a figure and a verdict.

    check          asks                                           pass       warn
    degenerate     is it finite, not constant, not a plain        yes        -
                   gradient under another name?
    completeness   do its values add up to the answer?            <= 1 %     <= 5 %
    stability      does it survive noise of 2 % of the range?     rho >= 0.8 rho >= 0.5
    deletion       does removing what it marks lower the answer   than all   than their
                   faster than random orders do?                             mean
    insertion      the same for putting back                      than all   than their mean
    randomisation  does it change when the network forgets?       rho <= 0.3 rho <= 0.6
    logit          does it change with the target class?          rho <= 0.7 rho <= 0.95

rho is a rank correlation over pixels. A check that does not apply says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor

from mer_core.attribution.checks import CHECKS, SanityContext, Verdict
from mer_core.attribution.engine import Explainer
from mer_core.attribution.faithfulness import Faithfulness
from mer_core.attribution.randomisation import Stage
from mer_core.attribution.stability import Stability
from mer_core.errors import UnknownNameError
from mer_core.models.loaded import LoadedModel

Map = npt.NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of the card.

    Attributes:
        name: Name of the check.
        title: What a reader sees.
        verdict: What it says.
        figure: The number it judges, or None.
        text: The figure in words.
    """

    name: str
    title: str
    verdict: Verdict
    figure: float | None
    text: str


@dataclass(frozen=True, eq=False, kw_only=True)
class SanityCard:
    """All checks of one map, and the curves behind them where they were run."""

    checks: tuple[Check, ...]
    faithfulness: Faithfulness | None = None
    stability: Stability | None = None
    cascade: tuple[Stage, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst of the checks that apply."""
        verdicts = {check.verdict for check in self.checks}
        for verdict in (Verdict.FAIL, Verdict.WARN, Verdict.PASS):
            if verdict in verdicts:
                return verdict
        return Verdict.NONE

    def check(self, name: str) -> Check:
        """The check called `name`."""
        for check in self.checks:
            if check.name == name:
                return check
        raise UnknownNameError(f"the card has no check {name!r}", where="sanity card")


def sanity_card(
    explain: Explainer,
    model: LoadedModel,
    inputs: Tensor,
    *,
    target: str,
    baseline: Tensor,
    original: Map | None = None,
    delta: float | None = None,
    difference: float | None = None,
    plain: Explainer | None = None,
    checks: Sequence[str] | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> SanityCard:
    """Examine one map.

    Args:
        explain: The method, as `explainer` makes it or any function like it.
        model: The network; its weights are never touched.
        inputs: A batch of one.
        target: The class the map explains.
        baseline: The baseline input, broadcast to `inputs`.
        original: The map, where the caller has it already.
        delta: |sum of the map - (F(x) - F(baseline))| where the method promises completeness.
        difference: F(x) - F(baseline) with the method's own baseline; by default with `baseline`.
        plain: The plain gradient, for methods that claim to be something else.
        checks: Names in `CHECKS`; all by default.
        seed: Seed of noise, orders, permutations and the other class.
        progress: Called with the name of each check as it begins.
    """
    chosen = [CHECKS.get(name) for name in checks or CHECKS.names()]
    context = SanityContext(
        explain=explain,
        model=model,
        inputs=inputs,
        target=target,
        baseline=baseline,
        map=np.asarray(explain(model, inputs, target) if original is None else original),
        delta=delta,
        difference=difference,
        plain=plain,
        seed=seed,
    )
    whole = bool(np.isfinite(context.map).all())
    lines: list[Check] = []
    for check in chosen:
        if progress is not None:
            progress(check.name)
        # No other check is possible on a map that holds no numbers.
        if whole or check.name == "degenerate":
            verdict, figure, text = check.run(context)
        else:
            verdict, figure, text = Verdict.FAIL, None, "the map has pixels that are not numbers"
        lines.append(
            Check(
                name=check.name,
                title=check.title,
                verdict=verdict,
                figure=figure,
                text=text,
            )
        )
    run = {check.name for check in chosen} if whole else set()
    return SanityCard(
        checks=tuple(lines),
        faithfulness=context.curves if run & {"deletion", "insertion"} else None,
        stability=context.steadiness if "stability" in run else None,
        cascade=context.cascade if "randomisation" in run else (),
    )
