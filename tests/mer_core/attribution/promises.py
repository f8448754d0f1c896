"""Measures whether a method does on a network what it promises.

`network.py` decides by looking at a network's parts; this decides by running the method, and
the tests hold one against the other for every network of the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mer_core.attribution.baseline_inputs import probe_input
from mer_core.attribution.catalog import METHODS
from mer_core.attribution.engine import Finding, find
from mer_core.attribution.gradient import SALIENCY
from mer_core.attribution.method import Method
from mer_core.errors import MerError
from mer_core.models.loaded import LoadedModel
from mer_core.records import AttributionRequest

COMPLETENESS = 0.01
"""Completeness error allowed, as a share of F(input) - F(baseline)."""

_DISTINCT = ("guided-backprop", "deeplift", "lrp")
"""Methods that are pointless where they come to the plain gradient, or it times the input."""

_RESTS_ON = {"guided-grad-cam": "guided-backprop"}
"""Methods that come to nothing new where another one does."""

_MATES = 1e-4


@dataclass(frozen=True, kw_only=True)
class Check:
    """One promise, measured.

    Attributes:
        name: What was promised.
        passed: Whether it holds.
        figure: What was measured; None where the method could not be run.
        description: The outcome in one clause.
    """

    name: str
    passed: bool
    figure: float | None
    description: str


@dataclass(frozen=True, kw_only=True)
class Probe:
    """All promises of one method on one network."""

    method: str
    model: str
    checks: tuple[Check, ...]

    @property
    def fit(self) -> bool:
        """Whether every promise holds."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self) -> tuple[str, ...]:
        """What does not hold, in words."""
        return tuple(check.description for check in self.checks if not check.passed)


def probe(
    model: LoadedModel,
    method: str,
    inputs: Tensor | None = None,
    *,
    request: AttributionRequest | None = None,
) -> Probe:
    """Runs `method` on `model`, also where it objects, and measures what comes out.

    Args:
        model: A fitted network. On untrained ones logits of input and baseline hardly differ,
            and shares of their difference say little.
        method: A name in `METHODS`.
        inputs: A batch of one; random pixels by default.
        request: Regions, baseline and so on, where the method needs them.
    """
    chosen = METHODS.get(method)
    inputs = probe_input(model.entry.input) if inputs is None else inputs
    request = request or AttributionRequest(method=method)
    try:
        found = find(model, inputs, request)
        again = find(model, inputs, request)
    except (MerError, RuntimeError, TypeError, AssertionError) as error:
        line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        checks = (
            Check(name="runs", passed=False, figure=None, description=f"cannot be run: {line}"),
        )
    else:
        checks = (
            _varies(found),
            _repeats(found, again),
            *_adds_up(chosen, found),
            *_distinct(chosen, model, inputs, found, request),
            _alone(model, inputs),
        )
    return Probe(method=method, model=model.entry.name, checks=checks)


def _varies(found: Finding) -> Check:
    spread = float(np.ptp(found.map.values))
    finite = bool(np.isfinite(found.map.values).all())
    return Check(
        name="varies",
        passed=finite and spread > 0,
        figure=spread,
        description=f"values span {spread:.3g}" if spread > 0 else "every value is the same",
    )


def _repeats(found: Finding, again: Finding) -> Check:
    apart = float(np.abs(found.map.values - again.map.values).max())
    return Check(
        name="repeats",
        passed=apart == 0,
        figure=apart,
        description=f"two runs differ by {apart:.3g}",
    )


def _adds_up(method: Method, found: Finding) -> tuple[Check, ...]:
    delta, difference = found.map.delta, found.map.difference
    if not method.complete or delta is None or difference is None:
        return ()
    share = delta / max(abs(difference), 1e-12)
    return (
        Check(
            name="adds up",
            passed=share < COMPLETENESS,
            figure=share,
            description=f"its sum misses the difference of the logits by {share:.2%}",
        ),
    )


def _distinct(
    method: Method, model: LoadedModel, inputs: Tensor, found: Finding, request: AttributionRequest
) -> tuple[Check, ...]:
    ground = _RESTS_ON.get(method.name)
    if ground is not None:
        method = METHODS.get(ground)
        plain_request = AttributionRequest(method=method.name, target=request.target)
        found = find(model, inputs, plain_request)
    if method.name not in _DISTINCT:
        return ()
    plain_request = AttributionRequest(method=SALIENCY.name, target=request.target)
    plain = find(model, inputs, plain_request).map.channels
    other = found.map.channels if found.multiplier is None else found.multiplier[0].numpy()
    assert plain is not None
    assert other is not None
    apart = float(np.abs(other - plain).max() / max(float(np.abs(plain).max()), 1e-30))
    return (
        Check(
            name="differs from the gradient",
            passed=apart > 1e-6,
            figure=apart,
            description=f"differs from the plain gradient by {apart:.3g} of its peak",
        ),
    )


def _alone(model: LoadedModel, inputs: Tensor) -> Check:
    """The answer to an input must not depend on what else is in its batch."""
    mates = torch.cat([inputs, inputs.flip(-1)])
    alone, together = model.logits(inputs)[0], model.logits(mates)[0]
    apart = float((alone - together).abs().max() / alone.abs().max().clamp(min=1e-12))
    return Check(
        name="independent of batch mates",
        passed=apart < _MATES,
        figure=apart,
        description=f"logits change by {apart:.3g} in company",
    )
