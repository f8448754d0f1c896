"""Methods that put the baseline in place of a part of the input and watch the logit fall."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from captum.attr import Occlusion
from torch import Tensor

from mer_core.attribution import network
from mer_core.attribution.method import (
    Method,
    MethodInputs,
    MethodOutput,
    Parameter,
    Resolution,
    Values,
)
from mer_core.attribution.network import batching
from mer_core.models.entry import ModelEntry


def window(side: int, values: Values) -> tuple[int, int]:
    """Side of the covering square and its step, in pixels."""
    covering = max(1, round(side / int(values["patches"])))
    return covering, max(1, covering // int(values["overlap"]))


def _occlusion(call: MethodInputs) -> MethodOutput:
    """F(x) - F(x with a square covered), averaged over the squares that cover a pixel.

    All channels are covered together, and in a clip all frames.
    """
    *whole, height, width = call.inputs.shape[1:]
    tall, down = window(height, call.parameters)
    wide, across = window(width, call.parameters)
    fall = Occlusion(call.model.module).attribute(
        call.inputs,
        sliding_window_shapes=(*whole, tall, wide),
        strides=(*whole, down, across),
        baselines=call.required_baseline(),
        target=call.target,
        perturbations_per_eval=call.chunk,
    )
    return MethodOutput(attribution=fall.detach().flatten(1, -3)[:, :1])


def _region_ablation(call: MethodInputs) -> MethodOutput:
    """F(x) - F(x with a region replaced), at each of its pixels; a mean where regions overlap."""
    masks = torch.from_numpy(np.stack(list(call.regions.values())))
    falls = torch.cat(list(_falls(call, masks)))
    covered = masks.sum(0).clamp(min=1)
    total = (falls[:, None, None] * masks).sum(0)
    return MethodOutput(attribution=(total / covered)[None, None])


def _falls(call: MethodInputs, masks: Tensor) -> Iterator[Tensor]:
    inputs, baseline = call.inputs, call.required_baseline()
    apart = (1,) * (inputs.dim() - 3)
    with torch.no_grad():
        answer = call.model.module(inputs)[:, call.target]
        for some in masks.split(call.chunk):
            covered = torch.where(some.reshape(-1, *apart, *some.shape[1:]), baseline, inputs)
            yield answer - call.model.module(covered)[:, call.target]


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
        description="By how much the logit falls when a square around the pixel is covered.",
        run=_occlusion,
        incompatibility=network.any_network,
        cost=_squares,
        resolution=Resolution.PATCH,
        own_parameters=(
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
        uses_baseline=True,
    ),
    Method(
        name="region-ablation",
        title="Feature ablation over regions",
        paper="Kokhlikyan et al. Captum. arXiv 2009.07896",
        description="By how much the logit falls when a facial region is covered.",
        run=_region_ablation,
        incompatibility=network.any_network,
        cost=lambda values, entry: 12 * batching(entry).share,
        resolution=Resolution.REGION,
        uses_baseline=True,
        needs_regions=True,
    ),
)
