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
# # Why this answer, and is the reason where the face moves?
#
# **Question.** An attribution lays colours over a face and says: these pixels mattered. When may
# you believe it?
#
# Integrated gradients, for example, walk from a baseline image $A'$ to the image $A$ and add up
# gradients of the score $S_c$ of class $c$ on the way; the values add up to the difference of
# both scores:
#
# $$IG_p = (A_p - A'_p) \int_0^1 \frac{\partial S_c(A' + \alpha (A - A'))}{\partial A_p}\, d\alpha$$
#
# $$\sum_p IG_p = S_c(A) - S_c(A')$$
#
# Since the affective-motion image is a weighted sum of frames, the values can be carried back to
# the frames (Eq. 5). On a generated face the region that moved is known, because the motion was
# made.

# %% tags=["parameters"]
network, subject, emotion, seed = "affectivenet", 10, "happiness", 1

# %%
from mer_core import load_model
from mer_core import notebook as nb

# %% [markdown]
# ## The answer
#
# **Look for** the second largest probability: a map explains one class, and another class has
# another map.

# %%
nb.question("prediction")

# %%
inspection = nb.inspect(load_model(network, weights="synthetic"), subject, emotion, seed=seed)
nb.table(nb.answer_frame(inspection))

# %%
nb.answer("prediction")

# %% [markdown]
# **Seen.** The network is all but sure, and it is right: happiness counts as positive. The other
# classes have maps as well, however small their probability. Ask for one below, under *Target*.
#
# ## The maps
#
# **Look for** methods whose map changes when you choose another target class, and for those whose
# map does not.

# %%
classes = {"the predicted class": "", **{name: name for name in inspection.model.classes}}
menus = {"method": nb.METHODS, "network": nb.NETWORKS, "target": classes}


# %%
def explain(method="grad-cam", network=network, target="", subject=subject, emotion=emotion):
    inspection = nb.inspect(load_model(network, weights="synthetic"), subject, emotion, seed=seed)
    return [nb.maps(inspection, [method], target=target or None), nb.answer_frame(inspection)]


nb.explore(explain, **menus, subject=nb.PEOPLE, emotion=nb.EMOTIONS)

# %% [markdown]
# **Seen.** Grad-CAM is bright at the corners of the mouth, inside the outline. But a patch at the
# lower edge is as bright, and the brows answer a little, although this expression moves neither.
# Choose another target: integrated gradients turn nearly into their opposite, Grad-CAM changes a
# little, and guided backpropagation hardly at all. It draws edges, whatever the class.
#
# ## A guessing game
#
# One of these maps comes from the network; the others were made without any.

# %%
nb.guess_maps(inspection)

# %%
nb.question("attribution")

# %%
nb.answer("attribution", maps=nb.guess_words(inspection))

# %% [markdown]
# ## Where, against where the face moves
#
# A score of 1 is what a map of random pixels gets. **Look for** the row *motion energy*: it knows
# nothing of any network, and is the one to beat.

# %%
scores = nb.scores_frame(inspection, ["grad-cam", "saliency", "integrated-gradients"])
nb.table(scores)

# %% [markdown]
# **Seen.** The columns do not agree on an order, because each asks another question: where the
# peak lies, how much of the map is inside, how well the ranking separates. A method that beats
# motion energy in one column may lose in the next; say beforehand which one counts.
#
# ## When: carried back to the frames
#
# **Look for** the frames that speak against the class (below zero).

# %%
shares = inspection.shares("integrated-gradients")
nb.share_chart(shares, inspection)

# %% [markdown]
# **Seen.** The first frames have by far the largest weights, so they have the largest shares:
# much of a map is about the frame that all others are compared with. The last ones lie a little
# below zero.
#
# ## Over many clips and people
#
# One clip proves nothing. **Look for** methods whose interval lies above that of motion energy.

# %%
nb.Results().recorded("localisation")

# %% [markdown]
# **Seen.** Stars mark them. Which methods pass differs from network to network, so a method that
# was tested on one network has to be tested again on the next. Methods that cannot be used at all
# are listed with the reason.
#
# ## Conclusion
#
# A map over a face convinces, whether it is true or not. It deserves belief when its values add
# up, when it changes with the class and with the weights, and when it finds more than plain
# motion finds.
#
# ## Exercises
#
# 1. Find a clip on which the network is wrong. Does the map of the wrong class still lie on the
#    moving region? What would you have concluded from the map alone?
# 2. Why do the shares of the frames under *full* weights contain one part that belongs to no
#    motion? Hint: what do the weights add up to?

# %% jupyter={"source_hidden": true} tags=["values"]
many = inspection.explain("integrated-gradients", parameters={"steps": 256})
results = {
    "trained": inspection.model.weights.trained,
    "probabilities_sum": sum(inspection.answer.values()),
    "completeness": abs(many.delta) / abs(many.difference),
    "frames": len(shares.shares),
    "frames_gap": float(abs(shares.total - shares.map.values).max()),
    "map_reach": float(abs(shares.map.values).max()),
    "mass": scores["Relevance mass accuracy"].to_dict(),
}
