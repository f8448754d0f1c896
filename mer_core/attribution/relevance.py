"""Layer-wise relevance propagation, only where it conserves relevance.

Bach et al., PLOS ONE 10(7), 2015, with the epsilon rule everywhere. What a layer's bias adds to
its output takes relevance with it, so relevance is conserved in networks without biases only.
Conservation is therefore measured on the network itself before the method is offered.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from captum.attr import LRP
from captum.attr._core.lrp import SUPPORTED_LAYERS_WITH_RULES, SUPPORTED_NON_LINEAR_LAYERS
from torch import Tensor, nn

from mer_core.attribution.baseline_inputs import probe_input
from mer_core.attribution.method import Method, MethodInputs, MethodOutput
from mer_core.attribution.network import as_found
from mer_core.models.loaded import LoadedModel

TOLERANCE = 0.05
"""Share of the logit that relevance may gain or lose on its way to the input."""

_RULED = frozenset((*SUPPORTED_LAYERS_WITH_RULES, *SUPPORTED_NON_LINEAR_LAYERS))


@dataclass(frozen=True)
class Conservation:
    """A logit and the sum of the relevance that arrived at the input."""

    logit: float
    relevance: float

    @property
    def lost(self) -> float:
        """Departure as a share of the logit."""
        return abs(self.relevance - self.logit) / max(abs(self.logit), 1e-12)


def incompatibility(model: LoadedModel) -> str | None:
    """Why relevance cannot be propagated through this network, or None where it is conserved."""
    parts = [part for part in model.module.modules() if not any(part.children())]
    unknown = sorted({type(part).__name__ for part in parts if type(part) not in _RULED})
    if unknown:
        return f"relevance propagation has no rule for {', '.join(unknown)}"
    with model.lock:
        found = _MEASURED.get(model)
        if found is None:
            found = _MEASURED[model] = conservation(model)
    if found.lost > TOLERANCE:
        return (
            f"relevance is not conserved: {found.relevance:.3g} arrives at the input of a logit "
            f"of {found.logit:.3g}"
        )
    return None


_MEASURED: WeakKeyDictionary[LoadedModel, Conservation] = WeakKeyDictionary()


def conservation(model: LoadedModel) -> Conservation:
    """Measure one pass of relevance for the strongest class of a random input."""
    inputs = probe_input(model.entry.input)
    with model.lock:
        logits = model.logits(inputs)[0]
        target = int(logits.argmax())
        arrived = propagate(model.module, inputs, target)
    return Conservation(float(logits[target]), float(arrived.double().sum()))


def propagate(module: nn.Module, inputs: Tensor, target: int) -> Tensor:
    """Relevance of each input value, computed on a copy, because Captum leaves its traces."""
    own = copy.deepcopy(module)
    with as_found(own):
        relevance = LRP(own).attribute(inputs.clone().requires_grad_(), target=target)
    return torch.as_tensor(relevance).detach()


def _lrp(call: MethodInputs) -> MethodOutput:
    return MethodOutput(attribution=propagate(call.model.module, call.inputs, call.target))


METHODS: tuple[Method, ...] = (
    Method(
        name="lrp",
        title="LRP",
        paper="Bach et al. On Pixel-Wise Explanations by LRP. PLOS ONE 10(7), 2015",
        description="The pixel's share of the logit, handed down layer by layer.",
        run=_lrp,
        incompatibility=incompatibility,
        cost=lambda values, entry: 6,
    ),
)
