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
# **Question.** The paper takes AffectiveNet apart in six ways and argues that small kernels,
# lateral connections and the MFL block each earn their place. Do its figures say so, and do ours?
#
# Each changes one thing of
#
# $$\mathrm{EncapFeat}(x) = \epsilon_{2}^{3,64}\left(f_1(x) + f_2(x)\right) \qquad (9)$$
#
# $$f_n(x) = \epsilon_{2}^{2n+1,32}(x), \quad n = 1, 2 \qquad (10)$$
#
# or of what follows it:
#
# - **KS-1**, **KS-2**: kernels 5 and 7, or 7 and 11, in place of 3 and 5 in EncapFeat
# - **LFC**: fully connected layers one behind the other, not side by side
# - **WoMFL**: no MFL block, which is Eqs. 12 to 16
# - **3×3**, **1×1**: one kernel size throughout
#
# Where a sentence allows two readings, both networks are in the catalogue, and the one whose cost
# fits Table 3 better is the one in the tables.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
train = False  # True runs every study that is missing: hours
profile, changes = "standard", {}
setups = ["CASME-I", "CASME-II"]  # columns of Table 1

# %%
from mer_core import notebook as nb
from mer_core import synthetic_recording

results_of = nb.Results(data, train=train, profile=profile, changes=changes)

# %% [markdown]
# ## Accuracy
#
# **Look for** a trend over kernel sizes: base (3, 5), KS-1 (5, 7), KS-2 (7, 11). Is it monotone
# in the paper's own columns?

# %%
table = results_of.scores(1, setups=setups, methods=nb.ABLATION_ROWS)
table

# %%
table.sheet

# %%
print(table.summary)

# %% [markdown]
# **Seen.** It is not: the paper's rings fall from the full network to KS-1 and rise again to
# KS-2, on both datasets.
#
# ## What each saves or costs
#
# **Look for** the ablation that halves the network, and what it does to the accuracy above.

# %%
costs = results_of.costs(nb.ABLATION_ROWS)
names = {"paper_parameters_m": "paper, millions", "multiply_adds": "multiply-adds"}
nb.table(costs[["parameters", *names]].rename(columns=names))

# %% [markdown]
# **Seen.** Two ablations halve the network, LFC and WoMFL. In the paper both lose accuracy;
# without the MFL block the loss is large on CASME and small on CASME II. 3×3 and 1×1 save next to
# no parameters, but a good part of the multiply-adds.
#
# ## What an ablation can see
#
# Kernel sizes decide how much of the face one unit sees, whatever it has learned. **Look for** a
# network whose narrowest field is nearly as wide as the widest of AffectiveNet.


# %%
def see(network="affectivenet", row=7, column=5, subject=4, emotion="happiness"):
    face = synthetic_recording(subject=subject, emotion=emotion, seed=1)
    return nb.fields(nb.untrained(network), face, "refine", row=row / 10, column=column / 10)


people = {"subject": nb.PEOPLE, "emotion": nb.EMOTIONS}
nb.explore(see, network=nb.ABLATIONS, row=range(11), column=range(11), **people)

# %% [markdown]
# **Seen.** It is KS-2: with kernels of 7 and 11 in EncapFeat even the first branch sees far, and
# none sees a small place alone. The picture shows the full network, whose first branch does.
#
# ## Fig. 7: first convolutions on disgust
#
# **Look for** the word *untrained*: a row whose trained weights are not at hand shows filters of
# random weights.

# %%
figure = results_of.get("fig7")
figure

# %% [markdown]
# **Seen.** Random filters light up over hair, brows and eyes as well. A picture like this can
# show what a network responds to; it cannot show that one ablation is better than another.
#
# ## Conclusion
#
# In the paper's own Table 1 KS-2, with the larger kernels, beats KS-1 on both datasets, so
# "smaller is better" does not follow from it. The sentence above the table says whether ours
# decide anything.
#
# ## Exercises
#
# 1. Which two rows differ in one thing only? Design the pair of networks that would test kernel
#    size and nothing else.
# 2. How many people would be needed before a difference of five points excludes zero? Take the
#    widths of the intervals above.

# %% jupyter={"source_hidden": true} tags=["values"]
ks1, ks2 = ([r.paper for r in table.rows if r.method == f"Af-Net-KS-{n}"] for n in (1, 2))
results = {
    "rows": [nb.plain(row) for row in table.measured],
    "parameters": costs.parameters.to_dict(),
    "paper_ks2_beats_ks1": all(b > a for a, b in zip(ks1, ks2, strict=True)),
    "networks": figure.document["networks"],
}
