"""A picture on which a reader can draw a box."""

from __future__ import annotations

import base64

import plotly.graph_objects as go

from mer_core.plots.colour import Rgb
from mer_core.plots.raster import png_bytes
from mer_core.plots.theme import figure


def pickable_image(image: Rgb, *, height: int = 360, synthetic: bool = False) -> go.Figure:
    """An image on which a box can be drawn; the box comes back in pixels."""
    drawn = figure(height=height, synthetic=synthetic)
    # As a PNG: the pixels as numbers would be several times as much to send.
    picture = base64.b64encode(png_bytes(image)).decode()
    drawn.add_trace(go.Image(source=f"data:image/png;base64,{picture}", hoverinfo="skip"))
    _as_picture(drawn)
    drawn.update_layout(dragmode="select")
    return drawn


def _as_picture(drawn: go.Figure) -> None:
    plain = {
        "showgrid": False,
        "showticklabels": False,
        "ticks": "",
        "zeroline": False,
        "automargin": False,
    }
    drawn.update_xaxes(**plain, constrain="domain")
    drawn.update_yaxes(**plain, autorange="reversed", scaleanchor="x", constrain="domain")
    drawn.update_layout(margin={"l": 4, "r": 4, "t": 36, "b": 4})
