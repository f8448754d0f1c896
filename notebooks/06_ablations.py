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
# # Which part of the network matters?
#
# Six ablations of AffectiveNet, the `Af-Net` rows of Table 1: larger kernels in EncapFeat (KS-1,
# KS-2), dense layers chained rather than lateral (LFC), no MFL block (WoMFL), and one kernel size
# throughout (3x3, 1x1). The paper argues from them that small kernels are better; its own KS-2,
# with the larger kernels, beats KS-1 on both datasets.
#
# Where a sentence of the paper allows two readings of an ablation, both are in the catalogue, and
# the one whose cost fits Table 3 better counts.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
profile = "quick"  # quick, standard or paper
changes = {}  # training settings that differ from the profile
methods = [
    "Af-Net-KS-1",
    "Af-Net-KS-2",
    "Af-Net-LFC",
    "Af-Net-WoMFL",
    "Af-Net-3x3",
    "Af-Net-1x1",
    "AffectiveNet-1",
]
setups = ["CASME-II"]  # columns of Table 1
existing = False  # take finished studies only, train nothing

# %%
import pandas as pd
from IPython.display import Image, display

from mer_core.plots.dots import dot_figure
from mer_core.reproduction.accuracies import accuracy_rows, dots, score_table
from mer_core.reproduction.feature_figures import make_figure7
from mer_core.reproduction.job import Job
from mer_core.reproduction.roots import read_roots
from mer_core.reproduction.table3 import ledger

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
# ## Accuracy

# %%
rows = [r for r in accuracy_rows(1, job, setups=setups) if r.method.startswith(("Af-", "Aff"))]
rows = [row for row in rows if row.network]
display(score_table(rows))
for setup in setups:
    drawn = dots([row for row in rows if row.setup == setup])
    dot_figure(
        drawn, title=drawn[0].group, synthetic=any(r.data == "synthetic" for r in rows)
    ).show()

# %% [markdown]
# ## What each saves or costs

# %%
costs = {row.network: row for row in ledger() if row.chosen}
pd.DataFrame(
    [
        {
            "ablation": name,
            "parameters": costs[name].parameters,
            "paper, millions": str(costs[name].printed_parameters),
            "agrees as": costs[name].agreement,
            "multiply-adds, M": round(costs[name].multiply_adds / 1e6),
        }
        for name in dict.fromkeys(row.method for row in rows)
    ]
).set_index("ablation")

# %% [markdown]
# ## Fig. 7: what the first convolutions answer to disgust

# %%
figure = make_figure7(job)
for line in figure.warnings:
    print(line)
Image(figure.content(".png"), alt="First convolutions of three ablations and of AffectiveNet")

# %%
results = {
    "rows": [
        {
            f: getattr(row, f)
            for f in ("method", "setup", "paper", "ours", "difference", "n", "data")
        }
        for row in rows
        if row.ours is not None
    ],
    "parameters": {name: costs[name].parameters for name in costs if name.startswith("Af")},
    "paper_ks2_beats_ks1": all(
        next(r.paper for r in rows if r.method == "Af-Net-KS-2" and r.setup == s)
        > next(r.paper for r in rows if r.method == "Af-Net-KS-1" and r.setup == s)
        for s in setups
    ),
    "networks": figure.settings["networks"],
    "maps": figure.values,
}
results["rows"]
