"""One look for every figure, in the app, in notebooks and in files; and lines across a figure.

`add_hline` and `add_vline` of plotly go through the whole layout again for every line: drawing
five key frames took longer than everything else on a page. Here all lines are one change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import numpy as np
import plotly.graph_objects as go

# Okabe and Ito's palette, legible with any form of colour blindness; yellow is left out because
# it disappears on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#5F5F5F")
INK = "#2b2d33"
FAINT = "#8a8f99"
SYNTHETIC_NOTE = "synthetic data"
_SHORT = 5000  # values; a list of more takes several times the bytes of the packed array


@cache
def template() -> go.layout.Template:
    """The plotly template of the workbench: quiet axes, readable type, no background."""
    axis = {
        "showgrid": True,
        "gridcolor": "rgba(128,128,128,0.18)",
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": "rgba(128,128,128,0.5)",
        "linecolor": "rgba(128,128,128,0.5)",
        "title": {"standoff": 8},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "colorway": PALETTE,
            "font": {"family": "Inter, Source Sans Pro, Helvetica, Arial, sans-serif", "size": 13},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 56, "r": 16, "t": 40, "b": 44},
            "xaxis": axis,
            "yaxis": axis,
            "legend": {"orientation": "h", "y": 1.02, "x": 0, "yanchor": "bottom"},
            "hoverlabel": {"namelength": -1},
        }
    )


def figure(*, height: int, title: str = "", synthetic: bool = False) -> go.Figure:
    """An empty figure in the house template; a synthetic one says so in its corner."""
    empty = go.Figure(layout={"template": template(), "height": height})
    if title:
        # At the left, where the mark of synthetic data does not stand.
        empty.update_layout(title={"text": title, "font": {"size": 15}, "x": 0.01})
    if synthetic:
        mark_synthetic(empty)
    return empty


def fit_labels(drawn: go.Figure, *, longest: int, titled: bool = False) -> None:
    """Make room for tick labels of the left axis of up to `longest` characters.

    Plotly would measure them, and draws the whole chart a third time when it has.
    """
    room = 16 + round(7.5 * longest) + (24 if titled else 0)
    drawn.update_layout(margin={"l": room})
    drawn.update_xaxes(automargin=False)
    drawn.update_yaxes(automargin=False)


def mark_synthetic(target: go.Figure) -> None:
    """Write "synthetic data" into the figure's upper right corner."""
    target.add_annotation(
        text=SYNTHETIC_NOTE,
        xref="paper",
        yref="paper",
        x=1,
        y=1,
        yshift=16,  # clear of the names of key frames
        xanchor="right",
        yanchor="bottom",
        showarrow=False,
        font={"size": 11, "color": FAINT},
    )


def recognisable(drawn: go.Figure, revision: str) -> go.Figure:
    """The same figure, so written that plotly, given it again, sees that it has drawn it.

    Told apart by its `revision` only. Plotly compares neither templates nor packed arrays, and
    draws all of a chart anew that has any: so what the template says is written into the layout,
    and arrays are lists, but for long ones.
    """
    own = drawn.layout.to_plotly_json()
    said = own.pop("template")["layout"]
    layout = go.Layout(said)
    for axes, kind in ((drawn.select_xaxes(), "xaxis"), (drawn.select_yaxes(), "yaxis")):
        for axis in cast("Iterable[Any]", axes):
            # A colour in the layout itself, unlike one in a template, would draw the line.
            layout[axis.plotly_name] = {**said[kind], "showline": False}
    layout.update(own, datarevision=revision)
    traces = cast("Iterable[Any]", drawn.select_traces())
    same = go.Figure([_unpacked(trace.to_plotly_json()) for trace in traces], layout)
    same.layout.template = None  # or else it is plotly's own
    return same


def _unpacked(value: Any) -> Any:
    """A trace or what is in it, with lists for its short arrays."""
    if isinstance(value, dict):
        return {name: _unpacked(part) for name, part in value.items()}
    if isinstance(value, np.ndarray) and value.size <= _SHORT:
        return value.tolist()
    return value


PALE = "#d4d8df"
Figure = go.Figure


def on_dark(drawn: go.Figure) -> go.Figure:
    """The same figure with type that can be read on a dark page; changes it in place."""
    drawn.update_layout(font_color=PALE, title_font_color=PALE, legend_font_color=PALE)
    return drawn


DOTTED: Mapping[str, Any] = {"color": FAINT, "width": 1, "dash": "dot"}
"""The style of a line that a value is compared with."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line from edge to edge.

    Attributes:
        at: Where it crosses the other axis.
        upright: Whether it stands, at an x, or lies, at a y.
        style: Colour, width and dash of the stroke, as plotly names them.
        text: Written at its end: above a standing line, inside at the right of a lying one.
        entry: Its name in the legend, where it has one.
    """

    at: float
    upright: bool = False
    style: Mapping[str, Any]
    text: str = ""
    entry: str = ""


def add_lines(drawn: go.Figure, lines: Sequence[Line]) -> None:
    """Draw `lines` on `drawn`."""
    if not lines:
        return
    layout: Any = drawn.layout
    layout.shapes = (*layout.shapes, *(_shape(line) for line in lines))
    layout.annotations = (*layout.annotations, *(_note(line) for line in lines if line.text))


def _shape(line: Line) -> go.layout.Shape:
    along, across = ("y", "x") if line.upright else ("x", "y")
    ends = {
        f"{across}ref": across,
        f"{across}0": line.at,
        f"{across}1": line.at,
        f"{along}ref": f"{along} domain",
        f"{along}0": 0,
        f"{along}1": 1,
    }
    legend = {"name": line.entry, "showlegend": True} if line.entry else {}
    return go.layout.Shape(type="line", line=dict(line.style), **ends, **legend)


def _note(line: Line) -> go.layout.Annotation:
    place = (
        {"x": line.at, "xref": "x", "xanchor": "center", "y": 1, "yref": "y domain"}
        if line.upright
        else {"y": line.at, "yref": "y", "x": 1, "xref": "x domain", "xanchor": "right"}
    )
    return go.layout.Annotation(
        text=line.text,
        showarrow=False,
        yanchor="bottom",
        font={"size": 11, "color": FAINT},
        **place,
    )
