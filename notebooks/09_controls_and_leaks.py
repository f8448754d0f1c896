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
# # Does it measure expression at all?
#
# A score above chance can come from many things besides expression. Each control changes one
# thing and says beforehand what must then happen: labels shuffled within training subjects and
# clips without motion must fall to chance; frames in reversed time show how much the order
# counts; and choosing the best epoch on the test subject shows what that common mistake is worth.
# The last table asks who is in the image: what a linear probe can tell, a network can tell as
# well.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
profile = "quick"  # quick, standard or paper
changes = {}  # training settings that differ from the profile
existing = False  # take finished studies only, train nothing

# %%
import pandas as pd
from IPython.display import Image

from mer_core.reproduction.control_table import control_cells, make_controls
from mer_core.reproduction.job import Job
from mer_core.reproduction.roots import read_roots

job = Job(
    roots=read_roots(data),
    profile=profile,
    changes=changes,
    existing=existing,
    workers=1,
    tell=lambda line: print(line, end="\n"),
)
made = make_controls(job)
table = made.values

# %% [markdown]
# ## AffectiveNet on CASME II, changed in one thing at a time
#
# `change` is the difference from the unchanged study, drawing the same subjects for both.

# %%
pd.DataFrame(
    [
        {
            "control": row.title,
            "UAR": row.uar.value,
            "from": row.uar.low,
            "to": row.uar.high,
            "chance": row.chance,
            "change": row.change.value if row.change else None,
            "accuracy": row.accuracy.value,
            "majority": row.majority_rate,
            "must happen": row.expectation,
        }
        for row in table.controls
    ]
).set_index("control").round(3)

# %%
Image(made.content(".png"), alt="Recall under each control, and identity under each weighting")

# %% [markdown]
# ## Who is in the image?
#
# The person can be told from every kind of accumulated image, more easily the more of the face it
# keeps. That is why the protocol holds out subjects and not clips.

# %%
pd.DataFrame(
    [
        {"weights": r.weighting, "accuracy": r.accuracy.value, "chance": r.chance}
        for r in table.identity
    ]
).set_index("weights").round(3)

# %%
results = {
    "synthetic": made.synthetic,
    "controls": [cell.control for cell in control_cells()],
    "measured": [row.name for row in table.controls],
    "uar": {row.name: row.uar.value for row in table.controls},
    "accuracy": {row.name: row.accuracy.value for row in table.controls},
    "chance": table.row("none").chance,
    "identity": {row.weighting: row.accuracy.value for row in table.identity},
    "identity_chance": table.identity[0].chance,
    "warnings": list(made.warnings),
}
results
