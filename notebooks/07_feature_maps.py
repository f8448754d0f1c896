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
# # What do the layers respond to?
#
# **Question.** Feature maps of a face look like a face. Which of them show that the network has
# learned anything about expression?
#
# A layer turns an image $A$ into $N$ maps, each the response of one filter $w_c$ at every place:
#
# $$Fm_c = \mathrm{ReLU}(w_c * A + b_c), \quad c = 1, \ldots, N$$
#
# The networks here are those that ship, trained on generated people who are in none of the
# pictures.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots

# %%
from mer_core import load_model
from mer_core import notebook as nb

# %% [markdown]
# ## Trained and untrained
#
# **Look for** the moving region (outlined). Compare the channels that respond most inside it with
# those of a network whose weights are chance.

# %%
models = {"trained": load_model("affectivenet", weights="synthetic")}
models["untrained"] = nb.untrained("affectivenet")
menus = {"branch": list(models["trained"].entry.branches()), "part": nb.PARTS}
people = {"subject": nb.PEOPLE, "emotion": nb.EMOTIONS}


# %%
def respond(weights="trained", branch="3x3", part="refine", subject=4, emotion="happiness"):
    model = models[weights]
    face = nb.look(model, subject, emotion).recording
    return nb.channel_view(model, face, nb.layer_of(model, branch, part))


nb.explore(respond, weights=list(models), **menus, **people)

# %%
respond(weights="untrained")

# %% [markdown]
# **Seen.** An untrained network answers to faces, too: edges are edges to any filter. A clean map
# of a face is no sign of learning.
#
# ## Fig. 3: MICRoFeat, branch by branch
#
# **Look for** what becomes of the face from the first convolution to the refinement.

# %%
results_of = nb.Results(data)
figure3 = results_of.get("fig3")
figure3

# %% [markdown]
# ## Fig. 4: anger and happiness of one person
#
# **Look for** places where the difference is not on the mouth or the brows. Both images have one
# scale and one grey level for zero, so that a difference is one of motion.

# %%
figure4 = results_of.get("fig4")
figure4

# %% [markdown]
# ## Fig. 6: three networks at the same resolution
#
# **Look for** a network whose maps you would recognise without its name.

# %%
results_of.get("fig6")

# %% [markdown]
# ## Three networks, one clip

# %%
nb.question("three-networks")

# %%
looks = [nb.look(load_model(n, weights="synthetic"), 4, "happiness") for n in nb.COMPARED]
nb.answer("three-networks", **nb.agreement_words(looks))

# %% [markdown]
# ## Conclusion
#
# Maps show what a layer could use, not what the answer rests on. Only a comparison says
# something: with chance weights, with another person, with the region that truly moved.
#
# ## Exercises
#
# 1. Find a channel of the trained network that responds to happiness of three people in the same
#    place. How many did you look at before you found it, and what does that number do to your
#    claim?
# 2. The paper calls its maps "effective visual representations". Name a measurement that could
#    prove the word wrong.

# %% jupyter={"source_hidden": true} tags=["values"]
results = {
    "trained": [model.weights.trained for model in models.values()],
    "layers": {name: len(set(best)) for name, best in figure3.document["maps"].items()},
    "correlations": {k: v["rank_correlation"] for k, v in figure4.document["maps"].items()},
    "people_in_figure4": len({clip.split("/")[1] for clip in figure4.document["clips"]}),
    "answers": [sum(one.answer.values()) for one in looks],
}
