"""SmoothGrad: the mean answer over noisy copies of the input, on top of any method.

Smilkov, Thorat, Kim, Viegas, Wattenberg: "SmoothGrad", arXiv 1706.03825:
mean over i of M(x + n_i), n_i ~ N(0, sigma^2), sigma as a share of the input's range.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from mer_core.attribution.base import Method, Question, Reply
from mer_core.attribution.gradient import SALIENCY


def answer(method: Method, question: Question) -> Reply:
    """The method's own answer, or its mean over as many noisy copies as the knob says."""
    copies = int(question.number("smoothing_samples"))
    if copies == 0:
        return method.run(question)
    spread = question.inputs.max() - question.inputs.min()
    sigma = question.number("smoothing_noise") * spread
    total: torch.Tensor | None = None
    for _ in range(copies):
        noise = torch.randn(question.inputs.shape, generator=question.generator)
        noisy = replace(question, inputs=question.inputs + sigma * noise)
        found = method.run(noisy).attribution
        total = found if total is None else total + found
    assert total is not None
    return Reply(attribution=total / copies)


METHODS: tuple[Method, ...] = (
    replace(
        SALIENCY,
        name="smooth-grad",
        title="SmoothGrad",
        paper="Smilkov et al. SmoothGrad: removing noise by adding noise. arXiv 1706.03825",
        says="Saliency averaged over noisy copies of the input.",
        smoothing=16,
    ),
)
