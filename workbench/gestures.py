"""What a reader pointed at: pure functions from a chart's selection to numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mer_core.faces import FaceBox


def brushed_range(event: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """The stretch of the horizontal axis under a brush, or None where nothing is brushed."""
    box = _first_box(event)
    if box is None or not box.get("x"):
        return None
    return float(min(box["x"])), float(max(box["x"]))


def drawn_box(event: Mapping[str, Any] | None, shape: tuple[int, int]) -> FaceBox | None:
    """The box drawn on an image of height and width `shape`, within it; None where there is none.

    A drag that covers no pixel counts as none.
    """
    box = _first_box(event)
    if box is None or not box.get("x") or not box.get("y"):
        return None
    left, right = (round(value) for value in (min(box["x"]), max(box["x"])))
    top, bottom = (round(value) for value in (min(box["y"]), max(box["y"])))
    inside = FaceBox(left, top, right - left, bottom - top).within(shape)
    return inside if inside.width > 0 and inside.height > 0 else None


def _first_box(event: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    boxes = _selection(event).get("box") or []
    return boxes[0] if boxes else None


def _selection(event: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return (event or {}).get("selection") or {}
