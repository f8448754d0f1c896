"""Drawing on paper with lines, boxes and words, four times as fine as the picture that comes out.

The bytes are the same for the same calls on every machine; coordinates are in pixels of the result.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from mer_core.plots.colour import Rgb
from mer_core.plots.raster import INK, PAPER

_FINE = 4
_FONT = cv2.FONT_HERSHEY_DUPLEX
_LETTER = 22.0  # height in pixels of a capital at scale 1

Point = tuple[float, float]
Colour = tuple[int, int, int]


class Canvas:
    """A white page of `width` x `height` pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._pixels = np.full((height * _FINE, width * _FINE, 3), PAPER, np.uint8)

    @property
    def image(self) -> Rgb:
        """The page as drawn so far."""
        done = cv2.resize(self._pixels, self._size, interpolation=cv2.INTER_AREA)
        return np.asarray(done, np.uint8)

    def text(
        self,
        words: str,
        at: Point,
        *,
        size: float = 10,
        colour: Colour = INK,
        align: str = "left",
        width: float | None = None,
    ) -> None:
        """One line whose capitals are `size` pixels high, centred on `at` vertically.

        Args:
            words: ASCII.
            at: Left end, middle or right end, as `align` says ("left", "centre", "right").
            size: Height of a capital.
            colour: Ink.
            align: See `at`.
            width: Shrunk to fit, where given.
        """
        scale = size * _FINE / _LETTER
        thick = max(1, round(scale * 1.2))
        (wide, high), _ = cv2.getTextSize(words, _FONT, scale, thick)
        if width is not None and wide > width * _FINE:
            scale *= width * _FINE / wide
            (wide, high), _ = cv2.getTextSize(words, _FONT, scale, thick)
        shift = {"left": 0.0, "centre": wide / 2, "right": float(wide)}[align]
        corner = (round(at[0] * _FINE - shift), round(at[1] * _FINE + high / 2))
        cv2.putText(self._pixels, words, corner, _FONT, scale, colour, thick, cv2.LINE_AA)

    def box(
        self,
        corner: Point,
        size: Point,
        *,
        fill: Colour | None = None,
        edge: Colour | None = INK,
        thickness: float = 1,
    ) -> None:
        """A rectangle by its upper left corner."""
        first = _fine(corner)
        last = _fine((corner[0] + size[0], corner[1] + size[1]))
        if fill is not None:
            cv2.rectangle(self._pixels, first, last, fill, -1)
        if edge is not None:
            cv2.rectangle(self._pixels, first, last, edge, round(thickness * _FINE), cv2.LINE_AA)

    def line(
        self,
        points: Sequence[Point],
        *,
        colour: Colour = INK,
        thickness: float = 1,
        arrow: bool = False,
    ) -> None:
        """A line through `points`, with a head at its end if asked."""
        fine = [_fine(point) for point in points]
        width = max(1, round(thickness * _FINE))
        for start, end in zip(fine, fine[1:], strict=False):
            cv2.line(self._pixels, start, end, colour, width, cv2.LINE_AA)
        if arrow:
            tip = np.array(fine[-1], float)
            along = tip - np.array(fine[-2], float)
            along /= max(float(np.hypot(*along)), 1e-9)
            across = np.array([-along[1], along[0]])
            reach = 6 * _FINE
            base = tip - along * reach
            head = np.array([tip, base + across * reach * 0.4, base - across * reach * 0.4])
            cv2.fillPoly(self._pixels, [head.round().astype(np.int32)], colour, cv2.LINE_AA)

    def circle(
        self, centre: Point, radius: float, *, colour: Colour = INK, hollow: bool = False
    ) -> None:
        """A disc, or a ring."""
        width = round(1.6 * _FINE) if hollow else -1
        around = round(radius * _FINE)
        cv2.circle(self._pixels, _fine(centre), around, colour, width, cv2.LINE_AA)

    def paste(self, picture: Rgb, corner: tuple[int, int]) -> None:
        """A picture by its upper left corner, at its own size."""
        height, width = picture.shape[:2]
        large = cv2.resize(
            picture, (width * _FINE, height * _FINE), interpolation=cv2.INTER_NEAREST
        )
        x, y = corner[0] * _FINE, corner[1] * _FINE
        self._pixels[y : y + height * _FINE, x : x + width * _FINE] = large


def rgb(colour: str) -> Colour:
    """The channels of a colour written as #rrggbb."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def _fine(point: Point) -> tuple[int, int]:
    return round(point[0] * _FINE), round(point[1] * _FINE)
