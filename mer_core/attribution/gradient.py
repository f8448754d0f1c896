"""Methods that follow the gradient of a logit down to the input."""

from __future__ import annotations

from dataclasses import replace

import torch
from captum.attr import DeepLift, GuidedBackprop, Saliency
from torch import Tensor

from mer_core.attribution import network
from mer_core.attribution.method import AUTO, Method, MethodInputs, MethodOutput, Parameter, Values
from mer_core.attribution.network import batching
from mer_core.attribution.path import path_network
from mer_core.bfloat16 import has_bfloat16_units
from mer_core.models.entry import ModelEntry


def gradient(call: MethodInputs) -> Tensor:
    """dF/dx of the target's logit F."""
    return Saliency(call.model.module).attribute(
        call.inputs.clone().requires_grad_(), target=call.target, abs=False
    )


def _saliency(call: MethodInputs) -> MethodOutput:
    return MethodOutput(attribution=gradient(call).detach())


def _input_x_gradient(call: MethodInputs) -> MethodOutput:
    return _scaled(call, gradient(call))


def _integrated_gradients(call: MethodInputs) -> MethodOutput:
    dtype: torch.dtype = getattr(torch, str(call.parameters["arithmetic"]))
    path = path_network(call.model, call.inputs, dtype=dtype)
    slope = path.mean_slope(
        call.inputs,
        call.required_baseline(),
        target=call.target,
        steps=int(call.number("steps")),
        chunk=call.chunk,
    )
    return _scaled(call, slope)


def _gradient_shap(call: MethodInputs) -> MethodOutput:
    """Mean of (x' - b) dF/dx at b + a (x' - b), over noisy x' and uniform a.

    Captum draws from the generators that all threads share, so the draws are made here.
    """
    samples, noise = int(call.number("samples")), call.number("noise")
    baseline = call.required_baseline()
    spread = noise * (call.inputs.max() - call.inputs.min())
    total = torch.zeros_like(call.inputs)
    for first in range(0, samples, call.chunk):
        count = min(call.chunk, samples - first)
        drawn = [_draw(call) for _ in range(count)]
        noisy = call.inputs + spread * torch.stack([noise for noise, _ in drawn])
        place = torch.stack([place for _, place in drawn])
        points = baseline + place * (noisy - baseline)
        points = points.contiguous(memory_format=torch.channels_last).requires_grad_()
        logits = call.model.module(points)[:, call.target].sum()
        (slopes,) = torch.autograd.grad(logits, points)
        total += ((noisy - baseline) * slopes).sum(0, keepdim=True)
    return MethodOutput(attribution=total / samples)


def _draw(call: MethodInputs) -> tuple[Tensor, Tensor]:
    """Noise and a place on the way, drawn one by one so that chunks do not matter."""
    shape = call.inputs.shape[1:]
    noise = torch.randn(shape, generator=call.generator)
    return noise, torch.rand((1,) * len(shape), generator=call.generator)


def _deeplift(call: MethodInputs) -> MethodOutput:
    multiplier = DeepLift(call.model.module, multiply_by_inputs=False).attribute(
        call.inputs.clone().requires_grad_(),
        call.required_baseline(),
        target=call.target,
    )
    return _scaled(call, multiplier)


def guided(call: MethodInputs) -> Tensor:
    """The gradient, with negative slopes stopped at each ReLU."""
    return GuidedBackprop(call.model.module).attribute(
        call.inputs.clone().requires_grad_(), target=call.target
    )


def _guided_backprop(call: MethodInputs) -> MethodOutput:
    return MethodOutput(attribution=guided(call).detach())


def _scaled(call: MethodInputs, multiplier: Tensor) -> MethodOutput:
    multiplier = multiplier.detach()
    return MethodOutput(
        attribution=(call.inputs - call.required_baseline()) * multiplier,
        multiplier=multiplier,
    )


def smooth(method: Method, call: MethodInputs) -> MethodOutput:
    """Return the method's own output, or SmoothGrad's mean over noisy copies of the input.

    Smilkov, Thorat, Kim, Viegas, Wattenberg: "SmoothGrad", arXiv 1706.03825: the mean over i of
    M(x + n_i), n_i ~ N(0, sigma^2), sigma as a share of the input's range. It goes on top of any
    method.
    """
    copies = int(call.number("smoothing_samples"))
    if copies == 0:
        return method.run(call)
    spread = call.inputs.max() - call.inputs.min()
    sigma = call.number("smoothing_noise") * spread
    total: torch.Tensor | None = None
    for _ in range(copies):
        noise = torch.randn(call.inputs.shape, generator=call.generator)
        noisy = replace(call, inputs=call.inputs + sigma * noise)
        found = method.run(noisy).attribution
        total = found if total is None else total + found
    assert total is not None
    return MethodOutput(attribution=total / copies)


