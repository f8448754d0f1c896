"""Which of the paper's numbers hold, and what are ours?"""

from __future__ import annotations

from workbench import address, widgets
from workbench.paper_views import draw_claims, draw_figures, draw_readings, draw_tables

VIEWS = {
    "Claims": draw_claims,
    "Tables": draw_tables,
    "Figures": draw_figures,
    "Readings": draw_readings,
}

address.begin_page("Paper", "Which of the paper's numbers hold, and what are ours beside them?")
view = widgets.switch("Show", list(VIEWS), key="show")
VIEWS[view]()
address.share()
