"""A clip in, a map out, and a short Python script that computes the map again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mer_core.attribution.catalog import METHODS
from mer_core.attribution.engine import explain
from mer_core.attribution.method import Value, Values
from mer_core.attribution.regions import face_regions
from mer_core.inputs import Recording, image_tensor, recording_input
from mer_core.inputs.clip_code import ClipCode, quotable
from mer_core.models.loaded import LoadedModel
from mer_core.provenance import provenance
from mer_core.records import AttributionMap, InputKind, array_digest

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


def explain_recording(
    model: LoadedModel,
    recording: Recording,
    *,
    method: str,
    target: str | None = None,
    layer: str | None = None,
    weighting: str | None = None,
    parameters: Values | None = None,
    seed: int = 0,
    seen: tuple[Tensor, float | None] | None = None,
) -> AttributionMap:
    """Explain the answer of `model` to a clip: `explain` with everything it needs.

    The baseline of an accumulated image is the clip's own zero accumulation, and regions to
    ablate are those of the face template, one per action unit.

    Args:
        model: Any network of the catalogue.
        recording: The clip.
        method: A name in `catalog.METHODS`.
        target: Class to explain; the predicted one by default.
        layer: Public layer name, for methods that need one; the last by default.
        weighting: Frame weights of an accumulated image; the network's own by default.
        parameters: Parameters of the method that are not to have their default.
        seed: Seed of random samples and noise.
        seen: What `seen_input` gave for the same clip, where the caller holds it.

    Returns:
        The map over the input, with how it was made.

    Raises:
        NotApplicableError: The method says nothing about this network; the reason is given.

    Example:
        >>> found = explain_recording(model, clip, method="grad-cam", target="surprise")
        >>> found.values.shape, found.target
        ((112, 112), 'surprise')
    """
    inputs, level = seen or seen_input(model, recording, weighting)
    needs_regions = METHODS.get(method).needs_regions
    return explain(
        model,
        inputs,
        method=method,
        target=target,
        layer=layer,
        parameters=parameters,
        seed=seed,
        input_digest=recording.expression.digest,
        zero_level=level,
        regions=face_regions(recording, model.entry.input.size) if needs_regions else None,
    )


def seen_input(
    model: LoadedModel, recording: Recording, weighting: str | None = None
) -> tuple[Tensor, float | None]:
    """What `model` sees of a clip, a batch of one, and the grey level of zero accumulation in it.

    The level is None for networks that take no accumulated image.
    """
    spec = model.entry.input
    if spec.kind not in (InputKind.AMI, InputKind.DYNAMIC_IMAGE):
        return torch.from_numpy(recording_input(recording, spec, weighting=weighting))[None], None
    image = recording.image(weighting or spec.weighting, size=spec.size)
    return torch.from_numpy(image_tensor(image.image, spec))[None], image.offset


@dataclass(frozen=True, eq=False, kw_only=True)
class Recipe:
    """Everything between a clip and its map.

    Attributes:
        clip: Where the frames come from.
        model: Network that was explained.
        weights: As `load_model` takes it: "random", "imagenet" or a checkpoint.
        weights_seed: Seed of random weights.
        weighting: Frame weights of an accumulated image; None for the network's own.
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
    def parameters(self) -> dict[str, Value]:
        """The method's own parameters, without what is recorded beside them."""
        known = {
            parameter.name
            for parameter in METHODS.get(self.map.method).parameters(self.model.entry)
        }
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
            parameters=self.parameters,
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
