"""MER Workbench core: from the frames of a face to a network's answer and the reasons for it.

`import mer_core` is light: names are looked up in their modules when first used, so PyTorch,
pandas and the dataset readers load only for those who ask.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

__version__ = "0.1.0"

# What has to be set before PyTorch is loaded is set here, for the app's server also in
# `workbench/__init__.py`; no other import changes anything of the process.
#
# PyTorch's matrix products come from MKL, which on several threads adds up in an order that may
# change from call to call: the same gradient then differs in its last bits. It is told to keep to
# one order, and hears it only before its first product.
os.environ.setdefault("MKL_CBWR", "AUTO")

# Name -> module that defines it, and its name there where that is another.
_HOMES = {
    # From a recording to a reason: the quick start of the README.
    "open_recording": "mer_core.inputs.own_clip",
    "synthetic_recording": "mer_core.inputs.synthetic",
    "build_ami": "mer_core.ami",
    "load_model": "mer_core.models.loaded",
    "list_models": "mer_core.models.catalog",
    "predict": "mer_core.inputs.prediction",
    "explain_recording": "mer_core.attribution.recording",
    "list_methods": "mer_core.attribution",
    # From a dataset to a score.
    "open_dataset": "mer_core.datasets.catalog",
    "Study": "mer_core.training.study",
    "list_studies": "mer_core.training.study_folders",
    "score": "mer_core.protocols",
    # What they exchange.
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
    "Study",
    "build_ami",
    "explain_recording",
    "list_methods",
    "list_models",
    "list_studies",
    "load_model",
    "open_dataset",
    "open_recording",
    "predict",
    "score",
    "synthetic_recording",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mer_core' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
