"""Why a method says nothing about a network: found by looking at the network's parts.

Captum is silent where these rules speak. Guided backpropagation knows no activation but ReLU and
returns the plain gradient elsewhere; DeepLift treats what it does not know as linear and misses
completeness by tens of percent. `tests` measure that the rules hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from captum.attr._core.deep_lift import SUPPORTED_NON_LINEAR
from torch import nn

from mer_core.models.loaded import LoadedModel

_ACTIVATIONS = tuple(
    kind
    for kind in vars(nn.modules.activation).values()
    if getattr(kind, "__module__", "") == nn.ReLU.__module__ and isinstance(kind, type)
)


def none(_model: LoadedModel) -> str | None:
    """Of methods that apply to every network."""
    return None


def no_jumps(model: LoadedModel) -> str | None:
    """Of methods that integrate or compare: the answer must change continuously."""
    if _chooses_frames(model.module):
        return (
            f"{model.entry.title} chooses frames, and its answer jumps where the choice changes, "
            "so the attributions do not add up to it"
        )
    return None


def plain_relu(model: LoadedModel) -> str | None:
    """Of guided backpropagation. Gates such as Sigmoid pass the plain gradient by intent."""
    kinds = {type(part) for part in activations(model.module)} - {nn.Sigmoid, nn.Tanh}
    others = sorted(kind.__name__ for kind in kinds if not issubclass(kind, nn.ReLU))
    if others:
        return (
            f"only ReLU is guided; {model.entry.title} has {', '.join(others)}, for which it "
            "would be the plain gradient"
        )
    if not kinds:
        return f"{model.entry.title} has no ReLU to guide"
    return None


def known_to_deeplift(model: LoadedModel) -> str | None:
    """Of DeepLift."""
    unknown = sorted(
        {
            type(part).__name__
            for part in _leaves(model.module)
            if isinstance(part, (*_ACTIVATIONS, nn.RNNBase)) and type(part) not in _DEEPLIFT
        }
    )
    if unknown:
        return f"DeepLift has no rule for {', '.join(unknown)} and would not add up"
    return no_jumps(model)


_DEEPLIFT = frozenset(SUPPORTED_NON_LINEAR)


def activations(module: nn.Module) -> Iterator[nn.Module]:
    """The activation modules of a network."""
    return (part for part in module.modules() if isinstance(part, _ACTIVATIONS))


def _leaves(module: nn.Module) -> Iterator[nn.Module]:
    return (part for part in module.modules() if not any(part.children()))


def _chooses_frames(module: nn.Module) -> bool:
    return hasattr(module, "key_frames")
