"""What does each layer respond to?"""

from __future__ import annotations

import streamlit as st

from mer_core.features import RANKINGS
from workbench import address, panels, selection
from workbench.branches import draw_branches
from workbench.map_explorer import draw_explorer, draw_matched
from workbench.networks import chosen_networks, more_choices

address.begin_page(
    "Feature maps", "What does each layer respond to? From the network to a layer, a map, a unit."
)
row = panels.choice_row()
choice, recording = selection.open_clip(row)
more = more_choices(row)
models, weighting = chosen_networks(choice, selection.image_models(), where=row, more=more)
ranking = selection.ranking(region=recording.region is not None, where=row)

draw_explorer(choice, weighting, models, RANKINGS.get(ranking))

branched = [model for model in models if model.entry.branches()]
if branched:
    st.header("Kernel by kernel", anchor=False)
    draw_branches(choice, weighting, branched[0], recording.region, rank=ranking)

st.header("Networks at matched depth", anchor=False)
draw_matched(choice, weighting, models, RANKINGS.get(ranking))
panels.open_elsewhere({}, {"compare": "Compare two clips, networks or checkpoints at any layer"})
address.share()
