"""MER Workbench core: from the frames of a face to a network's answer and the reasons for it.

`import mer_core` is light: names are looked up in their modules when first used, so PyTorch,
pandas and the dataset readers load only for those who ask.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

__version__ = "0.1.0"

# PyTorch's matrix products come from MKL, which on several threads adds up in an order that may
# change from call to call: the same gradient then differs in its last bits. It is told to keep to
# one order, and hears it only before its first product.
os.environ.setdefault("MKL_CBWR", "AUTO")

_HOMES = {
    "ActionUnit": "mer_core.records",
    "AttributionMap": "mer_core.records",
    "Clip": "mer_core.records",
    "InputSpec": "mer_core.records",
    "Layer": "mer_core.records",
    "MerError": "mer_core.errors",
    "Prediction": "mer_core.records",
    "Sample": "mer_core.records",
}

__all__ = [
    "ActionUnit",
    "AttributionMap",
    "Clip",
    "InputSpec",
    "Layer",
    "MerError",
    "Prediction",
    "Sample",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mer_core' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
