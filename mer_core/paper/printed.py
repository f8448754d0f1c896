"""Numbers with the digits they are printed with, and test-set sizes that make them possible.

A pooled accuracy is 100 k / N for a whole number k of right answers among N samples. Printed
with two decimals it betrays N: only a few per cent of all two-decimal numbers are such a
fraction, rounded or cut off. Means over subjects fit no N.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache


class Printed(float):
    """A float that remembers its print: `Printed("4.0")` is 4.0 and has one decimal.

    Arithmetic gives plain floats; `decimal` is exact, which is what subtracting one table cell
    from another needs.
    """

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> Printed:
        """Read a decimal numeral; anything else raises `ValueError`."""
        value = super().__new__(cls, text)
        value.text = text.strip()
        return value

    def __reduce__(self) -> tuple[type[Printed], tuple[str]]:
        return Printed, (self.text,)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Printed({self.text!r})"

    @property
    def decimal(self) -> Decimal:
        """The exact value."""
        return Decimal(self.text)

    @property
    def decimals(self) -> int:
        """Digits after the point."""
        return len(self.text.partition(".")[2])

    def is_rounding_of(self, value: Decimal) -> bool:
        """Whether `value` gives this print when rounded (half up)."""
        return value.quantize(self._step, ROUND_HALF_UP) == self.decimal

    def is_truncation_of(self, value: Decimal) -> bool:
        """Whether `value` gives this print when its further digits are cut off."""
        return value.quantize(self._step, ROUND_DOWN) == self.decimal

    @property
    def _step(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimals)


def printed_or_none(cell: str) -> Printed | None:
    """Read a table cell; "N/A" and "-" are the paper's words for a missing value."""
    return None if cell.strip() in {"N/A", "-"} else Printed(cell)


SIZES = range(100, 400)
"""Test-set sizes worth trying: the four datasets have between 159 and 357 samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeFit:
    """How many of some printed accuracies a test set of `size` samples can produce."""

    size: int
    hits: tuple[Printed, ...]
    misses: tuple[Printed, ...]

    def __str__(self) -> str:
        return f"{len(self.hits)} of {len(self.hits) + len(self.misses)} fit N = {self.size}"


def right_answers(accuracy: Printed, size: int) -> int | None:
    """The k for which 100 k / size prints as `accuracy`, rounded (half up) or cut; else None."""
    return _right_answers(
        round(accuracy.decimal.scaleb(accuracy.decimals)), accuracy.decimals, size
    )


@cache
def _right_answers(digits: int, decimals: int, size: int) -> int | None:
    whole = 100 * 10**decimals
    nearest = digits * size // whole
    for right in (nearest, nearest + 1):
        cut = whole * right // size
        rounded = (2 * whole * right + size) // (2 * size)
        if right <= size and digits in (cut, rounded):
            return right
    return None


def fit_size(accuracies: Iterable[Printed], size: int) -> SizeFit:
    """Sorts accuracies into those that `size` samples can produce and those that they cannot."""
    hits: list[Printed] = []
    misses: list[Printed] = []
    for accuracy in accuracies:
        (misses if right_answers(accuracy, size) is None else hits).append(accuracy)
    return SizeFit(size=size, hits=tuple(hits), misses=tuple(misses))


def best_sizes(accuracies: Sequence[Printed], sizes: Iterable[int] = SIZES) -> tuple[SizeFit, ...]:
    """The fits with the most hits, smallest size first.

    A size and its double tie by nature: k / N is also 2k / 2N.
    """
    fits = [fit_size(accuracies, size) for size in sizes]
    most = max(len(fit.hits) for fit in fits)
    return tuple(fit for fit in fits if len(fit.hits) == most)


def chance_of_fit(size: int) -> float:
    """Share of the numbers 0.00 to 99.99 that `size` samples can produce."""
    fitting = sum(_right_answers(digits, 2, size) is not None for digits in range(10_000))
    return fitting / 10_000
