"""Colour scales: declared, shared across panels, perceptually uniform and colour-blind safe.

Unsigned values use viridis; signed ones use cmocean's "balance", always symmetric about zero, so
that white means nothing and equal strengths look equally strong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import plotly.colors

UNSIGNED = "viridis"
SIGNED = "balance"
_NEUTRAL = (246, 246, 246)

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourScale:
    """A mapping from numbers to colours that several panels can share.

    Attributes:
        low: What has the first colour.
        high: What has the last.
        name: Name of the colours.
        linear_width: Where given, positions are asinh(value / linear_width): linear for values
            smaller than that and logarithmic beyond, so that strong values leave room for weak.
        beyond: Share of the values that lie outside the ends on purpose and saturate, so that a
            few extreme ones do not take all the colours. Colour bars and captions show it.
    """

    low: float
    high: float
    name: str = UNSIGNED
    linear_width: float | None = None
    beyond: float = 0.0

    @property
    def signed(self) -> bool:
        """Whether zero is the scale's neutral middle."""
        return self.name == SIGNED

    def apply(self, values: npt.NDArray[np.floating | np.integer]) -> Rgb:
        """Colours of `values`, with a trailing axis of three; out-of-range values saturate."""
        index = np.clip(np.nan_to_num(self.position(values)) * 255 + 0.5, 0, 255).astype(np.uint8)
        return lookup(self.name).take(index, axis=0)

    def position(
        self, values: npt.NDArray[np.floating | np.integer] | Sequence[float]
    ) -> npt.NDArray[np.floating]:
        """Where `values` lie between the ends of the scale: 0 at `low`, 1 at `high`."""
        ends, shown = np.array([self.low, self.high]), np.asarray(values)
        if self.linear_width is not None:
            ends, shown = (
                np.arcsinh(ends / self.linear_width),
                np.arcsinh(shown / self.linear_width),
            )
        span = ends[1] - ends[0]
        if span <= 0:
            return np.full(shown.shape, 0.5 if self.signed else 0.0)
        return (shown - ends[0]) / span

    @property
    def ticks(self) -> dict[str, float]:
        """Numbers to write beside a colour bar -> their positions on it."""
        if self.high <= self.low:
            return {spoken(self.low): 0.5 if self.signed else 0.0}
        marks = [self.low, self.high]
        if self.signed:
            marks.insert(1, 0.0)
        if self.signed and self.linear_width is not None:
            tens = [10.0**k for k in range(-3, 7) if self.linear_width < 10.0**k < self.high / 3]
            marks += [sign * ten for ten in tens[-2:] for sign in (-1, 1)]
        return {
            self._mark(mark): float(at)
            for mark, at in zip(marks, self.position(np.array(marks)), strict=True)
        }

    def _mark(self, value: float) -> str:
        """A number beside a colour bar; an end that stands for more than itself says so."""
        if self.beyond and value == self.high:
            return f"\N{GREATER-THAN OR EQUAL TO} {spoken(value)}"
        if self.beyond and self.signed and value == self.low:
            return f"\N{LESS-THAN OR EQUAL TO} {spoken(value)}"
        return spoken(value)

    def describe(self) -> str:
        """The scale in words, for captions."""
        return f"{self.name}, {spoken(self.low)} to {spoken(self.high)}{self._saturation}"

    @property
    def _saturation(self) -> str:
        return f", {100 * self.beyond:.2g} % beyond" if self.beyond else ""


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


def asinh_scale(
    panels: Iterable[npt.NDArray[np.floating | np.integer]],
) -> ColourScale:
    """A signed scale that fits all `panels`, on which the weakest of them keeps half its colours.

    The first frame's weight is many times any other's: on a linear scale that fits it, all others
    fade to white, and on one that fits them it is one dark patch.
    """
    ends = [float(np.abs(panel).max(initial=0.0)) for panel in panels]
    reach = max(ends, default=0.0)
    weakest = min((end for end in ends if end > 0), default=1.0)
    return ColourScale(low=-reach, high=reach, name=SIGNED, linear_width=weakest / 5)


def spoken(value: float) -> str:
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
    # Without the two ends, which are so dark that a strong value reads as a shadow on the face.
    swatches = [_channels(swatch) for swatch in plotly.colors.cmocean.balance[1:-1]]
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
