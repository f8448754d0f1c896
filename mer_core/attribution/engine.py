"""The one entry point for attribution: a network, an input and a method in, a frozen map out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mer_core.attribution.baseline_inputs import baseline_input, baseline_name
from mer_core.attribution.catalog import METHODS, applicable_method
from mer_core.attribution.gradient import smooth
from mer_core.attribution.method import Mask, Method, MethodInputs, MethodOutput, Value, Values
from mer_core.attribution.network import as_found, batching, hook_count
from mer_core.errors import ModelError, SettingsError, UnknownNameError
from mer_core.models.loaded import LoadedModel, check_input
from mer_core.records import AttributionMap, AttributionRequest, Layer, array_digest
from mer_core.seeding import derive_seed

Map = npt.NDArray[np.floating]

Explainer = Callable[[LoadedModel, Tensor, str], Map]
"""Network, batch of one, class name -> H x W map."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Finding:
    """A map together with what frames need: the multiplier g and the baseline, in input units."""

    map: AttributionMap
    multiplier: Tensor | None
    baseline: Tensor | None


def explain(
    model: LoadedModel,
    inputs: Tensor,
    *,
    method: str,
    target: str | None = None,
    layer: str | None = None,
    parameters: Values | None = None,
    seed: int = 0,
    input_digest: str | None = None,
    zero_level: float | None = None,
    regions: Mapping[str, Mask] | None = None,
) -> AttributionMap:
    """Explain why `model` answers `inputs` as it does, by one method.

    Holds the model's lock, so calls on one model wait for each other and give the same bits from
    any thread. The network is left as it was found, also after a failure; PyTorch's global
    generator is neither read nor moved.

    Args:
        model: Any network of the catalogue.
        inputs: A batch of one, in the network's own units (`mer_core.inputs`).
        method: A name in `catalog.METHODS`.
        target: Class to explain; the predicted one by default.
        layer: Public layer name, for methods that need one; the last by default.
        parameters: Parameters of the method that are not to have their default.
        seed: Seed of random samples and noise.
        input_digest: Identity of the clip or image; of the tensor by default.
        zero_level: Grey level, 0 to 255, of zero accumulation (`AffectiveMotionImage.offset`),
            for the baseline of accumulated images.
        regions: Named masks of the input's height and width, for methods that ablate regions.

    Returns:
        The map over the input, with how it was made.

    Raises:
        NotApplicableError: The method says nothing about this network; the reason is given.

    Example:
        >>> seen = torch.from_numpy(recording_input(clip, model.entry.input))[None]
        >>> explain(model, seen, method="saliency").signed
        False
    """
    request = AttributionRequest(
        method=method,
        target=target,
        layer=layer,
        parameters=parameters or {},
        seed=seed,
        input_digest=input_digest,
        zero_level=zero_level,
        regions=regions or {},
    )
    applicable_method(method, model)
    return find(model, inputs, request).map


def explainer(
    method: str,
    *,
    layer: str | None = None,
    parameters: Mapping[str, float | int | str | bool] | None = None,
    zero_level: float | None = None,
    regions: Mapping[str, Mask] | None = None,
    seed: int = 0,
) -> Explainer:
    """`method` through the engine, with everything but network, input and class decided.

    Every call draws the same random numbers, so two maps differ by what they explain alone.
    """

    def run(model: LoadedModel, inputs: Tensor, target: str) -> Map:
        return explain(
            model,
            inputs,
            method=method,
            target=target,
            layer=layer,
            parameters=parameters,
            seed=seed,
            zero_level=zero_level,
            regions=regions,
        ).values

    return run


def find(model: LoadedModel, inputs: Tensor, request: AttributionRequest) -> Finding:
    """`explain` with what `frames.py` needs besides; does not check whether the method applies."""
    method = METHODS.get(request.method)
    check_input(model.entry, inputs)
    if inputs.shape[0] != 1:
        raise SettingsError(f"attribution is for one input at a time, not {inputs.shape[0]}")
    with model.lock, torch.inference_mode(False):
        call = _method_inputs(model, _own(inputs), method, request)
        started = time.perf_counter()
        output = _run(method, call)
        seconds = time.perf_counter() - started
        return Finding(
            map=_map(method, call, output, request, seconds),
            multiplier=output.multiplier,
            baseline=call.baseline,
        )


def _own(inputs: Tensor) -> Tensor:
    """A copy to put gradients on; channels last, in which convolutions run back faster."""
    own = inputs.detach().clone()
    return own.contiguous(memory_format=torch.channels_last) if own.dim() == 4 else own


