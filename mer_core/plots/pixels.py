"""Arrays as the pixels that a page lays over each other: no lettering, no enlargement.

A page shows a picture as layers: a face, a veil of values in colour, outlines of regions, a box.
Each layer keeps its own resolution, and the browser brings them together.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.plots.colour import ColourScale, Rgb

Values = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]
Polygon = tuple[tuple[float, float], ...]

OPACITY = 0.75
_FINE = 4  # an outline is drawn at so many times the resolution of its mask
_EXACT = 4096  # cells up to which values are sent with 16 bits, and with 8 beyond


def grey(image: Rgb) -> Rgb:
    """Return `image` without its colours, so that colours laid over it can be read."""
    mean = image.astype(np.float32).mean(axis=2, keepdims=True)
    return np.repeat(mean.round().astype(np.uint8), 3, axis=2)


def veil(values: Values, scale: ColourScale, *, opacity: float = OPACITY) -> npt.NDArray[np.uint8]:
    """Return `values` in colour with transparency, H x W x 4.

    The opacity of a pixel is proportional to the square root of the strength of its value, so that
    a map that is near zero everywhere looks like the plain face and not like a wash of colour.
    """
    reach = max(abs(scale.low), abs(scale.high)) if scale.signed else scale.high - scale.low
    strength = np.abs(values if scale.signed else values - scale.low) / (reach or 1.0)
    alpha = 255 * opacity * np.sqrt(np.clip(strength, 0, 1)) * (reach > 0)
    return np.dstack([scale.apply(values), alpha.round().astype(np.uint8)])


def rgba_png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Return H x W x 4 pixels as a PNG file."""
    done, buffer = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA))
    if not done:
        raise ValueError(f"an array of shape {pixels.shape} cannot be encoded as PNG")
    return buffer.tobytes()


def polygons(mask: Mask) -> tuple[Polygon, ...]:
    """Return the smooth outlines of `mask`, in its own pixels from its upper left corner."""
    height, width = mask.shape
    size = (width * _FINE, height * _FINE)
    fine = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    found, _ = cv2.findContours(
        (fine > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1
    )
    return tuple(
        tuple((float(x) / _FINE, float(y) / _FINE) for x, y in contour[:, 0]) for contour in found
    )


@dataclass(frozen=True, eq=False)
class CodedValues:
    """Values as a picture from which a browser reads them again.

    Attributes:
        pixels: H x W x 3; red holds the upper and green the lower 8 bits, blue nothing.
        low: The value of 0.
        high: The value of 65535.
    """

    pixels: Rgb
    low: float
    high: float


def coded(values: Values) -> CodedValues:
    """Return `values` as a picture, to 16 bits where they are few, and to 8 bits where many."""
    low, high = float(values.min()), float(values.max())
    unit = (values - low) / (high - low) if high > low else np.zeros(values.shape)
    steps = 65535 if values.size <= _EXACT else 255
    number = (unit * steps).round().astype(np.uint16) * np.uint16(65535 // steps)
    pixels = np.dstack([number >> 8, number & 255, np.zeros_like(number)]).astype(np.uint8)
    return CodedValues(pixels, low, high)
