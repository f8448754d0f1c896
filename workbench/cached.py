"""What the pages share between reruns and users; the only file with Streamlit's caches.

Every function is one call into the core. Keys are short strings and numbers, values are treated
as immutable, and every cache is bounded.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st
import torch

from mer_core.ami import AffectiveMotionImage, build_ami
from mer_core.datasets.synthetic import SyntheticClip, plan_clip, render_clip, sample_identity
from mer_core.features import FeatureMaps, feature_maps
from mer_core.inputs import image_tensor
from mer_core.inputs.imaging import resized
from mer_core.models.loaded import LoadedModel, load_model
from mer_core.plots.animation import animation_bytes

CLASSES = ("positive", "negative", "surprise", "others")


@st.cache_resource(max_entries=24, show_spinner="Rendering the clip")
def synthetic_clip(subject: int, emotion: str, seed: int, size: int = 224) -> SyntheticClip:
    """A synthetic subject showing `emotion`."""
    identity = sample_identity(subject)
    return render_clip(plan_clip(identity=identity, emotion=emotion, seed=seed), size=size)


@st.cache_resource(max_entries=96)
def synthetic_image(subject: int, emotion: str, seed: int, weighting: str) -> AffectiveMotionImage:
    """The affective-motion image of a synthetic clip, from onset to offset."""
    clip = synthetic_clip(subject, emotion, seed)
    shown = range(clip.plan.onset, clip.plan.offset + 1)
    return build_ami(
        (clip.frames[i] for i in shown),
        count=len(shown),
        weighting=weighting,
        frame_numbers=tuple(shown),
    )


@st.cache_data(max_entries=24, show_spinner=False)
def synthetic_animation(subject: int, emotion: str, seed: int, fps: float) -> bytes:
    """The clip as a moving picture at `fps`."""
    clip = synthetic_clip(subject, emotion, seed)
    plan = clip.plan
    return animation_bytes(
        list(clip.frames),
        fps=fps,
        frame_numbers=range(len(clip.frames)),
        key_frames={"onset": plan.onset, "apex": plan.apex, "offset": plan.offset},
    )


@st.cache_resource(max_entries=8, show_spinner="Loading the network")
def network(name: str, seed: int = 0) -> LoadedModel:
    """A network of the catalogue with random weights; its label says so."""
    return load_model(name, classes=CLASSES, seed=seed)


@st.cache_resource(max_entries=32, show_spinner=False)
def synthetic_maps(
    subject: int, emotion: str, seed: int, weighting: str, model: str
) -> dict[str, FeatureMaps]:
    """Feature maps of every catalogued layer of `model` for a synthetic clip."""
    loaded = network(model)
    spec = loaded.entry.input
    image = resized(synthetic_image(subject, emotion, seed, weighting), spec.size)
    batch: npt.NDArray[np.float32] = image_tensor(image.image, spec)[None]
    return feature_maps(loaded, torch.from_numpy(batch))
