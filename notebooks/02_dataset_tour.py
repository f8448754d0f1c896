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
# **Question.** The paper trains and tests on CASME, CASME II, CAS(ME)² and SAMM. Which clips are
# in them, which are left out and why, and do the counts of the paper come out?
#
# What a constant answer would score is the yardstick of every accuracy. With $n_c$ clips of class
# $c$:
#
# $$\mathrm{majority\ rate} = 100\ \frac{\max_c\ n_c}{\sum_c n_c}$$
#
# `data` is `twin` for generated faces in the datasets' own layouts (written on first use, which
# takes a minute), or a TOML file that says where the licensed datasets lie. Twins are small on
# purpose: their counts are their own.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots

# %%
from mer_core import notebook as nb

results_of = nb.Results(data, small=True)

# %% [markdown]
# ## Rows of the annotation sheet, and clips kept
#
# **Look for** datasets in which fewer clips are kept than the sheet has rows, and for what a
# frame rate means for an expression of a fifth of a second.

# %%
tables = results_of.datasets()
nb.table(nb.dataset_frame(tables))

# %% [markdown]
# Every row that is left out has a reason:

# %%
nb.exclusions(tables)

# %% [markdown]
# **Seen.** The twins are drawn without faults, so that no row is left out. Of licensed data some
# rows are, and each is listed here with its reason. A fifth of a second is forty frames at 200
# frames per second, and six at 30: what one camera shows as a movement, the other shows as a
# jump.
#
# ## Clips per class, and what the paper says
#
# The grouping of labels into classes is the one that gives the paper's own counts. **Look for**
# the largest class: an answer that never changes would be right that often.

# %%
counts = results_of.make("datasets")
counts

# %% [markdown]
# **Seen.** In the paper's counts *others* is the largest class of CASME and CASME II, *happy*
# that of CAS(ME)², and *negative* that of SAMM. A constant answer would be right for about half
# of the clips.
#
# ## Who shows what
#
# Leaving one person out tests a network on somebody new. **Look for** people who show one emotion
# only: for them the test is of one class.

# %%
nb.people_chart(tables["casme2"])

# %% [markdown]
# **Seen.** In this twin everybody shows several emotions, and hardly anybody all of them: white
# cells are emotions that a person never shows. When that person is left out, the test says
# nothing about those.
#
# ## A clip
#
# **Look for** any change from the first frame to the last. The image below adds up the frames
# from onset to offset, which the annotation sheet names.


# %%
def clip(dataset="casme2", person=3, label="happiness"):
    found = nb.sample_of(tables[dataset], person, label)
    return [nb.clip_strip(found, 6), nb.pictures({"image": found.image("rank-pooling").image})]


nb.explore(clip, dataset=nb.titles(tables), person=range(1, 5), label=nb.labels(tables))

# %% [markdown]
# **Seen.** The frames hardly differ to the eye. The image under *rank pooling* keeps only what
# moved: here the mouth, and the outline of a head that is never quite still.
#
# ## Conclusion
#
# Classes are far from equal in size, people differ in what they show, and the labels of one
# dataset are not those of another. An accuracy means nothing without the rate of the largest
# class, the people who were left out, and the grouping of labels.
#
# ## Exercises
#
# 1. Which dataset would you train on to be tested on the other three, and which never? Write down
#    why before you open notebook 05.
# 2. The paper states totals of 187 and 251 clips for CASME and CASME II. Add up its classes.
#    Which of the two numbers would you cite?

# %% jupyter={"source_hidden": true} tags=["values"]
frame = counts.frame
results = {
    "synthetic": counts.synthetic,
    "rows": {t.name: t.sheet_rows for t in tables.values()},
    "kept": {t.name: len(t) for t in tables.values()},
    "excluded": {t.name: sum(e.row is not None for e in t.excluded) for t in tables.values()},
    "classes": frame.groupby("dataset").ours.sum().astype(int).to_dict(),
    "paper": frame.groupby("dataset").paper.sum().astype(int).to_dict(),
}
