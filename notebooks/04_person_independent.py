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
# # How well are unseen people read?
#
# Leave one subject out: every person is tested by a network that has never seen them. Table 1 and
# the first columns of Table 2 in the paper, and the confusion matrices of Fig. 5a to d.
#
# The paper's figures here are no fractions of its sample counts; they fit **means over subjects**,
# so that is what ours are. Beside each stands the majority rate: what a constant answer would get.
#
# Studies that are finished are used, all others are trained now, fold by fold; an interrupted run
# goes on where it was. On twins the difference from the paper means nothing.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
profile = "quick"  # quick, standard or paper
changes = {}  # training settings that differ from the profile
methods = ["AffectiveNet-1", "ResNet-50", "MobileNet"]  # rows to run
existing = False  # take finished studies only, train nothing

# %%
from IPython.display import Image

from mer_core.plots.dots import dot_figure
from mer_core.reproduction.accuracies import accuracy_rows, dots, score_table
from mer_core.reproduction.confusions import make_figure5
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
# ## Table 1, and the person-independent columns of Table 2

# %%
rows = [*accuracy_rows(1, job), *accuracy_rows(2, job, setups=("CASME^2", "SAMM"))]
score_table(rows)

# %%
for setup in dict.fromkeys(row.setup for row in rows):
    drawn = dots([row for row in rows if row.setup == setup])
    synthetic = any(row.data == "synthetic" for row in rows if row.setup == setup)
    dot_figure(drawn, title=drawn[0].group, synthetic=synthetic).show()

# %% [markdown]
# ## Fig. 5a to d
#
# Large figures are shares of the true class. Small ones are clips, and for the paper, which prints
# no counts, shares of all clips.

# %%
figure = make_figure5(job, "abcd")
Image(figure.content(".png"), alt="Confusion matrices of AffectiveNet, the paper's beside ours")

# %%
measured = [row for row in rows if row.ours is not None]
results = {
    "rows": [
        {
            f: getattr(row, f)
            for f in ("method", "setup", "paper", "ours", "difference", "n", "data")
        }
        | {f: getattr(row, f) for f in ("accuracy_pooled", "majority_rate", "low", "high")}
        | {"subjects": row.subjects}
        for row in measured
    ],
    "not_run": [row.method for row in rows if row.data == "not run"],
    "quoted_with_ours": [
        row.method for row in rows if row.data == "quoted" and row.ours is not None
    ],
    "matrices": [panel.as_dict() for panel in figure.values],
    "clips": {row.setup: row.n for row in measured},
}
results["rows"][:3]
