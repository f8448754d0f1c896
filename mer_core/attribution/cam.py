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

from mer_core.attribution import network
from mer_core.attribution.gradient import guided
from mer_core.attribution.method import Method, MethodInputs, MethodOutput, Parameter, Resolution


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


def _cam(call: MethodInputs, *, negatives: bool) -> Tensor:
    """The map over the input: 1 x 1 x H x W, or 1 x T x 1 x H x W for a clip."""
    assert call.layer is not None
    layer = call.layer
    module = call.model.module.get_submodule(layer.module)
    cells = LayerGradCam(call.model.module, module).attribute(
        call.inputs.clone().requires_grad_(),
        target=call.target,
        relu_attributions=not negatives,
    )
    assert isinstance(cells, Tensor)
    size = (call.inputs.shape[-2], call.inputs.shape[-1])
    upsampling = str(call.parameters["upsampling"])
    found = spread(
        cells.detach(), size, stride=layer.stride, upsampling=upsampling, offset=layer.offset
    )
    # Clip networks read frames side by side in the batch.
    return found if call.inputs.dim() == 4 else found[None]


def _grad_cam(call: MethodInputs) -> MethodOutput:
    return MethodOutput(attribution=_cam(call, negatives=bool(call.parameters["negatives"])))


def _guided_grad_cam(call: MethodInputs) -> MethodOutput:
    weights = _cam(call, negatives=False)
    return MethodOutput(attribution=guided(call).detach() * weights)


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
        description="Where this layer's activations support the class.",
        run=_grad_cam,
        incompatibility=network.any_network,
        cost=lambda values, entry: 2,
        signed=False,
        signed_with="negatives",
        resolution=Resolution.LAYER,
        own_parameters=(
            Parameter(
                name="negatives",
                title="Keep negative values",
                kind="bool",
                default=False,
                help="Show negative values instead of 0.",
            ),
            _UPSAMPLING,
        ),
        needs_layer=True,
    ),
    Method(
        name="guided-grad-cam",
        title="Guided Grad-CAM",
        paper="Selvaraju et al. Grad-CAM. ICCV 2017; arXiv 1610.02391",
        description="Guided backpropagation where Grad-CAM is positive.",
        run=_guided_grad_cam,
        incompatibility=network.relu_only,
        cost=lambda values, entry: 5,
        own_parameters=(_UPSAMPLING,),
        needs_layer=True,
    ),
)
