"""Web pages that open without a network, and figures on them: plotly once, however many."""

from __future__ import annotations

from html import escape
from importlib.resources import files

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

STYLE_SHEET = "page.css"

# A chart that was drawn while it was folded away does not know how wide it is.
_UNFOLD = """
document.addEventListener("toggle", (event) => {
  for (const chart of event.target.querySelectorAll(".js-plotly-plot")) Plotly.Plots.resize(chart);
}, true);
"""


def style_sheet() -> str:
    """The house style of pages, on screen and on paper."""
    return files("mer_core.plots").joinpath(STYLE_SHEET).read_text(encoding="utf-8")


def html_page(title: str, body: str, *, interactive: bool = False) -> str:
    """One HTML file in the house style, which needs no other file.

    Args:
        title: Title of the window.
        body: As HTML.
        interactive: Whether `body` holds figures made by `figure_block`.
    """
    script = f"<script>{get_plotlyjs()}</script><script>{_UNFOLD}</script>" if interactive else ""
    return _document(title, body, f"<style>{style_sheet()}</style>{script}")


def linked_page(title: str, body: str) -> str:
    """One HTML file in the house style, which lies beside it as `STYLE_SHEET`."""
    return _document(title, body, f'<link rel="stylesheet" href="{STYLE_SHEET}">')


def page_body(page: str) -> str:
    """Return the part of a page below its heading."""
    return page.partition("</h1>")[2].partition("</body>")[0]


def _document(title: str, body: str, head: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title>{head}</head><body>{body}</body></html>\n"
    )


def figure_block(drawn: go.Figure, name: str) -> str:
    """An interactive figure as HTML; `name` is unique on the page and makes it repeatable."""
    return drawn.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=name,
        default_width="100%",
        config={"displaylogo": False, "responsive": True},
    )
