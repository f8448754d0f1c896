"""All methods, and which of them apply to a network."""

from __future__ import annotations

from dataclasses import dataclass

from mer_core.attribution import cam, gradient, occlusion, relevance
from mer_core.attribution.method import Method, Parameter
from mer_core.errors import NotApplicableError
from mer_core.models.loaded import LoadedModel
from mer_core.registry import Registry

METHODS: Registry[Method] = Registry("attribution method")

for _module in (gradient, cam, occlusion, relevance):
    for _method in _module.METHODS:
        METHODS.register(_method.name, _method)

DEFAULT_METHOD = METHODS.get("grad-cam").name
"""What explains where nobody chose: it applies to every network and costs two passes."""


@dataclass(frozen=True, kw_only=True)
class MethodAvailability:
    """A method as one network has it.

    Attributes:
        method: The method.
        reason: Why it does not apply, or "" where it does.
        parameters: Its parameters on this network.
        forwards: What it costs with default parameters, in forward passes.
    """

    method: Method
    reason: str
    parameters: tuple[Parameter, ...]
    forwards: float

    @property
    def applies(self) -> bool:
        """Whether the method says anything about the network."""
        return not self.reason


def list_methods(model: LoadedModel) -> tuple[MethodAvailability, ...]:
    """List every method, with the reason where it does not apply to `model`.

    Args:
        model: From `load_model`.

    Returns:
        One entry per method, with its parameters and its cost on this network.

    Example:
        >>> {found.method.name: found.applies for found in list_methods(model)}["saliency"]
        True
    """
    return tuple(_availability(method, model) for method in METHODS)


def applicable_method(name: str, model: LoadedModel) -> Method:
    """The method called `name`, or `NotApplicableError` with the reason."""
    method = METHODS.get(name)
    reason = method.incompatibility(model)
    if reason:
        others = [available.method.name for available in list_methods(model) if available.applies]
        raise NotApplicableError(
            reason,
            where=f"{method.title} on {model.entry.title}",
            remedy=f"choose one of: {', '.join(others)}",
        )
    return method


def _availability(method: Method, model: LoadedModel) -> MethodAvailability:
    return MethodAvailability(
        method=method,
        reason=method.incompatibility(model) or "",
        parameters=method.parameters(model.entry),
        forwards=method.forwards({}, model.entry),
    )
