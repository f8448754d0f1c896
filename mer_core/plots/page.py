"""Figures in a web page that opens without a network: plotly once, however many figures."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs


def plotly_script() -> str:
    """The whole of plotly.js as a script element; a page needs it once, before any figure."""
    return f"<script>{get_plotlyjs()}</script>"


def figure_block(drawn: go.Figure, name: str) -> str:
    """An interactive figure as HTML; `name` is unique on the page and makes it repeatable."""
    return drawn.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=name,
        config={"displaylogo": False, "responsive": True},
    )
