"""Flow and strain as an image of three channels, the input of the small flow networks."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.flow.estimation import optical_flow
from mer_core.flow.strain import optical_strain


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
