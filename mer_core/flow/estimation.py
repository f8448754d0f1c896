"""Dense optical flow by three named methods, and the image of flow and strain that networks read.

A flow field f has shape H x W x 2: what the onset frame shows at (x, y) is found in the apex
frame at (x + u, y + v), where f[y, x] = (u, v) in pixels, u to the right and v downwards.

TV-L1 is the default: it is what the small flow networks of the literature were trained on, and its
strain is by far the truest on faces before a plain background. Dense inverse search is five times
as quick and errs least where the skin moves, but it also sees motion in the noise of a plain
background, and strain, a derivative, then shows little else. Farnebäck's lies between them and is
not quite at rest at the border of two equal frames. `tests/benchmarks/bench_faces.py` measures all
three on synthetic expressions, whose motion is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.errors import FrameError
from mer_core.flow.tvl1 import tvl1_flow
from mer_core.registry import Registry
from mer_core.resizing import resize

Flow = npt.NDArray[np.float32]
"""H x W x 2: (u, v) in pixels."""

GreyFrame = npt.NDArray[np.uint8]

_SMALLEST_SIDE = 16


@dataclass(frozen=True, kw_only=True)
class FlowMethod:
    """One way to estimate flow, on two grey frames of equal size."""

    name: str
    title: str
    citation: str
    estimate: Callable[[GreyFrame, GreyFrame], Flow]


def optical_flow(
    onset: npt.NDArray[np.uint8], apex: npt.NDArray[np.uint8], *, method: str = "tvl1"
) -> Flow:
    """Estimate the motion from `onset` to `apex`.

    Args:
        onset: 8-bit frame, RGB or grey.
        apex: Another of equal size.
        method: A name in `FLOW_METHODS`.

    Returns:
        Height x width x 2: displacement to the right and downwards, pixels.

    Raises:
        FrameError: The frames differ in size, are too small, or are no images.

    Example:
        >>> frames = clip.expression.frames
        >>> optical_flow(frames[0], frames[-1], method="farneback").shape
        (112, 112, 2)
    """
    estimate = FLOW_METHODS.get(method).estimate
    first, second = _grey(onset), _grey(apex)
    if first.shape != second.shape:
        raise FrameError(
            f"flow needs two frames of one size, not {_size(first)} and {_size(second)}",
            remedy="crop both frames with the same face box",
        )
    if min(first.shape) < _SMALLEST_SIDE:
        raise FrameError(
            f"a frame of {_size(first)} is too small for optical flow",
            remedy=f"use frames of at least {_SMALLEST_SIDE} pixels a side, resize the flow after",
        )
    return estimate(first, second)


def _grey(frame: npt.NDArray[np.uint8]) -> GreyFrame:
    if frame.dtype != np.uint8 or frame.ndim not in (2, 3) or frame.shape[2:] not in ((), (3,)):
        raise FrameError(
            f"a frame is H x W x 3 (RGB) or H x W (grey) in uint8, not {frame.shape} {frame.dtype}"
        )
    pixels = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) if frame.ndim == 3 else frame
    return np.ascontiguousarray(pixels, dtype=np.uint8)


def _size(frame: GreyFrame) -> str:
    return f"{frame.shape[1]}x{frame.shape[0]}"


def _dense_inverse_search(onset: GreyFrame, apex: GreyFrame) -> Flow:
    # The preset stops at half resolution, which costs tenfold accuracy on sub-pixel motion.
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    field = np.zeros((*onset.shape, 2), np.float32)
    return np.asarray(search.calc(onset, apex, field), np.float32)


def _farneback(onset: GreyFrame, apex: GreyFrame) -> Flow:
    field = np.zeros((*onset.shape, 2), np.float32)
    flow = cv2.calcOpticalFlowFarneback(
        onset,
        apex,
        field,
        pyr_scale=0.5,
        levels=3,
        winsize=15,
        iterations=3,
        poly_n=5,
        poly_sigma=1.2,
        flags=0,
    )
    return np.asarray(flow, np.float32)


FLOW_METHODS: Registry[FlowMethod] = Registry("optical flow method")
for _method in (
    FlowMethod(
        name="tvl1",
        title="TV-L1",
        citation="Zach et al., A Duality Based Approach for Realtime TV-L1 Optical Flow, "
        "DAGM 2007; constants of Sánchez Pérez et al., IPOL 3, 2013",
        estimate=tvl1_flow,
    ),
    FlowMethod(
        name="dis",
        title="Dense inverse search",
        citation="Kroeger et al., Fast Optical Flow using Dense Inverse Search, ECCV 2016",
        estimate=_dense_inverse_search,
    ),
    FlowMethod(
        name="farneback",
        title="Farnebäck",
        citation="Farnebäck, Two-Frame Motion Estimation Based on Polynomial Expansion, SCIA 2003",
        estimate=_farneback,
    ),
):
    FLOW_METHODS.register(_method.name, _method)


def flow_image(
    onset: npt.NDArray[np.uint8],
    apex: npt.NDArray[np.uint8],
    *,
    size: tuple[int, int] | None = None,
    method: str = "tvl1",
) -> npt.NDArray[np.float32]:
    """Horizontal flow, vertical flow and strain, H x W x 3, all in per cent.

    Displacements are per cent of the frame's width and height, so a value does not depend on
    the resolution the face was recorded at; strain, a ratio of lengths, is per cent by nature.
    Micro-expressions then lie around 1, where networks like their inputs. The published codes
    store each channel stretched to 0..255 instead, which turns the noise of a still face into
    an image as strong as any.

    Args:
        onset: The frame the motion starts from, RGB or grey, uint8.
        apex: The frame of strongest expression, of the same size.
        size: Height and width of the result; flow is estimated at the frames' own size and
            resized. None keeps the frames' size.
        method: A name in `FLOW_METHODS`.
    """
    flow = optical_flow(onset, apex, method=method)
    height, width = flow.shape[:2]
    channels = np.dstack(
        [
            100 / width * flow[..., 0],
            100 / height * flow[..., 1],
            100 * optical_strain(flow),
        ]
    ).astype(np.float32)
    return channels if size is None else resize(channels, size)


def optical_strain(flow: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """The magnitude of the strain tensor of a flow field H x W x 2, as H x W.

    With subscripts for derivatives, sqrt(u_x^2 + v_y^2 + (u_y + v_x)^2 / 2): the Frobenius norm
    of the symmetric part of the flow's gradient. It is 0 where the face moves as one rigid
    piece by translation, and blind to small rotations. Derivatives are central differences,
    one-sided at the border. (Shreve et al., FG 2011; Liong et al., arXiv 1902.03634.)
    """
    u_y, u_x = np.gradient(flow[..., 0].astype(np.float64))
    v_y, v_x = np.gradient(flow[..., 1].astype(np.float64))
    return np.sqrt(u_x**2 + v_y**2 + 0.5 * (u_y + v_x) ** 2).astype(np.float32)
