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
# **Question.** A score above chance can come from many things besides expression. Which of them
# can be ruled out?
#
# Each control changes one thing and says beforehand what must then happen. Scores are unweighted
# average recall over $K$ classes, for which guessing gives $1/K$ whatever the class sizes:
#
# $$UAR = \frac{1}{K} \sum_{c=1}^{K} \frac{\mathrm{correct}_c}{\mathrm{clips}_c}$$

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
train = False  # True runs the study and its controls: an hour or more
profile, changes = "standard", {}

# %%
from mer_core import notebook as nb

results_of = nb.Results(data, train=train, profile=profile, changes=changes)

# %% [markdown]
# ## A study and its controls
#
# **Look for** the unchanged study first: a network that does not beat chance has nothing that a
# control could take away. Then: which rows must fall to chance, and do they?

# %%
controls = results_of.get("controls")
controls

# %%
controls.picture

# %% [markdown]
# **Seen.** The unchanged study lies above chance, but its interval reaches down to it. Without
# motion it falls to chance, and the interval of that change excludes zero; with shuffled labels
# it falls by less than the people differ. Choosing the epoch on the test person lifts the score,
# although nothing more was learned. Who is in the image can be told from every
# kind of image, far above chance.
#
# ## A network that has learned, and the same controls
#
# The networks that ship were trained on hundreds of generated people and are asked about others
# here. **Look for** the row without motion.

# %%
results_of.recorded("positive_control")

# %% [markdown]
# **Seen.** This network beats chance by far. Without motion, and with labels shuffled in
# training, it falls back to chance: what it reads is motion that goes with the label.
#
# ## Who is in the image?
#
# A linear probe, which is a linear classifier on the pixels, can tell the person from every kind
# of accumulated image, and more easily the more of the face it keeps. What a linear probe can
# tell, a network can tell as well: that is why the protocol leaves out people and not clips.
# **Look for** the weighting that helps expression most and identity least.

# %%
results_of.recorded("weightings")

# %% [markdown]
# **Seen.** No weighting does both. *Rank pooling* is best for expression. *Linear* hides the
# person best, and most of the expression with it. *Full* gives the person away most.
#
# ## How a leak fools you
#
# Somebody looks at the held-out person after every epoch and keeps the epoch that scores best.
# The networks below know nothing: each answer is a guess. **Look for** what makes the gap grow.


# %%
def leak(people=26, clips_of_each=9, classes=4, epochs=60):
    return nb.leak_chart(people=people, clips=clips_of_each, classes=classes, epochs=epochs)


sliders = {"people": range(2, 61), "clips_of_each": range(1, 41)}
nb.explore(leak, **sliders, classes=range(2, 9), epochs=range(1, 201))

# %% [markdown]
# **Seen.** *Each epoch as it is* stays at chance. *Best epoch kept* rises the longer somebody
# looks, and faster the fewer clips a person has.

# %%
nb.question("leak")

# %%
nb.answer("leak", **nb.leak_words(people=26, clips=9, classes=4, epochs=60))

# %% [markdown]
# ## Conclusion
#
# A control is worth as much as the study it is held against: where the unchanged row does not
# beat chance, nothing follows from the others. Where it does, the rows without motion and with
# shuffled labels say whether expression is what was measured.
#
# ## Exercises
#
# 1. Write down what *frames in reversed time* must do under *full*, and under *linear*, before
#    you look.
# 2. Your own last paper: which epoch did you report, and who chose it?

# %% jupyter={"source_hidden": true} tags=["values"]
frame = controls.frame
results = {
    "synthetic": controls.synthetic,
    "uar": frame[(frame.kind == "control")].set_index("name").value.to_dict(),
    "chance": float(frame[frame.kind == "control"].chance.iloc[0]),
    "identity": frame[frame.kind == "identity"].set_index("name").value.to_dict(),
    "identity_chance": float(frame[frame.kind == "identity"].chance.iloc[0]),
    "leak": nb.leak_words(people=26, clips=9, classes=4, epochs=60),
}
