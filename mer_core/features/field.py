"""Where a unit of a feature map looks: its receptive field on the input."""

from __future__ import annotations

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

    A cell at stride s is centred on pixel `cell * s`, or up to s - 1 pixels further right and down
    where a network pads by TensorFlow's rule. The box has room for both: at strides above 1 it may
    be a little large, but never too small.

    Args:
        layer: From the catalogue.
        row: Of the unit, counted from 0.
        column: Likewise.
        size: Height and width of the input.
    """
    if layer.receptive_field is None:
        raise SettingsError(f"the receptive field of {layer.title} is not known")
    cells = [-(-side // layer.stride) for side in size]
    if not (0 <= row < cells[0] and 0 <= column < cells[1]):
        raise SettingsError(
            f"{layer.title} has {cells[0]} x {cells[1]} units, none at {row}, {column}"
        )
    reach = layer.receptive_field // 2
    middle = (row * layer.stride, column * layer.stride)
    return Field(
        top=max(0, middle[0] - reach),
        left=max(0, middle[1] - reach),
        bottom=min(size[0], middle[0] + reach + layer.stride),
        right=min(size[1], middle[1] + reach + layer.stride),
    )
