"""A number with the digits it is printed with."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal


class Printed(float):
    """A float that remembers its print: `Printed("4.0")` is 4.0 and has one decimal.

    Arithmetic gives plain floats; `decimal` is exact, which is what subtracting one table cell
    from another needs.
    """

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> Printed:
        """Reads a decimal numeral; anything else raises `ValueError`."""
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
    """Reads a table cell; "N/A" and "-" are the paper's words for a missing value."""
    return None if cell.strip() in {"N/A", "-"} else Printed(cell)
