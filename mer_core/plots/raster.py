"""Pictures made of arrays: the same bytes for the same numbers, without a browser.

Everything takes and returns RGB uint8 arrays, H x W x 3; only `_encoded` knows OpenCV's order.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.plots.colour import ColourScale, Rgb

PAPER = (255, 255, 255)
INK = (43, 45, 51)
FAINT = (138, 143, 153)


def png_bytes(image: Rgb) -> bytes:
    """`image` as a PNG file."""
    return _encoded(image, ".png", [])


def webp_bytes(image: Rgb, *, quality: int = 90) -> bytes:
    """`image` as a WebP file of the given quality, 1 to 100; smaller than a PNG, and lossy."""
    return _encoded(image, ".webp", [cv2.IMWRITE_WEBP_QUALITY, quality])


def _encoded(image: Rgb, kind: str, settings: Sequence[int]) -> bytes:
    done, buffer = cv2.imencode(kind, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), settings)
    if not done:
        raise ValueError(f"an array of shape {image.shape} cannot be encoded as {kind}")
    return buffer.tobytes()


def enlarge(image: Rgb, size: tuple[int, int], *, smooth: bool = False) -> Rgb:
    """`image` at height and width `size`; by default without inventing values between pixels."""
    method = cv2.INTER_CUBIC if smooth else cv2.INTER_NEAREST
    if size[0] < image.shape[0]:
        method = cv2.INTER_AREA
    return np.asarray(cv2.resize(image, size[::-1], interpolation=method), np.uint8)


def overlay(
    base: Rgb, values: npt.NDArray[np.floating], scale: ColourScale, *, opacity: float = 0.6
) -> Rgb:
    """`values` in colour over a grey `base`; weak values let the face through.

    The opacity of a pixel is proportional to the strength of its value, so that a map that is
    near zero everywhere looks like the plain face and not like a wash of colour.
    """
    red, green, blue = np.moveaxis(np.asarray(base, np.float32), 2, 0)
    grey = ((red + green + blue) / 3)[..., None]
    reach = max(abs(scale.low), abs(scale.high)) if scale.signed else scale.high - scale.low
    strength = (
        np.abs(values if scale.signed else values - scale.low) / reach
        if reach > 0
        else np.zeros_like(values)
    )
    alpha = (opacity * np.sqrt(np.clip(strength, 0, 1))).astype(np.float32)[..., None]
    return np.rint(grey + (scale.apply(values) - grey) * alpha).astype(np.uint8)
