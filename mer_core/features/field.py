"""Where a unit of a feature map looks: its receptive field on the input."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mer_core.errors import SettingsError
from mer_core.records import Layer


@dataclass(frozen=True, slots=True)
class Field:
    """A box in pixels of the input: rows top..bottom-1, columns left..right-1."""

    top: int
    left: int
    bottom: int
    right: int


def receptive_field(layer: Layer, row: int, column: int, *, size: tuple[int, int]) -> Field:
    """The part of the input that the unit at (row, column) of a map can see.

    Its sides are the layer's receptive field, centred on pixel `offset + cell * stride`, less what
    lies beyond the border of the input.

    Args:
        layer: A layer of the catalogue.
        row: Row of the unit, counted from 0.
        column: Column of the unit.
        size: Height and width of the input.
    """
    if layer.receptive_field is None:
        raise SettingsError(f"the receptive field of {layer.title} is not known")
    cells = [-(-side // layer.stride) for side in size]
    if not (0 <= row < cells[0] and 0 <= column < cells[1]):
        raise SettingsError(
            f"{layer.title} has {cells[0]} x {cells[1]} units, none at {row}, {column}"
        )
    top, bottom = _span(layer, layer.receptive_field, row, size[0])
    left, right = _span(layer, layer.receptive_field, column, size[1])
    return Field(top=top, left=left, bottom=bottom, right=right)


def _span(layer: Layer, side: int, cell: int, size: int) -> tuple[int, int]:
    middle, reach = layer.offset + cell * layer.stride, (side - 1) / 2
    return max(0, math.ceil(middle - reach)), min(size, math.floor(middle + reach) + 1)
