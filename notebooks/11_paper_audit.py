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
# **Question.** Before anybody repeats an experiment: what do the numbers in print say about each
# other, and which claims of the paper hold in our tables?
#
# Gains are recomputed from accuracies, totals from class counts, accuracies from confusion
# matrices, parameters from Eqs. 6 to 16. A pooled accuracy is a fraction, so it also says how
# many clips there were:
#
# $$\mathrm{accuracy} = \frac{100\,k}{N}, \qquad k \in \{0, \ldots, N\}$$

# %% tags=["parameters"]
data = ""  # a folder with the paper's numbers, changed; empty takes them as printed

# %%
from mer_core import notebook as nb

audit = nb.Audit(data)

# %% [markdown]
# ## Every claim, recomputed
#
# **Look for** the mismatches among what the paper *states*; what its numbers *imply* about each
# other it does not say.

# %%
audit.counts


# %%
def listing(basis="stated", verdict="mismatch"):
    return audit.claims(basis, verdict)


nb.explore(listing, basis=["stated", "implied"], verdict=nb.VERDICTS)

# %% [markdown]
# **Seen.** Two gains in the text are not the differences of the printed cells, one of them the
# number of another experiment. Two totals are not the sums of their classes, and AffectiveNet-1
# is not the best of its column on CASME II and SAMM.
#
# ## Which test sets make the accuracies possible
#
# **Look for** one $N$ per dataset that fits the cross-dataset figures, and for the
# person-independent ones, which no $N$ fits: those are no pooled accuracies.

# %%
audit.sizes

# %% [markdown]
# ## What Eqs. 6 to 16 count to

# %%
audit.parameters

# %% [markdown]
# ## What was reproduced
#
# Each claim with two verdicts: that of the paper's own numbers, and that of our tables. **Look
# for** *undecided*: on a few people, most differences are.

# %%
claims = nb.Results().claims()
nb.explore(lambda verdict="undecided": claims[claims.ours == verdict], verdict=nb.DATA_VERDICTS)

# %%
claims.groupby(["paper", "ours"]).size().unstack(fill_value=0)

# %% [markdown]
# ## How ambiguous passages are read

# %%
audit.readings

# %%
nb.question("summary")

# %%
nb.answer("summary")

# %% [markdown]
# ## Conclusion
#
# Most numbers of the paper agree with each other. Those that do not change no ranking, but two of
# them are gains in the text that its tables deny, and the network behind the row ResNet cannot be
# told. A reader with a pencil finds all of it in an afternoon; nobody had to run anything.
#
# ## Exercises
#
# 1. Change one accuracy in a copy of `mer_core/paper/data` and point `data` at it. How many
#    claims notice?
# 2. Write down the three numbers that you would ask the authors for, and what each would decide.

# %% jupyter={"source_hidden": true} tags=["values"]
results = {
    "claims": len(audit.findings),
    "counts": int(audit.counts.values.sum()),
    "mismatches": [f.id for f in audit.findings if f.verdict == "mismatch"],
    "best_sizes": audit.best_sizes,
    "parameters": audit.parameter_counts["AffectiveNet-1, Eqs. 6 to 16"],
    "verdicts": len(claims),
}
