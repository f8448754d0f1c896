"""Methods that follow the gradient of a logit down to the input."""

from __future__ import annotations

import warnings

import torch
from captum.attr import DeepLift, GuidedBackprop, Saliency
from torch import Tensor

from mer_core.attribution import objections
from mer_core.attribution.base import AUTO, Method, Parameter, Question, Reply, Values
from mer_core.attribution.batching import batching
from mer_core.attribution.path import path_network
from mer_core.models.entry import ModelEntry

# Said on every call, of hooks that `guard.py` sees to.
warnings.filterwarnings("ignore", message="Setting (forward, )?backward hooks")
warnings.filterwarnings("ignore", message="Input Tensor .* did not already require gradients")


def has_fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware (AVX-512 BF16 or AMX)."""
    capabilities = getattr(torch.cpu, "get_capabilities", dict)()  # PyTorch before 2.10: unknown
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def gradient(question: Question) -> Tensor:
    """dF/dx of the target's logit F."""
    return Saliency(question.model.module).attribute(
        question.inputs.clone().requires_grad_(), target=question.target, abs=False
    )


def _saliency(question: Question) -> Reply:
    return Reply(attribution=gradient(question).detach())


def _input_x_gradient(question: Question) -> Reply:
    return _scaled(question, gradient(question))


def _integrated_gradients(question: Question) -> Reply:
    dtype: torch.dtype = getattr(torch, str(question.parameters["arithmetic"]))
    network = path_network(question.model, question.inputs, dtype=dtype)
    slope = network.mean_slope(
        question.inputs,
        question.compared_with(),
        target=question.target,
        steps=int(question.number("steps")),
        chunk=question.chunk,
    )
    return _scaled(question, slope)


def _gradient_shap(question: Question) -> Reply:
    """Mean of (x' - b) dF/dx at b + a (x' - b), over noisy x' and uniform a.

    Captum draws from the generators that all threads share, so the draws are made here.
    """
    samples, noise = int(question.number("samples")), question.number("noise")
    reference = question.compared_with()
    spread = noise * (question.inputs.max() - question.inputs.min())
    total = torch.zeros_like(question.inputs)
    for first in range(0, samples, question.chunk):
        count = min(question.chunk, samples - first)
        drawn = [_draw(question) for _ in range(count)]
        noisy = question.inputs + spread * torch.stack([noise for noise, _ in drawn])
        place = torch.stack([place for _, place in drawn])
        points = reference + place * (noisy - reference)
        points = points.contiguous(memory_format=torch.channels_last).requires_grad_()
        logits = question.model.module(points)[:, question.target].sum()
        (slopes,) = torch.autograd.grad(logits, points)
        total += ((noisy - reference) * slopes).sum(0, keepdim=True)
    return Reply(attribution=total / samples)


def _draw(question: Question) -> tuple[Tensor, Tensor]:
    """Noise and a place on the way, drawn one by one so that chunks do not matter."""
    shape = question.inputs.shape[1:]
    noise = torch.randn(shape, generator=question.generator)
    return noise, torch.rand((1,) * len(shape), generator=question.generator)


def _deeplift(question: Question) -> Reply:
    multiplier = DeepLift(question.model.module, multiply_by_inputs=False).attribute(
        question.inputs.clone().requires_grad_(), question.compared_with(), target=question.target
    )
    return _scaled(question, multiplier)


def guided(question: Question) -> Tensor:
    """The gradient, with negative slopes stopped at each ReLU."""
    return GuidedBackprop(question.model.module).attribute(
        question.inputs.clone().requires_grad_(), target=question.target
    )


def _guided_backprop(question: Question) -> Reply:
    return Reply(attribution=guided(question).detach())


def _scaled(question: Question, multiplier: Tensor) -> Reply:
    multiplier = multiplier.detach()
    return Reply(
        attribution=(question.inputs - question.compared_with()) * multiplier,
        multiplier=multiplier,
    )


SALIENCY = Method(
    name="saliency",
    title="Saliency",
    paper="Simonyan, Vedaldi, Zisserman. Deep Inside Convolutional Networks. arXiv 1312.6034",
    says="How strongly the class's logit reacts to a small change of the pixel.",
    run=_saliency,
    objection=objections.none,
    cost=lambda values, entry: 3,
    signed=False,
)

_STEP = {"float32": 1.6, "bfloat16": 1.1}
"""Forward passes that a step of integrated gradients costs on AffectiveNet, by its arithmetic."""


def _arithmetic(entry: ModelEntry) -> str:
    """bfloat16 where it is quicker and loses nothing that 32 steps would have kept."""
    return "bfloat16" if batching(entry).short and has_fast_bfloat16() else "float32"


def _integration(values: Values, entry: ModelEntry) -> float:
    step = _STEP[str(values["arithmetic"])] * batching(entry).share
    return 4 + step * float(values["steps"])


METHODS: tuple[Method, ...] = (
    SALIENCY,
    Method(
        name="input-x-gradient",
        title="Input x gradient",
        paper="Shrikumar, Greenside, Kundaje. Not Just a Black Box. arXiv 1605.01713",
        says="The logit's slope times the pixel's distance from absence.",
        run=_input_x_gradient,
        objection=objections.none,
        cost=lambda values, entry: 3,
        uses_reference=True,
        carries=True,
    ),
    Method(
        name="integrated-gradients",
        title="Integrated gradients",
        paper="Sundararajan, Taly, Yan. Axiomatic Attribution for Deep Networks. arXiv 1703.01365",
        says="The pixel's part in the difference between this logit and that of absence.",
        run=_integrated_gradients,
        objection=objections.no_jumps,
        cost=_integration,
        parameters=(
            Parameter(
                name="steps",
                title="Steps",
                kind="int",
                default=32,
                low=4,
                high=256,
                help="Points on the way from absence to the input (Gauss-Legendre).",
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
        uses_reference=True,
        complete=True,
        carries=True,
    ),
    Method(
        name="gradient-shap",
        title="Gradient SHAP",
        paper="Lundberg, Lee. A Unified Approach to Interpreting Model Predictions. 1705.07874",
        says="The pixel's expected part in the difference to absence, over random ways there.",
        run=_gradient_shap,
        objection=objections.no_jumps,
        cost=lambda values, entry: 1 + 1.9 * batching(entry).share * float(values["samples"]),
        parameters=(
            Parameter(
                name="samples",
                title="Samples",
                kind="int",
                default=32,
                low=4,
                high=256,
                help="Random points on the way from absence to the input.",
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
        uses_reference=True,
    ),
    Method(
        name="deeplift",
        title="DeepLift",
        paper="Shrikumar, Greenside, Kundaje. Learning Important Features. arXiv 1704.02685",
        says="The pixel's part in the difference to absence, by finite steps through each unit.",
        run=_deeplift,
        objection=objections.known_to_deeplift,
        cost=lambda values, entry: 10,
        uses_reference=True,
        complete=True,
        carries=True,
    ),
    Method(
        name="guided-backprop",
        title="Guided backpropagation",
        paper="Springenberg et al. Striving for Simplicity. arXiv 1412.6806",
        says="The logit's slope along ways on which every unit helps; sharp, but hardly class-"
        "specific.",
        run=_guided_backprop,
        objection=objections.plain_relu,
        cost=lambda values, entry: 4,
    ),
)
