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
# # What does each dataset hold?
#
# The paper trains and tests on CASME, CASME II, CAS(ME)^2 and SAMM. Here each is opened as its
# release has it: which clips were kept, which were left out and why, how many there are per class
# under the grouping recovered from the paper's own counts, and what one clip of each looks like.
#
# `data` is `twin` for the synthetic demo twins, or a TOML file with a table `[roots]` that says
# where the licensed datasets lie. Twins are small: their counts are their own.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots

# %%
import pandas as pd
from IPython.display import Image, display

from mer_core.datasets.catalog import DATASETS
from mer_core.plots.overview import subject_overview
from mer_core.reproduction.cells import CATALOG_NAMES
from mer_core.reproduction.class_counts import make_counts
from mer_core.reproduction.job import Job
from mer_core.reproduction.roots import read_roots

job = Job(roots=read_roots(data))
made = make_counts(job)
tables = [job.table(name) for name in DATASETS.names() if job.roots.has(name)]
made.warnings

# %% [markdown]
# ## Rows of the sheet, clips kept, and why the others are not

# %%
pd.DataFrame(
    [
        {
            "dataset": DATASETS.get(table.name).title,
            "data": "synthetic" if table.synthetic else "real",
            "sheet": table.sheet_version,
            "rows": table.sheet_rows,
            "clips": len(table),
            "excluded": len(table.excluded),
            "corrected": len(table.corrected),
            "subjects": len(table.subjects),
            "warnings": "; ".join(table.warnings),
        }
        for table in tables
    ]
).set_index("dataset")

# %% [markdown]
# ## Clips per class, and what the paper says

# %%
counts = pd.DataFrame([{f: getattr(r, f) for f in r.__slots__} for r in made.values])
counts.set_index(["dataset", "name"])

# %% [markdown]
# ## Who shows what
#
# Leaving one subject out is only as good as the spread of emotions over subjects.

# %%
overviews = {
    t.name: subject_overview(
        [(s.subject, s.label) for s in t],
        title=DATASETS.get(t.name).title,
        synthetic=t.synthetic,
    )
    for t in tables
}
for drawn in overviews.values():
    drawn.show()

# %% [markdown]
# ## One clip of each
#
# Onset, apex and offset hardly differ to the eye. The accumulated image keeps the face under the
# weights `full`, and keeps only what moved under `rank-pooling`.

# %%
if tables:
    display(
        Image(made.content(".png"), alt="Key frames and affective-motion images, one clip each")
    )

# %% [markdown]
# ## How long clips are

# %%
lengths = pd.DataFrame(
    [
        {"dataset": t.name, "frames": len(s.expression_frames()), "fps": s.fps}
        for t in tables
        for s in t
    ]
)
lengths.groupby("dataset").agg(["min", "median", "max"])

# %%
results = {
    "synthetic": made.synthetic,
    "rows": {t.name: t.sheet_rows for t in tables},
    "kept": {t.name: len(t) for t in tables},
    "excluded": {t.name: sum(e.row is not None for e in t.excluded) for t in tables},
    "classes": {
        name: int(counts[counts.dataset == paper].ours.fillna(0).sum())
        for paper, name in CATALOG_NAMES.items()
    },
    "paper": {paper: int(counts[counts.dataset == paper].paper.sum()) for paper in CATALOG_NAMES},
    "overview": {
        name: sum(int(cell or 0) for row in drawn.data[0].z for cell in row)
        for name, drawn in overviews.items()
    },
    "missing": [r.dataset for r in made.values if r.data == "data missing"],
    "shortest": int(lengths.frames.min()),
}
results
