"""Flow and strain as an image of three channels, the input of the small flow networks.

Optical strain is how much the skin is stretched and sheared, whatever the head does.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.flow.estimation import optical_flow


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
            averaged down. None keeps the frames' size.
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
    if size is None or size == (height, width):
        return channels
    return np.asarray(
        cv2.resize(channels, (size[1], size[0]), interpolation=cv2.INTER_AREA), np.float32
    )


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
