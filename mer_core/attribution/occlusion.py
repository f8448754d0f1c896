"""Methods that put absence in place of a part of the input and watch the logit fall."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from captum.attr import Occlusion
from torch import Tensor

from mer_core.attribution import objections
from mer_core.attribution.base import Method, Parameter, Question, Reply, Resolution, Values
from mer_core.attribution.batching import batching
from mer_core.models.entry import ModelEntry


def window(side: int, values: Values) -> tuple[int, int]:
    """Side of the covering square and its step, in pixels."""
    covering = max(1, round(side / int(values["patches"])))
    return covering, max(1, covering // int(values["overlap"]))


def _occlusion(question: Question) -> Reply:
    """F(x) - F(x with a square covered), averaged over the squares that cover a pixel.

    All channels are covered together, and in a clip all frames.
    """
    *whole, height, width = question.inputs.shape[1:]
    tall, down = window(height, question.parameters)
    wide, across = window(width, question.parameters)
    fall = Occlusion(question.model.module).attribute(
        question.inputs,
        sliding_window_shapes=(*whole, tall, wide),
        strides=(*whole, down, across),
        baselines=question.compared_with(),
        target=question.target,
        perturbations_per_eval=question.chunk,
    )
    return Reply(attribution=fall.detach().flatten(1, -3)[:, :1])


def _region_ablation(question: Question) -> Reply:
    """F(x) - F(x with a region replaced), at each of its pixels; a mean where regions overlap."""
    masks = torch.from_numpy(np.stack(list(question.regions.values())))
    falls = torch.cat(list(_falls(question, masks)))
    covered = masks.sum(0).clamp(min=1)
    total = (falls[:, None, None] * masks).sum(0)
    return Reply(attribution=(total / covered)[None, None])


def _falls(question: Question, masks: Tensor) -> Iterator[Tensor]:
    inputs, reference = question.inputs, question.compared_with()
    apart = (1,) * (inputs.dim() - 3)
    with torch.no_grad():
        answer = question.model.module(inputs)[:, question.target]
        for some in masks.split(question.chunk):
            covered = torch.where(some.reshape(-1, *apart, *some.shape[1:]), reference, inputs)
            yield answer - question.model.module(covered)[:, question.target]


def _squares(values: Values, entry: ModelEntry) -> float:
    count = 1
    for side in entry.input.size:
        covering, step = window(side, values)
        count *= -(-(side - covering) // step) + 1
    return 1 + 0.6 * batching(entry).share * count


METHODS: tuple[Method, ...] = (
    Method(
        name="occlusion",
        title="Occlusion",
        paper="Zeiler, Fergus. Visualizing and Understanding Convolutional Networks. 1311.2901",
        says="By how much the logit falls when a square around the pixel is covered.",
        run=_occlusion,
        objection=objections.none,
        cost=_squares,
        resolution=Resolution.PATCH,
        parameters=(
            Parameter(
                name="patches",
                title="Squares per side",
                kind="int",
                default=7,
                low=2,
                high=16,
                help="The covering square's side is the input's divided by this.",
            ),
            Parameter(
                name="overlap",
                title="Steps per square",
                kind="int",
                default=2,
                low=1,
                high=4,
                help="In how many steps the square moves by its own side.",
            ),
        ),
        uses_reference=True,
    ),
    Method(
        name="region-ablation",
        title="Feature ablation over regions",
        paper="Kokhlikyan et al. Captum. arXiv 2009.07896",
        says="By how much the logit falls when a facial region is covered.",
        run=_region_ablation,
        objection=objections.none,
        cost=lambda values, entry: 12 * batching(entry).share,
        resolution=Resolution.REGION,
        uses_reference=True,
        needs_regions=True,
    ),
)
