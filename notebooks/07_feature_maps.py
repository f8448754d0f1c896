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
subject, emotion = 4, "happiness"

# %%
from mer_core import load_model
from mer_core import notebook as nb

# %% [markdown]
# ## Trained and untrained
#
# **Look for** the moving region (outlined). Compare the channels that respond most inside it with
# those of a network whose weights are random.

# %%
trained = load_model("affectivenet", weights="synthetic")
models = {"trained": trained, "untrained": nb.untrained("affectivenet")}
menus = {"branch": list(trained.entry.branches()), "layer": nb.PARTS, "channel": nb.CHANNELS}
people = {"subject": nb.PEOPLE, "emotion": nb.EMOTIONS}


# %%
def view(weights, branch="3x3", layer="refine", channel=-1, subject=subject, emotion=emotion):
    model = models[weights]
    face = nb.inspect(model, subject, emotion).recording
    return nb.channel_view(model, face, nb.layer_of(model, branch, layer), channel)


nb.explore(view, weights=list(models), **menus, **people)

# %%
view(weights="untrained")

# %% [markdown]
# **Seen.** Over all channels the trained network answers to little but the mouth, and the
# untrained one to everything. Yet some channels of the untrained one find the mouth just as well,
# because they were picked for it: edges are edges to any filter. One clean map is no sign of
# learning.
#
# ## Fig. 3: MICRoFeat, branch by branch
#
# **Look for** what becomes of the face from the first convolution to the refinement.

# %%
results_of = nb.Results(data)
figure3 = results_of.get("fig3")
figure3

# %% [markdown]
# **Seen.** There is hardly a face to lose: the image holds motion, and the first convolutions
# keep its edges at the mouth. Later layers turn them into patches. In the widest branch a bar at
# the upper edge grows with depth; it comes from the padding, not from the face.
#
# ## Fig. 4: anger and happiness of one person
#
# **Look for** places outside both outlines in which the maps differ. Both images have one scale
# and one grey level for zero, so that a difference is one of motion.

# %%
figure4 = results_of.get("fig4")
figure4

# %% [markdown]
# **Seen.** In most channels brows and eyes respond more under anger (red), and the mouth more
# under happiness (blue). Thin lines along the outline of the head remain: it did not sway alike
# in the two clips, and a network may learn from that, too.
#
# ## Fig. 6: three networks at the same resolution
#
# **Look for** a network whose maps you would recognise without its name.

# %%
results_of.get("fig6")

# %% [markdown]
# **Seen.** All three light up inside the outlines. MobileNetV1 has the grainiest maps, and
# ResNet-50 the broadest patches. None of it says which network is right more often.
#
# ## Three networks, one clip
#
# **Look for** a person and an emotion on which the three do not agree, and for how sure each is
# then.

# %%
nb.question("three-networks")

# %%
three = [load_model(name, weights="synthetic") for name in nb.COMPARED]


# %%
def ask(subject=subject, emotion=emotion):
    seen = [nb.inspect(model, subject, emotion) for model in three]
    answer = nb.answer("three-networks", **nb.agreement_words(seen))
    return [nb.predictions_frame(seen), answer]


nb.explore(ask, **people)

# %% [markdown]
# **Seen.** All three call this happiness positive, which is right. Choose sadness: they agree as
# well, and all are wrong. Choose fear: they part, and the surest of them is wrong.
#
# ## Conclusion
#
# Maps show what a layer could use, not what the answer rests on. Only a comparison says
# something: with random weights, with another person, with the region that truly moved.
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
    "answers": [sum(nb.inspect(m, subject, emotion).answer.values()) for m in three],
}
