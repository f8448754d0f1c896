"""The one rule by which frames, flow and images change size on their way into a network."""

from __future__ import annotations

from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Pixel = TypeVar("Pixel", np.uint8, np.float32)


def resize(image: npt.NDArray[Pixel], size: tuple[int, int]) -> npt.NDArray[Pixel]:
    """Return `image` (H x W, or H x W x C with C > 1) at `size` (height, width).

    Linear in the pixels, apart from the rounding of 8-bit ones; `image` itself where it has that
    size. Where both sides shrink or stay, each pixel is the average of the area it covers, so
    nothing aliases. Otherwise it is bilinear.
    """
    height, width = image.shape[:2]
    if (height, width) == size:
        return image
    shrinks = size[0] <= height and size[1] <= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized: Any = cv2.resize(image, size[::-1], interpolation=method)
    return resized
