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
# A micro-expression lasts a few dozen frames and moves the skin by a pixel or two. The
# affective-motion image adds up the frames with weights that grow with time, so that what moved
# stands out. This notebook follows one clip through that sum and regenerates Fig. 1 of the paper.
#
# The clip is synthetic unless you set `clip` to a folder of frames, a video or a zip of your own.

# %% tags=["parameters"]
clip = ""  # path of a clip; empty takes a synthetic one
subject, emotion, seed = 4, "happiness", 2
shown = 5  # frames drawn in the figure
figures = ""  # folder to write Fig. 1 to as well; `mer reproduce fig1` writes it to figures/

# %%
from pathlib import Path

import numpy as np
from IPython.display import Image

from mer_core.ami import WEIGHTINGS, build_ami, frame_weights, motion_images, partial_ami
from mer_core.plots.curves import weight_curves
from mer_core.provenance import versions
from mer_core.reproduction import Manifest
from mer_core.reproduction.everything import MAKERS, save
from mer_core.reproduction.frames_figure import clip_of, figure1

versions()

# %% [markdown]
# ## The clip

# %%
recording = clip_of(clip, subject=subject, emotion=emotion, seed=seed)
print(recording.name, recording.frames.shape, "synthetic" if recording.synthetic else "")

# %% [markdown]
# ## Four readings of the weights
#
# The printed formula allows two readings, and two relatives are in use. Only `full` sums to the
# number of frames and so keeps the face; the others sum to zero and keep what changed.

# %%
count = len(recording)
weights = {entry.name: frame_weights(count, entry.name) for entry in WEIGHTINGS}
weight_curves(recording.frame_numbers, weights, synthetic=recording.synthetic).show()
{name: round(float(values.sum()), 6) for name, values in weights.items()}

# %% [markdown]
# ## The image
#
# The sum over motion images (weight x frame) is the raw image. Ranges of frames that partition
# the clip give partial images that add up to it exactly.

# %%
images = {
    entry.name: build_ami(recording.frames, count=count, weighting=entry.name)
    for entry in WEIGHTINGS
}
motion = motion_images(recording, "full")
middle = recording.frame_numbers[count // 2]
first_half = partial_ami(recording, first=recording.frame_numbers[0], last=middle)
second_half = partial_ami(recording, first=middle + 1, last=recording.frame_numbers[-1])
gap = float(np.abs(first_half.total + second_half.total - images["full"].total).max())
print(
    f"two halves differ from the whole by at most {gap:.3f} of {np.ptp(images['full'].total):.0f}"
)

# %% [markdown]
# ## Fig. 1

# %%
made = figure1(recording, shown=shown)
if figures:
    save(MAKERS.get("fig1"), made, Manifest(Path(figures)))
Image(made.content(".png"), alt="Frames, motion images and affective-motion images of one clip")

# %%
results = {
    "frames": count,
    "synthetic": recording.synthetic,
    "sums": {name: float(values.sum()) for name, values in weights.items()},
    "halves_gap": gap,
    "range": float(np.ptp(images["full"].total)),
    "motion_gap": float(np.abs(motion.sum(axis=0) - images["full"].total).max()),
    "figure": sorted(path.name for path in Path(figures).glob("fig1*")) if figures else [],
}
results
