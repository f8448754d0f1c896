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
# # Do the paper's own numbers agree with each other?
#
# The numeric claims of the AffectiveNet paper are recomputed here from its own tables: gains from
# accuracies, totals from class counts, accuracies from confusion matrices, parameter counts from
# Eqs. 6 to 16. What its numbers cannot tell, such as a frame rate or the learning rate, is listed
# as unverifiable. No data and no network are needed.
#
# Point `data` at a copy of `mer_core/paper/data` to see what a changed number would do.

# %% tags=["parameters"]
data = ""  # a folder with the paper's numbers; empty takes the numbers as printed
figures = ""  # folder to write the findings to; `mer reproduce claims_audit` writes to figures/

# %%
from pathlib import Path

import pandas as pd
from IPython.display import display

from mer_core.paper.architecture import VARIANTS, count_parameters
from mer_core.paper.audit import audit, tally
from mer_core.paper.checks.pooling import own_accuracies
from mer_core.paper.findings import Basis, Verdict
from mer_core.paper.published import load_published
from mer_core.paper.readings import READINGS
from mer_core.paper.sizes import best_sizes, fit_size
from mer_core.reproduction import Manifest
from mer_core.reproduction.claims_table import claims_made
from mer_core.reproduction.everything import MAKERS, save

published = load_published(Path(data) if data else None)
findings = audit(published)
counts = tally(findings)
pd.DataFrame(counts).T.rename_axis("claims")

# %%
if figures:
    save(MAKERS.get("claims_audit"), claims_made(published), Manifest(Path(figures)))

# %% [markdown]
# ## What the paper says, and its tables deny
#
# Stated claims first: sentences and captions. A gain is the difference of two printed cells, which
# is exact.


# %%
def listing(basis, *verdicts):
    columns = ["id", "printed", "computed", "verdict", "place", "note"]
    rows = [f for f in findings if f.basis is basis and f.verdict in verdicts]
    return pd.DataFrame([[str(getattr(f, c)) for c in columns] for f in rows], columns=columns)


with pd.option_context("display.max_colwidth", None, "display.max_rows", None):
    display(listing(Basis.STATED, Verdict.MISMATCH, Verdict.PARTLY, Verdict.ROUNDING))

# %% [markdown]
# ## What its numbers imply about each other
#
# The paper does not say these things; they follow if its numbers belong together. `majority` rows
# compare an accuracy with the rate of always answering the largest class.

# %%
with pd.option_context("display.max_colwidth", None, "display.max_rows", None):
    display(listing(Basis.IMPLIED, Verdict.MISMATCH, Verdict.PARTLY, Verdict.ROUNDING))

# %% [markdown]
# ## Which test-set sizes make the accuracies possible
#
# A pooled accuracy is 100 k / N. Cross-dataset accuracies fit one N per dataset far beyond chance;
# person-independent ones fit none, so they are no pooled accuracies in the sense of Eq. 21.

# %%
sizes = pd.DataFrame(
    [
        {
            "test set": dataset.name,
            "accuracies": "cross-dataset" if cross else "person-independent",
            "stated": str(fit_size(cells, dataset.total)),
            "best": str(best_sizes(cells)[0]),
        }
        for dataset in published.datasets
        for cross in (True, False)
        for cells in [own_accuracies(published, dataset.name, cross=cross)]
    ]
)
sizes

# %% [markdown]
# ## What Eqs. 6 to 16 count to

# %%
parameters = {
    f"{row}, {reading}": count_parameters(variant)
    for row, readings in VARIANTS.items()
    for reading, variant in readings.items()
}
pd.DataFrame(
    [
        (key, f"{count:,}", str(published.cost(key.split(",")[0]).parameters_m))
        for key, count in parameters.items()
    ],
    columns=["reading", "parameters", "Table 3, millions"],
)

# %% [markdown]
# ## How ambiguous passages are read

# %%
with pd.option_context("display.max_colwidth", None, "display.max_rows", None):
    display(
        pd.DataFrame(
            [(r.topic, r.passage, r.question, r.default, r.switch) for r in READINGS],
            columns=["topic", "passage", "question", "read as", "switch"],
        )
    )

# %%
results = {
    "claims": len(findings),
    "counts": {str(b): {str(v): n for v, n in each.items()} for b, each in counts.items()},
    "mismatches": [f.id for f in findings if f.verdict is Verdict.MISMATCH],
    "best_sizes": {
        dataset.name: best_sizes(own_accuracies(published, dataset.name, cross=True))[0].size
        for dataset in published.datasets
    },
    "parameters": parameters["AffectiveNet-1, Eqs. 6 to 16"],
    "readings": len(READINGS),
    "file": sorted(path.name for path in Path(figures).glob("claims*")) if figures else [],
}
results
