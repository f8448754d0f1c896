# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What do the layers answer?
#
# Figs. 3, 4 and 6: the maps of every convolution of MICRoFeat, what changes between anger and
# happiness of one person, and three networks at matched depth. Networks are those that held the
# person out; where no study is finished the weights are random, and the figure says so. An
# untrained network answers to faces, too: a clean map of a face is no sign of learning.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
profile = "quick"  # whose finished studies are looked into first
changes = {}  # training settings that differ from the profile
method = "AffectiveNet-1"  # trained now on CASME II if it is not yet; "" trains nothing
own_scales = False  # each map on its own scale, in place of one scale per row

# %%
from IPython.display import Image, display

from mer_core.plots.static.tiles import TileScale
from mer_core.reproduction.cells import cells_of, solve
from mer_core.reproduction.feature_figures import make_figure3, make_figure4, make_figure6
from mer_core.reproduction.held_out import exhibit, held_out_network
from mer_core.reproduction.job import Job
from mer_core.reproduction.roots import read_roots

scales = TileScale.OWN if own_scales else TileScale.ROW
job = Job(
    roots=read_roots(data),
    profile=profile,
    changes=changes,
    workers=1,
    tell=lambda line: print(line, end="\n"),
)
if method:
    (cell,) = cells_of(method, ("CASME-II",))
    print(solve(cell, job).status)

# %% [markdown]
# ## Fig. 3: MICRoFeat, branch by branch

# %%
figure3 = make_figure3(job, scales)
Image(figure3.content(".png"), alt="Maps of all sixteen convolutions of MICRoFeat")

# %% [markdown]
# ## Fig. 4: anger and happiness

# %%
figure4 = make_figure4(job, scales)
Image(figure4.content(".png"), alt="First convolutions on two clips of one person, and differences")

# %% [markdown]
# ## Fig. 6: three networks at the same resolution

# %%
figure6 = make_figure6(job, scales)
for line in figure6.warnings:
    print(line)
display(Image(figure6.content(".png"), alt="Most active maps of three networks for four clips"))

# %%
shown = exhibit(job, "casme2", "happiness")
model = held_out_network(job, "AffectiveNet-1", shown.sample)
results = {
    "synthetic": figure3.synthetic,
    "trained": model.weights.trained,
    "weights_as_in_figure": model.weights.digest in figure3.settings["weights"],
    "layers": {name: len(set(best)) for name, best in figure3.values.items()},
    "correlations": {name: v["rank_correlation"] for name, v in figure4.values.items()},
    "people_in_figure4": len({clip.split("/")[1] for clip in figure4.settings["clips"]}),
    "figure6": sorted(figure6.values),
}
results