def _method_inputs(
    model: LoadedModel, inputs: Tensor, method: Method, request: AttributionRequest
) -> MethodInputs:
    settings = method.resolve(request.parameters, model.entry)
    baseline = _baseline(method, model, inputs, settings, request.zero_level)
    draws = torch.Generator().manual_seed(derive_seed(request.seed, "attribution", method.name))
    return MethodInputs(
        model=model,
        inputs=inputs,
        target=_target(model, inputs, request.target),
        layer=_layer(method, model, request.layer),
        parameters=settings,
        baseline=baseline,
        regions=_regions(method, inputs, request.regions),
        generator=draws,
        chunk=batching(model.entry).chunk,
    )


def _run(method: Method, call: MethodInputs) -> MethodOutput:
    module = call.model.module
    before = hook_count(module)
    with as_found(module):
        assert not any(part.training for part in module.modules())
        output = smooth(method, call)
    assert hook_count(module) == before
    if not torch.isfinite(output.attribution).all():
        raise ModelError(
            f"{method.title} gives values that are not finite",
            where=call.model.entry.title,
            remedy="check the weights and the input",
        )
    return output


def _map(
    method: Method,
    call: MethodInputs,
    output: MethodOutput,
    request: AttributionRequest,
    seconds: float,
) -> AttributionMap:
    signed = method.is_signed(call.parameters)
    attribution = np.ascontiguousarray(output.attribution[0].to(torch.float32).numpy())
    difference, delta = _completeness(method, call, output)
    recorded = dict(call.parameters) | {"seed": request.seed}
    if method.uses_baseline and request.zero_level is not None:
        recorded["zero_level"] = float(request.zero_level)
    return AttributionMap(
        values=plane(attribution, signed=signed),
        method=method.name,
        model=call.model.entry.name,
        target=call.model.classes[call.target],
        signed=signed,
        layer=None if call.layer is None else call.layer.name,
        delta=delta,
        difference=difference,
        seconds=seconds,
        model_digest=call.model.digest,
        input_digest=request.input_digest or array_digest(call.inputs.numpy()),
        parameters=recorded,
        threads=torch.get_num_threads(),
        channels=attribution,
    )


def plane(attribution: npt.NDArray[np.float32], *, signed: bool) -> npt.NDArray[np.float32]:
    """C x H x W or T x C x H x W as H x W.

    Signed values are summed, so what added up still does. Of unsigned ones each pixel gets its
    strongest channel, and its mean over frames.
    """
    if signed:
        return attribution.sum(axis=tuple(range(attribution.ndim - 2)), dtype=np.float32)
    strongest = np.abs(attribution).max(axis=-3)
    return strongest if strongest.ndim == 2 else strongest.mean(axis=0, dtype=np.float32)


def _completeness(
    method: Method, call: MethodInputs, output: MethodOutput
) -> tuple[float | None, float | None]:
    """F(x) - F(baseline), and how far the attribution's sum is from it."""
    if not method.complete or call.number("smoothing_samples"):
        return None, None
    pair = torch.cat([call.inputs, call.required_baseline()])
    answers = call.model.logits(pair)[:, call.target].double()
    difference = float(answers[0] - answers[1])
    return difference, abs(float(output.attribution.double().sum()) - difference)


def _target(model: LoadedModel, inputs: Tensor, name: str | None) -> int:
    if name is None:
        return int(model.logits(inputs)[0].argmax())
    if name not in model.classes:
        raise UnknownNameError(
            f"there is no class called {name!r}",
            remedy=f"choose one of: {', '.join(model.classes)}",
        )
    return model.classes.index(name)


def _layer(method: Method, model: LoadedModel, name: str | None) -> Layer | None:
    if method.needs_layer:
        return model.entry.default_layer if name is None else model.entry.layer(name)
    if name is not None:
        raise SettingsError(f"{method.title} is about the input", remedy="name no layer")
    return None


def _baseline(
    method: Method,
    model: LoadedModel,
    inputs: Tensor,
    settings: dict[str, Value],
    zero_level: float | None,
) -> Tensor | None:
    """The baseline the parameter asks for; the parameter then says what "auto" came to."""
    if not method.uses_baseline:
        return None
    spec = model.entry.input
    settings["baseline"] = name = baseline_name(str(settings["baseline"]), spec, zero_level)
    return baseline_input(name, inputs, spec, zero_level)


def _regions(method: Method, inputs: Tensor, regions: Mapping[str, Mask]) -> Mapping[str, Mask]:
    if not method.needs_regions:
        return {}
    if not regions:
        raise SettingsError(
            f"{method.title} needs to know the regions", remedy="give regions, masks by name"
        )
    size = tuple(inputs.shape[-2:])
    for name, mask in regions.items():
        if mask.shape != size or mask.dtype != np.bool_ or not mask.any():
            raise SettingsError(
                f"the mask of region {name} is not a boolean array of {size} with any pixel set",
            )
    return regions
