"""Pictures made of arrays: the same bytes for the same numbers, without a browser.

Everything takes and returns RGB uint8 arrays, H x W x 3; only `_encoded` knows OpenCV's order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mer_core.plots.colour import ColourScale, Rgb

PAPER = (255, 255, 255)
INK = (43, 45, 51)
FAINT = (138, 143, 153)
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a sheet lies on, and what is written on it."""

    paper: Colour
    ink: Colour


LIGHT = Ground(PAPER, INK)
DARK = Ground((20, 22, 26), (214, 217, 223))
_FONT = cv2.FONT_HERSHEY_DUPLEX
_SUPERSAMPLE = 4


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


def outline(
    image: Rgb,
    mask: npt.NDArray[np.bool_],
    *,
    colour: tuple[int, int, int] = (213, 94, 0),
    thickness: int = 1,
) -> Rgb:
    """`image` with the border of `mask` drawn on it."""
    drawn = image.copy()
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, contours, -1, colour, thickness, cv2.LINE_AA)
    return drawn


def frame_box(image: Rgb, top: int, left: int, bottom: int, right: int, *, zoom: int = 4) -> Rgb:
    """`image` enlarged, with everything outside the box dimmed and its border drawn."""
    height, width = image.shape[:2]
    dimmed = (image * 0.45).astype(np.uint8)
    dimmed[top:bottom, left:right] = image[top:bottom, left:right]
    large = enlarge(dimmed, (height * zoom, width * zoom))
    corners = (left * zoom, top * zoom), (right * zoom - 1, bottom * zoom - 1)
    cv2.rectangle(large, *corners, (230, 159, 0), 2)
    return large


def text_strip(
    text: str, width: int, *, height: int = 18, colour: Colour | None = None, ground: Ground = LIGHT
) -> Rgb:
    """One centred line of text on its ground, shrunk until it fits."""
    scale = 0.5 * height / 18 * _SUPERSAMPLE
    canvas = np.full((height * _SUPERSAMPLE, width * _SUPERSAMPLE, 3), ground.paper, np.uint8)
    (wide, high), _ = cv2.getTextSize(text, _FONT, scale, _SUPERSAMPLE)
    if wide > 0.92 * canvas.shape[1]:
        scale *= 0.92 * canvas.shape[1] / wide
        (wide, high), _ = cv2.getTextSize(text, _FONT, scale, _SUPERSAMPLE)
    corner = ((canvas.shape[1] - wide) // 2, (canvas.shape[0] + high) // 2)
    cv2.putText(canvas, text, corner, _FONT, scale, colour or ground.ink, _SUPERSAMPLE, cv2.LINE_AA)
    return np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def tile_sheet(
    tiles: Sequence[Rgb],
    *,
    columns: int,
    captions: Sequence[str] = (),
    gap: int = 6,
    title: str = "",
    ground: Ground = LIGHT,
) -> Rgb:
    """`tiles` of one size in rows of `columns`, each over its caption."""
    if not tiles:
        raise ValueError("a sheet needs at least one tile")
    cells = list(tiles)
    if captions:
        cells = [
            np.vstack([tile, text_strip(caption, tile.shape[1], ground=ground)])
            for tile, caption in zip(tiles, captions, strict=True)
        ]
    height, width = cells[0].shape[:2]
    rows = -(-len(cells) // columns)
    columns = min(columns, len(cells))
    sheet = np.full(
        (rows * (height + gap) + gap, columns * (width + gap) + gap, 3), ground.paper, np.uint8
    )
    for i, cell in enumerate(cells):
        top = gap + (i // columns) * (height + gap)
        left = gap + (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = cell
    if title:
        sheet = np.vstack([text_strip(title, sheet.shape[1], height=26, ground=ground), sheet])
    return sheet
