"""A table of printed figures beside our own, in colour by whether they agree."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from mer_core.plots.theme import figure

_AGREES, _DIFFERS = "rgba(0,158,115,0.16)", "rgba(213,94,0,0.22)"
_HEAD = "rgba(128,128,128,0.18)"
_ROW = 26


def ledger_table(
    header: Sequence[str],
    cells: Sequence[Sequence[str]],
    *,
    good: Sequence[bool],
    title: str = "",
) -> go.Figure:
    """A plotly table; `good` says for each row whether the two sides agree.

    Agreement is written in the cells too: the colour only helps to find it.
    """
    columns = [list(column) for column in zip(*cells, strict=True)]
    widths = [
        min(max(map(len, [name, *column])) + 3, 34)
        for name, column in zip(header, columns, strict=True)
    ]
    drawn = figure(height=120 + _ROW * len(cells) * 2, title=title)
    shades = [_AGREES if agrees else _DIFFERS for agrees in good]
    drawn.add_table(
        columnwidth=widths,
        header={
            "values": [f"<b>{name}</b>" for name in header],
            "align": "left",
            "fill": {"color": _HEAD},
            "font": {"size": 12},
        },
        cells={
            "values": columns,
            "align": ["right" if _numeric(column) else "left" for column in columns],
            "fill": {"color": [shades] * len(columns)},
            "font": {"size": 12},
            "height": _ROW,
        },
    )
    drawn.update_layout(margin={"l": 8, "r": 8, "t": 48 if title else 8, "b": 8})
    return drawn


def ledger_page(
    header: Sequence[str],
    cells: Sequence[Sequence[str]],
    *,
    good: Sequence[bool],
    title: str,
) -> bytes:
    """The table as one HTML file that opens without a network."""
    drawn = ledger_table(header, cells, good=good, title=title)
    return drawn.to_html(full_html=True, include_plotlyjs=True, div_id="ledger").encode()


def _numeric(column: Sequence[str]) -> bool:
    return all(cell.replace(",", "").replace(".", "", 1).isdigit() for cell in column)
