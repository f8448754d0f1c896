"""A short Python script that computes a map again, and the record of how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mer_core.attribution.base import Value
from mer_core.attribution.catalog import METHODS
from mer_core.inputs.clip_code import ClipCode, quotable
from mer_core.models.loaded import LoadedModel
from mer_core.provenance import provenance
from mer_core.records import AttributionMap, array_digest

_SCRIPT = '''"""{title} of {network} for the class {target}.

{note}Run: python {file} [CLIP] [OUT.npy]
"""

import sys

import numpy as np
import torch

from mer_core.attribution.recording import explain_recording
{imports}
from mer_core.models.loaded import load_model

torch.set_num_threads({threads})  # the last bit of a sum depends on it
recording = {recording}
model = load_model(
    {model!r},
    classes={classes!r},
    weights={weights!r},
    seed={weights_seed},
)
assert model.digest == {model_digest!r}, "other weights"
found = explain_recording(
    model,
    recording,
    method={method!r},
    target={target_class!r},
    layer={layer!r},
    weighting={weighting!r},
    parameters={parameters!r},
    seed={seed},
)
assert found.input_digest == {input_digest!r}, "another clip"
np.save(sys.argv[2] if len(sys.argv) > 2 else {array!r}, found.values, allow_pickle=False)
'''


@dataclass(frozen=True, eq=False, kw_only=True)
class Recipe:
    """Everything between a clip and its map.

    Attributes:
        clip: Where the frames come from.
        model: What was asked.
        weights: As `load_model` takes it: "random", "imagenet" or a checkpoint.
        weights_seed: Of random weights.
        weighting: Of an accumulated image; None for the network's own.
        map: What came out of `explain_recording`.
        synthetic: Whether clip or training data were generated.
    """

    clip: ClipCode
    model: LoadedModel
    weights: str
    weights_seed: int = 0
    weighting: str | None = None
    map: AttributionMap
    synthetic: bool

    @property
    def knobs(self) -> dict[str, Value]:
        """The method's own parameters, without what is recorded beside them."""
        known = {knob.name for knob in METHODS.get(self.map.method).knobs(self.model.entry)}
        return {name: value for name, value in self.map.parameters.items() if name in known}

    def script(self, name: str = "map") -> str:
        """Python source that computes the map again and writes it as `name`.npy."""
        found = self.map
        generated = "Synthetic data: says nothing about real faces. " if self.synthetic else ""
        return _SCRIPT.format(
            title=METHODS.get(found.method).title,
            network=self.model.entry.title,
            target=quotable(found.target),
            note=f"{generated}Weights: {quotable(self.model.weights.label)}.\n",
            file=f"{name}.py",
            imports=self.clip.imports,
            threads=found.threads,
            recording=self.clip.code,
            model=found.model,
            classes=self.model.classes,
            weights=self.weights,
            weights_seed=self.weights_seed,
            model_digest=found.model_digest,
            method=found.method,
            target_class=found.target,
            layer=found.layer,
            weighting=self.weighting,
            parameters=self.knobs,
            seed=found.parameters["seed"],
            input_digest=found.input_digest,
            array=f"{name}.npy",
        )

    def record(self) -> dict[str, Any]:
        """Provenance as plain values: what went in, what came out, and what made it."""
        found, spec = self.map, self.model.entry.input
        settings = {
            "model": found.model,
            "weights": self.model.weights.label,
            "model_digest": found.model_digest,
            "classes": list(self.model.classes),
            "method": found.method,
            "target": found.target,
            "layer": found.layer,
            "weighting": self.weighting or spec.weighting,
            "parameters": dict(found.parameters),
            "threads": found.threads,
        }
        made = provenance(
            data_digest=found.input_digest,
            synthetic=self.synthetic,
            settings=settings,
            seed=int(found.parameters["seed"]),
        )
        return made.as_dict() | {
            "signed": found.signed,
            "difference": found.difference,
            "delta": found.delta,
            "seconds": found.seconds,
            "array_digest": array_digest(found.values),
        }
