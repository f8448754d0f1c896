"""Class activation maps: which cells of a layer speak for the class, laid over the input.

    alpha_k = mean over the layer's cells of dF / dmap_k       map = sum over k of alpha_k map_k

Negative values are cut off as published unless they are asked for. The map has the layer's
resolution and is laid over the input in one of three ways:

    aligned    cell i lies on pixel `offset + i * stride` (`records.Layer`), the middle of what it
               sees; beyond the outer cells their values go on
    bilinear   stretched until the map fills the image; what other tools do
    nearest    likewise, without inventing values between cells

Selvaraju et al. leave this open ("upsampled"). Aligned is our reading and the default: a strided
convolution with symmetric padding does not put its cells in the middles of equal tiles, and with
4 x 4 cells on 112 pixels stretching is off by up to 14 pixels, about the size of a region to be
found. Scores from before this choice name "bilinear" among their parameters.
"""

from __future__ import annotations

import torch
from captum.attr import LayerGradCam
from torch import Tensor
from torch.nn import functional

from mer_core.attribution import objections
from mer_core.attribution.base import Method, Parameter, Question, Reply, Resolution
from mer_core.attribution.gradient import guided


def spread(
    maps: Tensor, size: tuple[int, int], *, stride: int, upsampling: str, offset: float = 0.0
) -> Tensor:
    """N x C x h x w at the size of the input, in the named way."""
    if upsampling == "aligned":
        down = _cells(size[0], maps.shape[-2], stride, offset)
        across = _cells(size[1], maps.shape[-1], stride, offset)
        rows, columns = torch.meshgrid(down, across, indexing="ij")
        grid = torch.stack([columns, rows], dim=-1).expand(len(maps), -1, -1, -1)
        return functional.grid_sample(maps, grid, padding_mode="border", align_corners=True)
    if upsampling == "nearest":
        return functional.interpolate(maps, size)
    return functional.interpolate(maps, size, mode="bilinear", align_corners=False)


def _cells(side: int, cells: int, stride: int, offset: float) -> Tensor:
    """For each pixel, its cell on the scale -1 (first) to 1 (last)."""
    return (torch.arange(side) - offset) / stride * (2 / max(cells - 1, 1)) - 1


def _cam(question: Question, *, negatives: bool) -> Tensor:
    """The map over the input: 1 x 1 x H x W, or 1 x T x 1 x H x W for a clip."""
    assert question.layer is not None
    layer = question.layer
    module = question.model.module.get_submodule(layer.module)
    cells = LayerGradCam(question.model.module, module).attribute(
        question.inputs.clone().requires_grad_(),
        target=question.target,
        relu_attributions=not negatives,
    )
    assert isinstance(cells, Tensor)
    size = (question.inputs.shape[-2], question.inputs.shape[-1])
    upsampling = str(question.parameters["upsampling"])
    found = spread(
        cells.detach(), size, stride=layer.stride, upsampling=upsampling, offset=layer.offset
    )
    # Clip networks read frames side by side in the batch.
    return found if question.inputs.dim() == 4 else found[None]


def _grad_cam(question: Question) -> Reply:
    return Reply(attribution=_cam(question, negatives=bool(question.parameters["negatives"])))


def _guided_grad_cam(question: Question) -> Reply:
    weights = _cam(question, negatives=False)
    return Reply(attribution=guided(question).detach() * weights)


_UPSAMPLING = Parameter(
    name="upsampling",
    title="Laid over the input",
    kind="choice",
    default="aligned",
    choices=("aligned", "bilinear", "nearest"),
    help="How the layer's cells become pixels; aligned puts each where the network looks.",
)

METHODS: tuple[Method, ...] = (
    Method(
        name="grad-cam",
        title="Grad-CAM",
        paper="Selvaraju et al. Grad-CAM. ICCV 2017; arXiv 1610.02391",
        says="How much the layer's answer here speaks for the class.",
        run=_grad_cam,
        objection=objections.none,
        cost=lambda values, entry: 2,
        signed=False,
        signed_with="negatives",
        resolution=Resolution.LAYER,
        parameters=(
            Parameter(
                name="negatives",
                title="Keep what speaks against",
                kind="bool",
                default=False,
                help="Negative values stay instead of becoming zero.",
            ),
            _UPSAMPLING,
        ),
        needs_layer=True,
    ),
    Method(
        name="guided-grad-cam",
        title="Guided Grad-CAM",
        paper="Selvaraju et al. Grad-CAM. ICCV 2017; arXiv 1610.02391",
        says="Guided backpropagation where Grad-CAM is positive.",
        run=_guided_grad_cam,
        objection=objections.plain_relu,
        cost=lambda values, entry: 5,
        parameters=(_UPSAMPLING,),
        needs_layer=True,
    ),
)
