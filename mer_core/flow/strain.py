"""Optical strain: how much the skin is stretched and sheared, whatever the head does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
