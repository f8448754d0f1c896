"""What a reader points at: frames, a box on the face, a unit of a map; by gesture or in numbers.

A gesture sets the numbers beside the picture, which are also the keyboard's way and the link's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mer_core.faces import FaceBox
from workbench import widgets

_BRUSHED = "brush seen last"
_BOXED = "box seen last"


def frame_range(numbers: Sequence[int], *, brushed: tuple[float, float] | None) -> tuple[int, int]:
    """Draw the range of frames; a brush on the curve moves it."""
    if brushed is not None:
        inside = [n for n in numbers if brushed[0] <= n <= brushed[1]]
        if inside and st.session_state.get(_BRUSHED) != brushed:
            st.session_state["frames"] = (inside[0], inside[-1])
        st.session_state[_BRUSHED] = brushed
    return widgets.span("Frames", numbers, key="frames")


def face_box(shape: tuple[int, int], *, drawn: FaceBox | None, where: Any = st) -> FaceBox:
    """Draw the four sides of a box as numbers; a box drawn on the picture sets them."""
    height, width = shape
    if drawn is not None and drawn != st.session_state.get(_BOXED):
        _set_box(drawn)
    st.session_state[_BOXED] = drawn
    place = where.columns(4)
    top = widgets.number("Top", 0, height - 1, key="top", default=0, where=place[0])
    left = widgets.number("Left", 0, width - 1, key="left", default=0, where=place[1])
    bottom = widgets.number("Bottom", 1, height, key="bottom", default=height, where=place[2])
    right = widgets.number("Right", 1, width, key="right", default=width, where=place[3])
    where.button(
        "Whole frame",
        icon=":material/fullscreen:",
        on_click=_set_box,
        args=(FaceBox(0, 0, width, height),),
    )
    return FaceBox(left, top, max(1, right - left), max(1, bottom - top))


def unit(shape: tuple[int, ...], *, default: tuple[int, int]) -> tuple[int, int]:
    """Draw row and column of a unit; a press on the map sets them."""
    rows, columns = shape
    place = st.columns(2)
    row = widgets.number("Row", 0, rows - 1, key="row", default=default[0], where=place[0])
    column = widgets.number(
        "Column", 0, columns - 1, key="column", default=default[1], where=place[1]
    )
    return row, column


def _set_box(box: FaceBox) -> None:
    st.session_state.update(
        top=box.y, left=box.x, bottom=box.y + box.height, right=box.x + box.width
    )


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
