"""Whatever a notebook shows, as HTML: pictures, tables, words, and several of them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import cv2
import numpy as np
import pandas as pd

from mer_core.plots.raster import webp_bytes
from mer_core.plots.static import StaticFigure


@dataclass(frozen=True)
class Card:
    """A part of a page."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def as_html(value: Any, *, alt: str = "") -> str:
    """Return `value` as part of a page.

    Args:
        value: A printed figure, a table or frame, text, a mapping of names to such, or a sequence.
        alt: Description of a picture, for those who cannot see it.

    Returns:
        HTML that needs no other file.

    Example:
        >>> as_html("3 < 4")
        '<p>3 &lt; 4</p>'
    """
    match value:
        case None:
            return ""
        case str():
            return f"<p>{escape(value)}</p>"
        case StaticFigure():
            return image_html(value.png, alt=alt)
        case pd.Series():
            return _table(value.to_frame())
        case pd.DataFrame():
            return _table(value)
        case Mapping():
            return as_html([part for pair in value.items() for part in pair], alt=alt)
        case list() | tuple():
            return "".join(as_html(part, alt=alt) for part in value)
    if hasattr(value, "_repr_html_"):
        return str(value._repr_html_())
    return f"<p>{escape(str(value))}</p>"


def table(frame: pd.DataFrame) -> Card:
    """Return a frame in full, with one line of headings."""
    return Card(_table(frame))


def _table(frame: pd.DataFrame) -> str:
    if frame.columns.name is None:
        frame = frame.rename_axis(index=None, columns=frame.index.name)
    thousands = dict.fromkeys(frame.select_dtypes("integer"), "{:,}".format)
    return frame.to_html(border=0, justify="left", formatters=thousands)


def image_html(png: bytes, *, alt: str) -> str:
    """Return a PNG picture as an image of the page, as WebP, which is several times smaller."""
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError("not a picture")
    webp = webp_bytes(np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8))
    code = base64.b64encode(webp).decode()
    return f'<img alt="{escape(alt)}" style="max-width:100%" src="data:image/webp;base64,{code}">'
