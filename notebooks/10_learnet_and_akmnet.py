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
# # Two relatives: LEARNet and AKMNet
#
# **Question.** LEARNet reads one image, as AffectiveNet does, and hands small responses on from
# branch to branch. AKMNet reads the clip itself and chooses its frames. What do they do
# differently, and what does it cost?
#
# LEARNet joins the outputs of neighbouring branches again and again, so that slight responses of
# one are not lost in the next. AKMNet compares the features $p_t$ of each frame with a summary
# $q$ of the clip, a sum weighted by a sigmoid $\sigma$ of a fully connected unit, and keeps the
# frames that are at least as similar as the average:
#
# $$q = \sum_t \sigma(FC(p_t))\ p_t, \qquad \beta_t = \cos(p_t, q)$$
#
# $$\mathrm{keep}\ t \quad \mathrm{where} \quad \beta_t \geq \frac{1}{T} \sum_s \beta_s$$

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
train = False  # True runs the studies that are missing
profile, changes = "standard", {}

# %%
from mer_core import load_model, synthetic_recording
from mer_core import notebook as nb

# %% [markdown]
# ## What they are
#
# **Look for** the network that reads a clip: its multiply-adds are those of all its frames.

# %%
costs = nb.cost_frame(["learnet", "akmnet", "affectivenet"])
nb.table(costs)

# %% [markdown]
# **Seen.** AKMNet has the most parameters and costs many times the multiply-adds of the others;
# LEARNet is the cheapest. It reads a dynamic image, which is AffectiveNet's affective-motion
# image (AMI) under *rank pooling* weights.
#
# ## What LEARNet responds to
#
# **Look for** the first layer in which you no longer recognise a face.

# %%
learnet = load_model("learnet", weights="synthetic")
layers = {layer.title: layer.name for layer in learnet.entry.layers}


# %%
def respond(layer=learnet.entry.layers[0].name, subject=4, emotion="happiness"):
    face = synthetic_recording(subject=subject, emotion=emotion, seed=1)
    return nb.channel_view(learnet, face, layer)


nb.explore(respond, layer=layers, subject=nb.PEOPLE, emotion=nb.EMOTIONS)

# %% [markdown]
# **Seen.** After the first layer the outline of the face is still there. The even background is
# bright, so this layer answers to grey itself, and motion shows as a dent in it. Go down the menu
# to lose the face.
#
# ## Which frames AKMNet keeps
#
# Frames at or above the line are read. Faces of one clip are so alike that similarities differ by
# millionths (µ), so the distance from the mean is drawn. No trained weights of AKMNet ship:
# **this network is untrained**, and shows the mechanism only. **Look for** where the kept frames
# lie in time.

# %%
akmnet, clip = nb.untrained("akmnet"), synthetic_recording(subject=4, emotion="happiness", seed=1)
found = nb.key_frames(clip, akmnet)
nb.key_frame_chart(clip, found)


# %%
def kept(subject=4, emotion="surprise"):
    face = synthetic_recording(subject=subject, emotion=emotion, seed=1)
    return nb.key_frame_strip(face, nb.key_frames(face, akmnet))


nb.explore(kept, subject=nb.PEOPLE, emotion=nb.EMOTIONS)

# %% [markdown]
# **Seen.** Untrained, AKMNet keeps frames from all over the clip, not those around the apex. Some
# frames always lie above their own mean, whatever a network knows.
#
# ## How they do, one person left out at a time
#
# Neither is in the paper's tables; our figures are in the rows after those of AffectiveNet.
# **Look for** the majority rate. A network without a row has not been run: AKMNet takes hours.

# %%
results_of = nb.Results(data, train=train, profile=profile, changes=changes)
table = results_of.scores(1, methods=["AffectiveNet-1", "LEARNet", "AKMNet"])
table

# %% [markdown]
# **Seen.** The sentence above the table says how many of ours lie above the majority rate.
# LEARNet is the network that beats chance by far in notebook 09; what differs is how many people
# it learned from.
#
# ## Conclusion
#
# LEARNet leaves time to the weights of its image and stays small. AKMNet sees the order of
# frames, and pays for each of them. Whether that is worth it, a table says only where both have
# been run, and with the intervals that a few people allow.
#
# ## Exercises
#
# 1. AKMNet cannot keep no frame at all. Why not? Use the mean in the formula above.
# 2. Under which weighting does the affective-motion image come closest to "choose the frames near
#    the apex"? Compare with the chart of notebook 01.

# %% jupyter={"source_hidden": true} tags=["values"]
results = {
    "parameters": costs.parameters.to_dict(),
    "methods": sorted({row.method for row in table.rows}),
    "measured": sorted({row.method for row in table.measured}),
    "papers_figures": [r.paper for r in table.rows if r.paper and r.method != "AffectiveNet-1"],
    "kept": list(found.selected),
    "similarity": list(found.similarity),
    "threshold": found.threshold,
    "margin": list(found.margin),
}
