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
# # Does it carry over to another laboratory?
#
# Train on all of one dataset, test on all of another: the nine experiments of Table 2 and the
# confusion matrices of Fig. 5e to g. CAS(ME)^2 is only ever tested on; its anger and disgust count
# as negative and its happiness as positive, so two of the four classes never occur there and every
# answer that names one is an error.
#
# Accuracies are pooled here, as the paper's are: they are fractions of its sample counts. **All
# nine of the paper's AffectiveNet cells lie below the majority rate of their test set.**

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
profile = "quick"  # quick, standard or paper
changes = {}  # training settings that differ from the profile
methods = ["AffectiveNet-1", "ResNet-50", "MobileNet"]  # rows to run
existing = False  # take finished studies only, train nothing

# %%
from IPython.display import Image

from mer_core.paper.published import PUBLISHED
from mer_core.paper.tables import SETUPS
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
crossings = [name for name, setup in SETUPS.items() if not setup.person_independent]

# %% [markdown]
# ## Table 2

# %%
rows = [row for row in accuracy_rows(2, job, setups=crossings) if row.network]
score_table(rows)

# %%
for setup in crossings:
    drawn = dots([row for row in rows if row.setup == setup])
    synthetic = any(row.data == "synthetic" for row in rows if row.setup == setup)
    dot_figure(drawn, title=drawn[0].group, synthetic=synthetic).show()

# %% [markdown]
# ## Fig. 5e to g

# %%
figure = make_figure5(job, "efg")
Image(figure.content(".png"), alt="Confusion matrices across datasets, the paper's beside ours")

# %%
published = {name: float(PUBLISHED.accuracy("AffectiveNet-1", name).decimal) for name in crossings}
results = {
    "rows": [
        {f: getattr(row, f) for f in ("method", "setup", "ours", "accuracy_pooled", "n", "data")}
        | {f: getattr(row, f) for f in ("difference", "paper", "majority_rate", "measure")}
        for row in rows
        if row.ours is not None
    ],
    "paper_below_majority": sum(published[n] < PUBLISHED.majority_rate(n) for n in crossings),
    "matrices": [panel.as_dict() for panel in figure.values],
    "clips": {
        setup: len(job.table(name))
        for setup, name in (("CII2CI", "casme"), ("CII2C2", "casme-squared"), ("CII2S", "samm"))
        if job.roots.has(name)
    },
}
results["rows"][:3]
