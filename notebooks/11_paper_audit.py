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
# A claim is *ok* where the paper's own numbers give what it prints, *rounding* where they do but
# for the last digit, *partly* where they bear out one part of a sentence and not the other, and
# *unverifiable* where the paper has no numbers to check it against. **Look for** the mismatches
# among what the paper *states*. What its numbers only *imply* about each other is counted apart.

# %%
nb.table(audit.counts)


# %%
def listing(basis="stated", verdict="mismatch"):
    return audit.claims(basis, verdict)


nb.explore(listing, basis=["stated", "implied"], verdict=nb.VERDICTS)

# %% [markdown]
# **Seen.** Two gains in the text are not the differences of the printed cells; one of them is the
# number of another experiment. Two totals are not the sums of their classes, and AffectiveNet-1
# is not the best of its column on CASME II and SAMM.
#
# ## Which test sets make the accuracies possible
#
# **Look for** one $N$ per dataset that fits the cross-dataset figures, and for one that fits the
# person-independent ones.

# %%
nb.table(audit.sizes)

# %% [markdown]
# **Seen.** All cross-dataset figures on SAMM fit its stated size, and most of those on the other
# datasets a size close to the stated one. No size fits the person-independent figures: they are
# not pooled over clips. A mean over people would fit.
#
# ## Parameters by Eqs. 6 to 16

# %%
nb.table(audit.parameters)

# %% [markdown]
# ## What was reproduced
#
# Each claim with two verdicts: that of the paper's own numbers, and that of our tables. In ours a
# claim *holds*, or the *opposite* does, where the 95 % interval of the difference excludes zero.
# **Look for** *undecided*, where it does not.

# %%
claims = nb.Results().claims()
nb.explore(lambda verdict="undecided": claims[claims.ours == verdict], verdict=nb.DATA_VERDICTS)

# %%
nb.table(claims.groupby(["paper", "ours"]).size().unstack(fill_value=0).rename_axis(columns=None))

# %% [markdown]
# **Seen.** Of the claims that our tables can judge, nearly all are undecided: with few people the
# interval of almost every difference includes zero. It takes more people to decide them, and not
# more runs.
#
# ## How ambiguous passages are read
#
# Passages that can be read in several ways, by topic, with the reading that is taken here.

# %%
audit.readings

# %%
nb.question("summary")

# %%
nb.answer("summary")

# %% [markdown]
# ## Conclusion
#
# Most numbers of the paper agree with each other. Those that disagree change no ranking of the
# networks that the paper ran itself. But two are gains in the text that its tables contradict,
# and nobody can tell which network the row ResNet stands for. A reader with a pencil finds all of
# it in an afternoon, without running anything.
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
