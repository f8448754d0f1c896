"""Pictures a reader can point at: a box on a face, a unit of a feature map."""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from mer_core.plots.colour import ColourScale, Rgb, plotly_scale
from mer_core.plots.raster import png_bytes
from mer_core.plots.theme import figure

# More points than this make a click hard to aim and the page slow.
MOST_UNITS = 28


def pickable_image(image: Rgb, *, height: int = 360, synthetic: bool = False) -> go.Figure:
    """An image on which a box can be drawn; the box comes back in pixels."""
    drawn = figure(height=height, synthetic=synthetic)
    # As a PNG: the pixels as numbers would be several times as much to send.
    picture = base64.b64encode(png_bytes(image)).decode()
    drawn.add_trace(go.Image(source=f"data:image/png;base64,{picture}", hoverinfo="skip"))
    _as_picture(drawn)
    drawn.update_layout(dragmode="select")
    return drawn


def pickable_map(
    values: npt.NDArray[np.floating], scale: ColourScale, *, height: int = 360
) -> go.Figure:
    """A feature map whose units can be clicked.

    Heat maps report no clicks, so a grid of nearly invisible points lies on it; where the map has
    more than `MOST_UNITS` units a side, the points stand for every second, third, ... unit.
    """
    step = -(-max(values.shape) // MOST_UNITS)
    rows, columns = np.mgrid[0 : values.shape[0] : step, 0 : values.shape[1] : step]
    drawn = figure(height=height)
    drawn.add_heatmap(
        z=np.asarray(values, np.float32),
        zmin=scale.low,
        zmax=scale.high,
        colorscale=plotly_scale(scale.name),
        hoverinfo="skip",
    )
    drawn.add_scatter(
        x=columns.ravel(),
        y=rows.ravel(),
        mode="markers",
        marker={"size": 10, "opacity": 0.01, "color": "#ffffff"},
        hovertemplate="row %{y}, column %{x}<extra></extra>",
        showlegend=False,
    )
    _as_picture(drawn)
    drawn.update_layout(dragmode="pan")
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
