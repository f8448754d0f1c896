"""Colour scales: declared, shared across panels, perceptually uniform and colour-blind safe.

Unsigned values use viridis; signed ones use cmocean's "balance", always symmetric about zero, so
that white means nothing and equal strengths look equally strong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import plotly.colors

UNSIGNED = "viridis"
SIGNED = "balance"
_NEUTRAL = (246, 246, 246)
_ENDS = {UNSIGNED: ("dark violet", "yellow"), SIGNED: ("blue", "red")}

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourScale:
    """A mapping from numbers to colours that several panels can share."""

    low: float
    high: float
    name: str = UNSIGNED

    @property
    def signed(self) -> bool:
        """Whether zero is the scale's neutral middle."""
        return self.name == SIGNED

    def apply(self, values: npt.NDArray[np.floating | np.integer]) -> Rgb:
        """Colours of `values`, with a trailing axis of three; out-of-range values saturate."""
        span = self.high - self.low
        unit = np.zeros(np.shape(values)) if span <= 0 else (values - self.low) / span
        if span <= 0 and self.signed:
            unit = unit + 0.5
        index = np.clip(np.nan_to_num(unit) * 255 + 0.5, 0, 255).astype(np.uint8)
        return lookup(self.name).take(index, axis=0)

    def describe(self) -> str:
        """The scale in words, for captions."""
        return f"{self.name}, {_spoken(self.low)} to {_spoken(self.high)}"

    @property
    def words(self) -> str:
        """The scale for whoever does not know it by name: which colour stands for which number."""
        ends = _ENDS[self.name]
        if self.signed:
            return f"{ends[0]} {_spoken(self.low)}, white 0, {ends[1]} {_spoken(self.high)}"
        return f"{ends[0]} {_spoken(self.low)} to {ends[1]} {_spoken(self.high)}"


def shared_scale(
    panels: Iterable[npt.NDArray[np.floating | np.integer]], *, signed: bool
) -> ColourScale:
    """One scale that fits all `panels`."""
    arrays = [np.asarray(panel) for panel in panels]
    low = min((float(array.min()) for array in arrays if array.size), default=0.0)
    high = max((float(array.max()) for array in arrays if array.size), default=1.0)
    if signed:
        reach = max(abs(low), abs(high))
        return ColourScale(low=-reach, high=reach, name=SIGNED)
    return ColourScale(low=low, high=high)


def typical_scale(panels: Iterable[npt.NDArray[np.floating | np.integer]]) -> ColourScale:
    """A signed scale on which half of the panels use all colours; what lies beyond saturates.

    The first frame's weight is many times any other's: on a scale that fits it, all others pale.
    """
    ends = [float(np.abs(panel).max()) for panel in panels]
    reach = float(np.median(ends)) or max(ends, default=0.0)
    return ColourScale(low=-reach, high=reach, name=SIGNED)


def _spoken(value: float) -> str:
    """Three digits as a person writes them: 0.0123, 4.15, 10,600."""
    if abs(value) < 999.5:
        return f"{value:.3g}"
    return f"{float(f'{value:.3g}'):,.0f}"


@cache
def lookup(name: str) -> Rgb:
    """A 256 x 3 table of the named scale."""
    stops = np.array(_stops(name), dtype=np.float64)
    position = np.linspace(0, len(stops) - 1, 256)
    columns = [np.interp(position, np.arange(len(stops)), stops[:, c]) for c in range(3)]
    return np.stack(columns, axis=1).round().astype(np.uint8)


def _stops(name: str) -> list[tuple[int, ...]]:
    if name != SIGNED:
        return [_channels(swatch) for swatch in getattr(plotly.colors.sequential, name.title())]
    swatches = [_channels(swatch) for swatch in plotly.colors.cmocean.balance]
    # Plotly's table has an even number of stops and so no middle; zero needs one.
    half = len(swatches) // 2
    return [*swatches[:half], _NEUTRAL, *swatches[half:]]


def plotly_scale(name: str) -> list[list[float | str]]:
    """The same table in the form plotly wants, so that page and PNG agree."""
    table = lookup(name)[::15]
    return [
        [i / (len(table) - 1), f"rgb({red},{green},{blue})"]
        for i, (red, green, blue) in enumerate(table.tolist())
    ]


def _channels(swatch: str) -> tuple[int, ...]:
    if swatch.startswith("#"):
        return tuple(plotly.colors.hex_to_rgb(swatch))
    return tuple(int(float(part)) for part in plotly.colors.unlabel_rgb(swatch))
