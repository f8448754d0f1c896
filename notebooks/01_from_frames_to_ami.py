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
# # From frames to one image
#
# **Question.** A micro-expression lasts a few dozen frames and moves the skin by a pixel or two.
# How does it become one picture that a network can read, and what is lost on the way?
#
# The paper weights each frame by its place in time and adds them up. For a clip of $k$ frames:
#
# $$LR_i(m) = \frac{2m-k}{m} \qquad (1)$$
#
# $$m \in \{i,\ i+1,\ \ldots,\ k\} \qquad (2)$$
#
# $$F_w(i) = \sum_{m=i}^{k} LR_i(m) \qquad (3)$$
#
# $$MI_i = \mathrm{frame}_i \cdot F_w(i) \qquad (4)$$
#
# $$AMI = \sum_{i=1}^{k} MI_i \qquad (5)$$
#
# $MI_i$ is the *motion image* of frame $i$, $AMI$ the *affective-motion image* of the clip. The
# faces here are generated, so that we know what moved. For a clip of your own,
# `mer_core.open_recording` takes a video, a folder of frames or a zip.

# %% tags=["parameters"]
subject, emotion, seed = 4, "happiness", 2

# %%
from mer_core import notebook as nb
from mer_core import synthetic_recording

# %% [markdown]
# ## The clip
#
# **Look for** the frame in which the face differs most from the first. Most people find none.


# %%
def show(subject=subject, emotion=emotion, frames=7):
    clip = synthetic_recording(subject=subject, emotion=emotion, seed=seed)
    return nb.clip_strip(clip, frames)


nb.explore(show, subject=nb.PEOPLE, emotion=nb.EMOTIONS, frames=range(3, 10))

# %% [markdown]
# **Seen.** Side by side the frames look alike, although an expression begins and ends between the
# first and the last. The answer below says where it is, and how small.

# %%
nb.question("micro-expression")

# %%
clip = synthetic_recording(subject=subject, emotion=emotion, seed=seed)
nb.answer("micro-expression", facts=nb.clip_facts(clip))

# %% [markdown]
# ## Weights over time
#
# Eq. 3 can be read in two ways: with the last term of the list in Eq. 2 (*full*), or, as its
# printed limits have it, without (*literal*). Two relatives from the literature are in use as
# well: *rank pooling*, which counts $2m-k-1$ in place of $2m-k$, and *linear*, a straight line.
#
# **Look for** the frames with negative weights, and for how much of a line lies above zero.

# %%
nb.weight_chart(clip)

# %% [markdown]
# **Seen.** All four subtract the beginning of the clip and add its later part. *Full*, *literal*
# and *rank pooling* can hardly be told apart: a steep start, the highest weight in the middle,
# and an end near zero. *Linear* does not bend at all.
#
# ## The image
#
# **Look for** what becomes of hair and background when you change the weighting, and for the
# frames that a range must hold before the mouth shows.


# %%
def accumulate(frames=(clip.onset, clip.offset), weighting="full"):
    part = nb.cut(clip, *frames)
    first, last = part.expression.frames[0], part.expression.frames[-1]
    return nb.pictures({"first": first, "last": last, "image": part.image(weighting).image})


nb.explore(accumulate, frames=(clip.onset, clip.offset), weighting=nb.WEIGHTINGS)

# %% [markdown]
# **Seen.** Under *full* weights hair and skin stay. Under the others they turn grey, and what
# remains is the outline of what moved, the sway of the head included. The mouth shows once the
# range holds it both at rest and moved.

# %%
nb.question("one-image")

# %%
nb.answer("one-image", kept=nb.keeps_face())

# %% [markdown]
# ## Which weighting carries the motion?
#
# A pixel that never changes contributes its brightness times the sum of the weights. **Look for**
# the second column: an image whose contrast lies where the face moves shows motion, and not who
# is moving.

# %%
sums = nb.weight_sums(clip)
nb.table(sums)

# %%
nb.question("carries-motion")

# %%
nb.answer("carries-motion", **nb.motion_words(clip))

# %% [markdown]
# **Seen.** A sum of zero does not suffice. *Literal* and *rank pooling* put more of the contrast
# where the face moves than *full* does; *linear* adds up to zero as well, and follows the sway of
# the head.
#
# ## Fig. 1
#
# All of it as one figure: frames, the motion images of Eq. 4 under *full* weights, and Eq. 5
# under all four.

# %%
nb.Results().get("fig1")

# %% [markdown]
# ## Conclusion
#
# Eqs. 1 to 5 are a weighted sum, and what the weights add up to decides what the sum keeps.
# *Full* adds up to the number of frames and keeps the face; the others add up to zero and keep
# the change. What is left of the face also says who it is: notebook 09 measures how much.
#
# ## Exercises
#
# 1. Swap two frames of the clip. Under which weighting does the image change most? Predict it
#    from the chart, then check with `mer_core.ami.build_ami`.
# 2. Choose a range that leaves out the frames with negative weights. What does *rank pooling*
#    show then, and why do its weights still add up to zero?

# %% jupyter={"source_hidden": true} tags=["values"]
parts = [clip.image("full"), nb.cut(clip, clip.onset, clip.offset).image("full")]
results = {
    "frames": len(clip.expression),
    "synthetic": clip.clip.synthetic,
    "sums": sums["weights sum to"].to_dict(),
    "motion": sums["share of contrast where the face moves"].to_dict(),
    "same": parts[0].digest == parts[1].digest,
}
