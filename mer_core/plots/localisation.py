"""Bars of how well maps find a region, with the maps that no network made as lines across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from mer_core.plots.lines import Line, add_lines
from mer_core.plots.theme import FAINT, INK, PALETTE, figure

Figure = go.Figure

_DASHES = ("dash", "dot", "dashdot", "longdash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: a mean with the ends of its interval, NaN where there is none.

    Attributes:
        group: Where it stands on the horizontal axis.
        series: Its colour.
        value: Its height.
        low: Lower end of the interval.
        high: Upper end.
        clips: How many clips are behind it.
    """

    group: str
    series: str
    value: float
    low: float
    high: float
    clips: int


def localisation_bars(
    bars: Sequence[Bar],
    *,
    baselines: Mapping[str, float],
    metric: str,
    title: str = "",
    synthetic: bool = False,
) -> go.Figure:
    """Bars in groups, one colour per series, baselines as labelled lines; 1 is chance.

    Args:
        bars: In the order in which they appear.
        baselines: Title -> mean, drawn across all groups.
        metric: What the scores are.
        title: Of the figure.
        synthetic: Whether any clip was generated.
    """
    drawn = figure(height=420, title=title, synthetic=synthetic)
    series = dict.fromkeys(bar.series for bar in bars)
    for i, name in enumerate(series):
        chosen = [bar for bar in bars if bar.series == name]
        drawn.add_bar(
            x=[bar.group for bar in chosen],
            y=[bar.value for bar in chosen],
            name=name,
            marker={"color": PALETTE[i % len(PALETTE)]},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [bar.high - bar.value for bar in chosen],
                "arrayminus": [bar.value - bar.low for bar in chosen],
                "color": INK,
                "thickness": 1.2,
                "width": 3,
            },
            customdata=[[bar.low, bar.high, bar.clips] for bar in chosen],
            hovertemplate=(
                f"{name}, %{{x}}<br>%{{y:.2f}} (%{{customdata[0]:.2f}} to "
                "%{customdata[1]:.2f}), %{customdata[2]} clips<extra></extra>"
            ),
        )
    lines = [Line(at=1, style={"color": FAINT, "width": 1})]
    for i, (name, level) in enumerate(_spaced(baselines)):
        dash = _DASHES[i % len(_DASHES)]
        lines.append(Line(at=level[0], style={"color": INK, "width": 1.4, "dash": dash}))
        drawn.add_annotation(
            text=f"{name} {level[0]:.2f}",
            xref="paper",
            x=1.01,
            y=level[1],
            xanchor="left",
            yanchor="middle",
            showarrow=False,
            font={"size": 11, "color": INK},
        )
    add_lines(drawn, lines)
    drawn.update_layout(
        barmode="group",
        yaxis_title=f"{metric} / chance",
        yaxis_rangemode="tozero",
        margin={"r": 150, "t": 64},
        showlegend=len(series) > 1,
    )
    return drawn


def _spaced(baselines: Mapping[str, float]) -> list[tuple[str, tuple[float, float]]]:
    """Each line's level, and a height for its name at which names do not cover each other."""
    ordered = sorted(baselines.items(), key=lambda item: item[1])
    step = 0.055 * max([1.0, *baselines.values()])
    placed: list[tuple[str, tuple[float, float]]] = []
    for name, level in ordered:
        height = max(level, placed[-1][1][1] + step) if placed else level
        placed.append((name, (level, height)))
    return placed


def localisation_page(drawn: Sequence[go.Figure]) -> bytes:
    """Figures as one HTML file that opens without a network."""
    parts = [
        one.to_html(full_html=False, include_plotlyjs=i == 0, div_id=f"localisation-{i}")
        for i, one in enumerate(drawn)
    ]
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Localisation</title><body>'
    return (head + "".join(parts) + "</body></html>").encode()
