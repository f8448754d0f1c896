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
figures = "../figures"  # where Fig. 1 is written

# %%
from pathlib import Path

import numpy as np
from IPython.display import Image

from mer_core.ami import WEIGHTINGS, build_ami, frame_weights, motion_images, partial_ami
from mer_core.frames import open_frames, read_clip
from mer_core.inputs import synthetic_recording
from mer_core.plots.curves import weight_curves
from mer_core.plots.images import paper_figure_1
from mer_core.plots.raster import png_bytes
from mer_core.provenance import provenance, versions
from mer_core.reproduction import Manifest

versions()

# %% [markdown]
# ## The clip

# %%
if clip:
    recording = read_clip(open_frames(Path(clip)))
else:
    recording = synthetic_recording(subject=subject, emotion=emotion, seed=seed).expression
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
picks = np.linspace(0, count - 1, shown).round().astype(int)
figure = paper_figure_1(
    [recording.frames[i] for i in picks],
    [motion[i] for i in picks],
    [recording.frame_numbers[i] for i in picks],
    {name: image.image for name, image in images.items()},
    synthetic=recording.synthetic,
)
made = provenance(
    data_digest=recording.digest,
    synthetic=recording.synthetic,
    settings={"subject": subject, "emotion": emotion, "clip": Path(clip).name, "shown": shown},
    seed=seed,
)
saved = Manifest(Path(figures)).save(
    "fig1_frames_to_ami",
    ".png",
    png_bytes(figure),
    title="Frames, their motion images and the affective-motion image under four weightings",
    maker="notebooks/01_from_frames_to_ami.ipynb",
    place="Fig. 1",
    provenance=made,
)
Image(saved.read_bytes(), alt="Frames, motion images and affective-motion images of one clip")

# %%
results = {
    "frames": count,
    "synthetic": recording.synthetic,
    "sums": {name: float(values.sum()) for name, values in weights.items()},
    "halves_gap": gap,
    "range": float(np.ptp(images["full"].total)),
    "motion_gap": float(np.abs(motion.sum(axis=0) - images["full"].total).max()),
    "figure": saved.name,
}
results
