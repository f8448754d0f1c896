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
# # What is the network, and what does it cost?
#
# Fig. 2 is drawn from the network itself: one pass is traced, shapes come out of it, parameters are
# counted on the modules. Table 3 sets what the paper prints of each network's cost beside what is
# counted here. No clip takes part.

# %% tags=["parameters"]
rounds = 0  # timing rounds of Table 3; 0 leaves speed out

# %%
import pandas as pd
from IPython.display import Image

from mer_core.paper.architecture import VARIANTS, count_parameters
from mer_core.reproduction.architecture import make_figure2
from mer_core.reproduction.job import Job
from mer_core.reproduction.table3 import ledger_table, table3_made

# %% [markdown]
# ## Fig. 2

# %%
figure = make_figure2(Job())
Image(figure.content(".png"), alt="AffectiveNet as boxes and arrows, with shapes and parameters")

# %% [markdown]
# Most parameters sit in one place: the fully connected layer on the flattened Fm2.

# %%
stages = pd.DataFrame([{f: getattr(s, f) for f in s.__dataclass_fields__} for s in figure.values])
stages.sort_values("parameters", ascending=False).head(6)[["name", "title", "shape", "parameters"]]

# %% [markdown]
# ## Table 3
#
# Counts agree with the paper's digits by rounding or by truncation, or do not. Indented rows are
# other readings of the same row. The paper does not say what its seconds measure.

# %%
table = table3_made(rounds=rounds)
ledger_table(table.values)

# %%
chosen = [row for row in table.values if row.chosen]
results = {
    "parameters": int(stages.parameters.sum()),
    "by_arithmetic": count_parameters(VARIANTS["AffectiveNet-1"]["Eqs. 6 to 16"]),
    "in_first_dense": int(stages.set_index("name").parameters["head.fv1.linear"]),
    "branches": int((stages.after.map(len) == 4).sum()),
    "disagree": [row.network for row in chosen if row.agreement == "none"],
    "rows": len(chosen),
    "ledger": {row.network: row.parameters for row in chosen},
}
results
