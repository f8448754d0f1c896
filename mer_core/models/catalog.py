"""The only lookup of networks by name."""

from __future__ import annotations

import importlib

from mer_core.models.entry import ModelEntry
from mer_core.records import InputKind
from mer_core.registry import Registry

# Each of these modules lists its networks as ENTRIES.
_MODULES = (
    "affectivenet_readings",
    "baselines",
    "vgg",
    "learnet",
    "akmnet",
    "ststnet",
    "offapexnet",
    "sssnet",
)

MODELS: Registry[ModelEntry] = Registry("network")

for _module in _MODULES:
    for _found in importlib.import_module(f"mer_core.models.{_module}").ENTRIES:
        MODELS.register(_found.name, _found)


def model_entry(name: str) -> ModelEntry:
    """Return a network as data: citation, input, attributable layers.

    Args:
        name: Catalogue name.

    Returns:
        The entry of the catalogue.

    Raises:
        UnknownNameError: There is no such network; the nearest name is suggested.

    Example:
        >>> model_entry("affectivenet").title
        'AffectiveNet'
    """
    return MODELS.get(name)


def list_models() -> tuple[ModelEntry, ...]:
    """List the networks, AffectiveNet first, without variants in one setting.

    Returns:
        The entries of the catalogue.

    Example:
        >>> [entry.title for entry in list_models() if entry.name in ("learnet", "akmnet")]
        ['LEARNet', 'AKMNet']
    """
    return tuple(entry for entry in MODELS if entry.listed)


def branched_models() -> tuple[ModelEntry, ...]:
    """The networks whose layers run in parallel branches of different kernel size."""
    return tuple(entry for entry in list_models() if entry.branches())


def image_models() -> tuple[ModelEntry, ...]:
    """The networks that look at one accumulated image and can be trained here."""
    kinds = (InputKind.AMI, InputKind.DYNAMIC_IMAGE)
    return tuple(entry for entry in list_models() if entry.trains and entry.input.kind in kinds)


def compared_models() -> tuple[ModelEntry, ...]:
    """The three networks that the paper puts side by side."""
    return tuple(map(model_entry, ("affectivenet", "resnet50", "mobilenet")))