SALIENCY = Method(
    name="saliency",
    title="Saliency",
    paper="Simonyan, Vedaldi, Zisserman. Deep Inside Convolutional Networks. arXiv 1312.6034",
    description="How strongly the class's logit reacts to a small change of the pixel.",
    run=_saliency,
    incompatibility=network.any_network,
    cost=lambda values, entry: 3,
    signed=False,
)

_STEP = {"float32": 1.6, "bfloat16": 1.1}
"""Forward passes that a step of integrated gradients costs on AffectiveNet, by its arithmetic."""


def _arithmetic(entry: ModelEntry) -> str:
    """bfloat16 where it is quicker and loses nothing that 32 steps would have kept."""
    return "bfloat16" if batching(entry).short and has_bfloat16_units() else "float32"


def _integration(values: Values, entry: ModelEntry) -> float:
    step = _STEP[str(values["arithmetic"])] * batching(entry).share
    return 4 + step * float(values["steps"])


METHODS: tuple[Method, ...] = (
    SALIENCY,
    Method(
        name="input-x-gradient",
        title="Input x gradient",
        paper="Shrikumar, Greenside, Kundaje. Not Just a Black Box. arXiv 1605.01713",
        description="The logit's slope times the pixel's difference from the baseline.",
        run=_input_x_gradient,
        incompatibility=network.any_network,
        cost=lambda values, entry: 3,
        uses_baseline=True,
        decomposes_over_frames=True,
    ),
    Method(
        name="integrated-gradients",
        title="Integrated gradients",
        paper="Sundararajan, Taly, Yan. Axiomatic Attribution for Deep Networks. arXiv 1703.01365",
        description="The pixel's part in the difference between this logit and the baseline's.",
        run=_integrated_gradients,
        incompatibility=network.continuous_only,
        cost=_integration,
        own_parameters=(
            Parameter(
                name="steps",
                title="Steps",
                kind="int",
                default=32,
                low=4,
                high=256,
                help="Points on the path from the baseline to the input (Gauss-Legendre).",
            ),
            Parameter(
                name="arithmetic",
                title="Arithmetic of the steps",
                kind="choice",
                default=AUTO,
                choices=(AUTO, *_STEP),
                auto=_arithmetic,
                help="bfloat16 is quicker where the processor multiplies it, and moves the map a "
                "little; auto takes it there for networks whose map 32 steps move as much.",
            ),
        ),
        uses_baseline=True,
        complete=True,
        decomposes_over_frames=True,
    ),
    Method(
        name="gradient-shap",
        title="Gradient SHAP",
        paper="Lundberg, Lee. A Unified Approach to Interpreting Model Predictions. 1705.07874",
        description="The pixel's expected part in the difference to the baseline, over random "
        "paths.",
        run=_gradient_shap,
        incompatibility=network.continuous_only,
        cost=lambda values, entry: 1 + 1.9 * batching(entry).share * float(values["samples"]),
        own_parameters=(
            Parameter(
                name="samples",
                title="Samples",
                kind="int",
                default=32,
                low=4,
                high=256,
                help="Random points on the path from the baseline to the input.",
            ),
            Parameter(
                name="noise",
                title="Jitter",
                kind="float",
                default=0.02,
                low=0.0,
                high=0.5,
                help="Noise on the input, as a share of its range.",
            ),
        ),
        uses_baseline=True,
    ),
    Method(
        name="deeplift",
        title="DeepLift",
        paper="Shrikumar, Greenside, Kundaje. Learning Important Features. arXiv 1704.02685",
        description="The pixel's part in the difference to the baseline, by finite steps through "
        "each unit.",
        run=_deeplift,
        incompatibility=network.deeplift_rules_only,
        cost=lambda values, entry: 10,
        uses_baseline=True,
        complete=True,
        decomposes_over_frames=True,
    ),
    Method(
        name="guided-backprop",
        title="Guided backpropagation",
        paper="Springenberg et al. Striving for Simplicity. arXiv 1412.6806",
        description="The logit's slope along paths on which every unit helps; sharp, but hardly "
        "class-specific.",
        run=_guided_backprop,
        incompatibility=network.relu_only,
        cost=lambda values, entry: 4,
    ),
    replace(
        SALIENCY,
        name="smooth-grad",
        title="SmoothGrad",
        paper="Smilkov et al. SmoothGrad: removing noise by adding noise. arXiv 1706.03825",
        description="Saliency averaged over noisy copies of the input.",
        smoothing=16,
    ),
)
