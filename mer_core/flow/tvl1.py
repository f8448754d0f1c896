"""TV-L1 optical flow: total variation of the flow plus L1 of the brightness difference.

Minimises over u = (u1, u2) the sum over pixels of |grad u1| + |grad u2| + lambda |rho(u)|, with
rho(u) = I1(x + u) - I0(x) linearised around the current flow. An auxiliary field v splits the
two terms: v solves the data term pixel by pixel (a soft threshold on rho), u solves the
smoothness term through its dual p (Chambolle's projection); the two are tied by theta.

Zach, Pock, Bischof, "A Duality Based Approach for Realtime TV-L1 Optical Flow", DAGM 2007, with
the constants and the coarse-to-fine scheme of Sánchez Pérez, Meinhardt-Llopis and Facciolo,
"TV-L1 Optical Flow Estimation", Image Processing On Line 3, 2013. OpenCV has it only in its
contributed modules, which the workbench does not need for anything else.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

_Field = npt.NDArray[np.float32]

_TIME_STEP = 0.25  # tau: the largest step for which the dual iteration converges
_DATA_WEIGHT = 0.15  # lambda, for intensities in 0..255
_COUPLING = 0.3  # theta
_WARPS = 5
_ITERATIONS = 100
_TOLERANCE = 0.01  # root mean square change of the flow, in pixels, at which a warp is done
_COARSEST_SIDE = 16
_PRESMOOTHING = 0.8


def tvl1_flow(onset: npt.NDArray[np.uint8], apex: npt.NDArray[np.uint8]) -> _Field:
    """Flow H x W x 2 from one grey frame to another of the same size."""
    pyramid = [(_smooth(onset), _smooth(apex))]
    while min(pyramid[-1][0].shape) >= 2 * _COARSEST_SIDE:
        first, second = pyramid[-1]
        pyramid.append((_floats(cv2.pyrDown(first)), _floats(cv2.pyrDown(second))))
    flow = np.zeros((2, *pyramid[-1][0].shape), np.float32)
    for first, second in reversed(pyramid):
        flow = _refine(first, second, _enlarge(flow, first.shape))
    return np.ascontiguousarray(flow.transpose(1, 2, 0))


def _smooth(frame: npt.NDArray[np.uint8]) -> _Field:
    return _floats(cv2.GaussianBlur(frame.astype(np.float32), (0, 0), _PRESMOOTHING))


def _floats(image: npt.NDArray[Any]) -> _Field:
    """States what OpenCV's signatures leave open; copies nothing."""
    return np.asarray(image, np.float32)


def _enlarge(flow: _Field, shape: tuple[int, ...]) -> _Field:
    height, width = shape
    scale = (width / flow.shape[2], height / flow.shape[1])
    return np.stack(
        [cv2.resize(part, (width, height)) * ratio for part, ratio in zip(flow, scale, strict=True)]
    ).astype(np.float32)


def _refine(first: _Field, second: _Field, flow: _Field) -> _Field:
    """Improve the flow at one scale: linearise around it, solve, repeat."""
    slopes = (_central(second, 1), _central(second, 0))
    dual = np.zeros((2, *flow.shape), np.float32)  # (u or v) x (direction) x H x W
    for _ in range(_WARPS):
        gradient = np.stack([_warp(slope, flow) for slope in slopes])
        constant = _warp(second, flow) - (gradient * flow).sum(0) - first
        flow = _solve(flow, gradient, constant, dual)
    return flow


def _solve(flow: _Field, gradient: _Field, constant: _Field, dual: _Field) -> _Field:
    """Alternate data and smoothness steps until the flow rests; update `dual` in place."""
    squared = (gradient**2).sum(0)
    limit = _DATA_WEIGHT * _COUPLING * squared
    inverse = 1 / np.maximum(squared, np.float32(1e-9))
    for _ in range(_ITERATIONS):
        residual = constant + (gradient * flow).sum(0)
        auxiliary = flow - np.clip(residual, -limit, limit) * inverse * gradient
        updated = auxiliary + _COUPLING * _divergence(dual)
        rises = _forward(updated)
        steepness = np.sqrt((rises**2).sum(0))
        dual += (_TIME_STEP / _COUPLING) * rises.swapaxes(0, 1)
        dual /= 1 + (_TIME_STEP / _COUPLING) * steepness[:, None]
        change = float(np.mean((updated - flow) ** 2))
        flow = updated
        if change < _TOLERANCE**2:
            break
    return flow


def _warp(image: _Field, flow: _Field) -> _Field:
    height, width = image.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    return _floats(
        cv2.remap(
            image,
            columns + flow[0],
            rows + flow[1],
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def _central(image: _Field, axis: int) -> _Field:
    return np.gradient(image, axis=axis).astype(np.float32)


def _forward(flow: _Field) -> _Field:
    """Forward differences, 0 at the far border: (direction) x (u or v) x H x W."""
    rises = np.zeros((2, *flow.shape), np.float32)
    rises[0, :, :, :-1] = flow[:, :, 1:] - flow[:, :, :-1]
    rises[1, :, :-1, :] = flow[:, 1:, :] - flow[:, :-1, :]
    return rises


def _divergence(dual: _Field) -> _Field:
    """The negative adjoint of `_forward`: backward differences."""
    across, down = dual[:, 0], dual[:, 1]
    total = np.zeros_like(across)
    total[:, :, :-1] += across[:, :, :-1]
    total[:, :, 1:] -= across[:, :, :-1]
    total[:, :-1, :] += down[:, :-1, :]
    total[:, 1:, :] -= down[:, :-1, :]
    return total
