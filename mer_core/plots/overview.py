"""Who shows what: clips of each subject and emotion in a dataset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import plotly.graph_objects as go

from mer_core.plots.colour import UNSIGNED, plotly_scale
from mer_core.plots.theme import figure


def subject_overview(
    clips: Sequence[tuple[str, str]], *, title: str = "", synthetic: bool = False
) -> go.Figure:
    """A table of counts, subjects down and emotions across; empty cells stay empty.

    Args:
        clips: Subject and emotion of each clip.
        title: Of the dataset.
        synthetic: Whether the clips were generated.
    """
    counts = Counter(clips)
    subjects = sorted({subject for subject, _ in clips})
    emotions = [name for name, _ in Counter(emotion for _, emotion in clips).most_common()]
    cells = [[counts.get((who, what)) for what in emotions] for who in subjects]
    drawn = figure(height=110 + 24 * len(subjects), title=title, synthetic=synthetic)
    drawn.add_heatmap(
        x=emotions,
        y=subjects,
        z=cells,
        texttemplate="%{z}",
        colorscale=plotly_scale(UNSIGNED),
        colorbar={"title": "clips"},
        hovertemplate="%{y}, %{x}: %{z} clips<extra></extra>",
    )
    drawn.update_yaxes(autorange="reversed", type="category")
    return drawn
