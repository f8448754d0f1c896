"""Bars: a network's answer with how far it moves, and scores of maps beside control maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from mer_core.plots.theme import DOTTED, FAINT, PALETTE, Line, add_lines, figure, fit_labels


def probability_bars(
    probabilities: Mapping[str, float],
    spans: Mapping[str, tuple[float, float]],
    *,
    synthetic: bool = False,
) -> go.Figure:
    """One bar per class; the whisker is the range under harmless changes of the clip."""
    names = sorted(probabilities, key=probabilities.__getitem__, reverse=True)
    values = [probabilities[name] for name in names]
    drawn = figure(height=120 + 38 * len(names), synthetic=synthetic)
    add_lines(drawn, [Line(at=1 / len(names), upright=True, style=DOTTED)])
    drawn.add_bar(
        x=values,
        y=names,
        orientation="h",
        width=0.55,
        marker={"color": [PALETTE[0]] + [FAINT] * (len(names) - 1)},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [spans[name][1] - probabilities[name] for name in names],
            "arrayminus": [probabilities[name] - spans[name][0] for name in names],
            "thickness": 2,
            "width": 6,
            "color": PALETTE[1],
        },
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    drawn.update_layout(
        xaxis={"title": "probability", "range": [0, 1], "tickformat": ".0%"},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False},
        showlegend=False,
    )
    fit_labels(drawn, longest=max(map(len, names)))
    return drawn


def score_bars(
    scores: Mapping[str, float],
    baselines: Mapping[str, float],
    *,
    title: str,
    chance: float = 1.0,
    synthetic: bool = False,
) -> go.Figure:
    """One bar per map, coloured by how many of the maps that no network made it beats.

    Args:
        scores: Name of the map -> score.
        baselines: Name of the control map, drawn as a dotted line -> score.
        title: Title of the axis.
        chance: Where chance lies on that axis.
        synthetic: Whether the clip was generated.
    """
    drawn = figure(height=164 + 30 * len(scores) + 19 * len(baselines), synthetic=synthetic)
    # A number at the end of a bar would lie under the dotted lines, so it stands with the name.
    names = [f"{name}  {value:.2f}" for name, value in scores.items()]
    colours = [
        _verdict_colour(value, list(baselines.values()) or [chance]) for value in scores.values()
    ]
    drawn.add_bar(
        x=list(scores.values()),
        y=names,
        orientation="h",
        marker={"color": colours},
        width=0.62,
        customdata=list(scores),
        hovertemplate="%{customdata}: %{x:.3f}<extra></extra>",
        showlegend=False,
    )
    colours = (PALETTE[i % len(PALETTE)] for i in range(1, len(baselines) + 1))
    rivals = [
        Line(
            at=value,
            upright=True,
            style={"color": colour, "dash": "dot", "width": 2},
            entry=f"{name} {value:.2f}",
        )
        for colour, (name, value) in zip(colours, baselines.items(), strict=True)
    ]
    add_lines(drawn, rivals)
    drawn.update_layout(
        xaxis={"title": title, "range": [0, 1.12 * max([*scores.values(), *baselines.values()])]},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False},
        showlegend=True,
        legend={"yref": "container", "y": 0, "yanchor": "bottom"},
        margin={"b": 60 + 19 * len(baselines)},  # one below the other on a telephone
    )
    fit_labels(drawn, longest=max(map(len, names), default=0))
    return drawn


def _verdict_colour(value: float, controls: Sequence[float]) -> str:
    """Green above all controls, orange above some, grey above none."""
    if value > max(controls):
        return PALETTE[2]
    return PALETTE[5] if value > min(controls) else FAINT
