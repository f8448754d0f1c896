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
# # Why did the network answer as it did, and is the reason where the face moves?
#
# One held-out clip and the network that never saw its person. Each method's map is laid over the
# image; integrated gradients are carried back to the frames; and every map is scored against the
# region that the clip's action units move. On a twin that region is known exactly, because the
# motion was made. A score of 1 is what a map of random pixels gets.

# %% tags=["parameters"]
data = "twin"  # or a TOML file of roots
profile = "quick"  # quick, standard or paper
changes = {}  # training settings that differ from the profile
method = "AffectiveNet-1"  # trained now on CASME II if it is not yet; "" leaves it untrained
emotion = "happiness"  # the coders' word
methods = ["saliency", "input-x-gradient", "integrated-gradients", "grad-cam", "occlusion"]

# %%
import numpy as np
import pandas as pd

from mer_core.attribution import METHODS, explain, list_methods
from mer_core.attribution.baselines import centre_map, energy_map, motion_weighting, random_map
from mer_core.attribution.frames import frame_shares
from mer_core.attribution.localisation import localise
from mer_core.inputs import AmiStore, Imaging, sample_clip, sample_image
from mer_core.plots.attributions import map_scale
from mer_core.plots.curves import share_curve
from mer_core.plots.raster import overlay
from mer_core.plots.static.tiles import Tile, TileBlock, tile_figure
from mer_core.reproduction.cells import cells_of, solve
from mer_core.reproduction.held_out import exhibit, held_out_network
from mer_core.reproduction.job import Job
from mer_core.reproduction.roots import read_roots

job = Job(
    roots=read_roots(data),
    profile=profile,
    changes=changes,
    workers=1,
    tell=lambda line: print(line, end="\n"),
)
if method:
    (cell,) = cells_of(method, ("CASME-II",))
    print(solve(cell, job).status)

# %%
shown = exhibit(job, "casme2", emotion)
model = held_out_network(job, method or "AffectiveNet-1", shown.sample)
inputs = shown.tensor(model)
answer = dict(zip(model.classes, model.probabilities(inputs)[0].tolist(), strict=True))
print(shown.sample.key, "|", model.weights.label)
pd.Series(answer, name="probability").round(3).to_frame()

# %% [markdown]
# ## Which methods apply, and what a value means

# %%
pd.DataFrame(
    [
        {
            "method": offer.method.title,
            "applies": "yes" if offer.applies else f"no: {offer.reason}",
            "forward passes": round(offer.forwards),
            "a value": offer.method.says,
        }
        for offer in list_methods(model)
    ]
).set_index("method")

# %% [markdown]
# ## The maps

# %%
image = shown.seen(model)
zero = float(image.offset)
maps = {
    name: explain(
        model, inputs, method=name, zero_level=zero if METHODS.get(name).uses_reference else None
    )
    for name in methods
}
region = shown.region


def tile(m):
    scale = map_scale(m.values, signed=m.signed)
    over = overlay(image.image, m.values, scale)
    return Tile(values=over, caption=METHODS.get(m.method).title, region=region)


tile_figure(
    [[TileBlock(rows=[[tile(m) for m in maps.values()]])]],
    synthetic=shown.sample.synthetic,
    note=f"{shown.sample.label}; {model.weights.label}. Outlined: where the action units move.",
)

# %% [markdown]
# ## Do they add up?
#
# The values of integrated gradients add up to how far an answer lies from that to absence, but for
# the error of its steps, which many steps make small.

# %%
many = {
    label: explain(
        model,
        inputs,
        method="integrated-gradients",
        target=label,
        zero_level=zero,
        parameters={"steps": 256},
    )
    for label in model.classes
}
sums = pd.DataFrame(
    {label: {"difference": m.difference, "off by": m.delta} for label, m in many.items()}
).T
sums.round(4)

# %% [markdown]
# ## Where, against where the face moves
#
# A map that only follows the motion energy of the clip knows nothing of the network. What a network
# adds shows in the distance from that line.

# %%
size = region.shape
still = Imaging(weighting=motion_weighting("full"), size=size)
plain = {
    "motion energy": energy_map(sample_image(shown.sample, still, store=AmiStore())),
    "centre of the image": centre_map(size),
    "random": random_map(size, seed=0),
}
found = {METHODS.get(n).title: m.values for n, m in maps.items()} | plain
scores = {name: localise(np.asarray(values), region) for name, values in found.items()}
pd.DataFrame(
    {
        name: {metric: s.normalised for metric, s in score.scores.items()}
        for name, score in scores.items()
    }
).T.round(2)

# %% [markdown]
# ## When: integrated gradients carried back to the frames

# %%
clip = sample_clip(shown.sample)
shares = frame_shares(model, clip, method="integrated-gradients")
share_curve(
    shares.frame_numbers,
    {"whole image": shares.curve(), "moving region": shares.curve(region)},
    synthetic=shown.sample.synthetic,
).show()

# %%
results = {
    "trained": model.weights.trained,
    "probabilities_sum": sum(answer.values()),
    "region_share": float(region.mean()),
    "completeness": float(sums["off by"].abs().sum() / sums["difference"].abs().sum()),
    "frames": len(shares.shares),
    "frames_gap": float(np.abs(shares.total - shares.map.values).max()),
    "map_reach": float(np.abs(shares.map.values).max()),
    "random_mass": scores["random"].scores["mass"].normalised,
    "energy_auc": scores["motion energy"].scores["auc"].normalised,
    "finite": all(bool(np.isfinite(m.values).all()) for m in maps.values()),
    "methods": list(maps),
}
results
