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
# # Two relatives: LEARNet and AKMNet
#
# LEARNet is the sister network of AffectiveNet: it takes the same kind of accumulated image and
# adds lateral connections that hand small responses on. AKMNet takes the clip itself and chooses
# its key frames: those whose features are at least as close to the clip's summary as the average
# frame.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
profile = "quick"  # quick, standard or paper
changes = {}  # training settings that differ from the profile
methods = ["LEARNet", "AKMNet"]  # rows to run
setups = ["CASME-II"]  # columns of Table 1
existing = False  # take finished studies only, train nothing

# %%
import pandas as pd
import torch
from IPython.display import display

from mer_core.inputs import AmiStore, model_input
from mer_core.models.catalog import model_entry
from mer_core.models.complexity import measure
from mer_core.plots.curves import share_curve
from mer_core.reproduction.accuracies import accuracy_rows, score_table
from mer_core.reproduction.cells import NETWORKS
from mer_core.reproduction.held_out import exhibit, held_out_network
from mer_core.reproduction.job import Job
from mer_core.reproduction.roots import read_roots

job = Job(
    roots=read_roots(data),
    profile=profile,
    changes=changes,
    methods=tuple(methods),
    existing=existing,
    workers=1,
    tell=lambda line: print(line, end="\n"),
)

# %% [markdown]
# ## What they are

# %%
networks = ["LEARNet", "AKMNet", "AffectiveNet-1"]
entries = {name: model_entry(NETWORKS[name]) for name in networks}
costs = {name: measure(entry, classes=4) for name, entry in entries.items()}
pd.DataFrame(
    [
        {
            "network": entry.title,
            "takes": f"{entry.input.kind}, {entry.input.channels} channels, {entry.input.size}",
            "parameters": f"{costs[name].parameters:,}",
            "multiply-adds, M": round(costs[name].multiply_adds / 1e6),
            "paper": entry.paper,
        }
        for name, entry in entries.items()
    ]
).set_index("network")

# %% [markdown]
# ## How they do, one subject left out at a time

# %%
rows = [row for row in accuracy_rows(1, job, setups=setups) if row.method in methods]
display(score_table(rows))

# %% [markdown]
# ## Which frames AKMNet keeps
#
# Drawn is how far each frame's similarity to the clip's summary lies above the mean of all:
# frames at or above the line are kept. Faces of one clip are so alike that the similarities
# differ in the fifth digit; the margins are computed from departures, in which those digits
# survive.

# %%
shown = exhibit(job, "casme2", "happiness")
model = held_out_network(job, "AKMNet", shown.sample)
clip = torch.from_numpy(model_input(shown.sample, model.entry.input, store=AmiStore()))[None]
with model.lock, torch.no_grad():
    (found,) = model.module.key_frames(clip)
numbers = list(range(len(found)))
share_curve(
    numbers,
    {"margin": list(found.margin)},
    synthetic=shown.sample.synthetic,
    title="similarity above the mean",
).show()
print(f"{model.weights.label}: keeps {len(found.kept)} of {len(found)} frames, {found.kept}")

# %%
results = {
    "parameters": {name: cost.parameters for name, cost in costs.items()},
    "rows": [
        {f: getattr(row, f) for f in ("method", "setup", "ours", "n", "data", "majority_rate")}
        for row in rows
        if row.ours is not None
    ],
    "papers_figures": [row.paper for row in rows if row.paper is not None],
    "frames": len(found),
    "kept": list(found.kept),
    "similarity": list(found.similarity),
    "threshold": found.threshold,
    "margin": list(found.margin),
}
results["rows"]
