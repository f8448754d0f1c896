"""A clip in, a map out: the engine with everything it needs taken from the recording."""

from __future__ import annotations

import torch
from torch import Tensor

from mer_core.attribution.base import Values
from mer_core.attribution.catalog import METHODS
from mer_core.attribution.engine import explain
from mer_core.attribution.regions import face_regions
from mer_core.inputs import Recording, image_tensor, recording_input
from mer_core.models.loaded import LoadedModel
from mer_core.records import AttributionMap, InputKind


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
