"""What the pages share between reruns and users; the only file with Streamlit's caches.

Every function is one call into the core. Keys are short strings and numbers, values are treated
as immutable, and every cache is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
import torch

from mer_core.ami import AffectiveMotionImage
from mer_core.datasets.table import DatasetTable
from mer_core.features import FeatureMaps, feature_maps
from mer_core.inputs import Recording, recording_input, sample_recording, synthetic_recording
from mer_core.inputs.sources import Source
from mer_core.inputs.sources import sources as find_sources
from mer_core.models.loaded import LoadedModel, load_model
from mer_core.plots.animation import animation_bytes

if TYPE_CHECKING:
    from workbench.selection import ClipChoice

CLASSES = ("positive", "negative", "surprise", "others")


@st.cache_data(max_entries=1, ttl=10, show_spinner=False)
def sources() -> tuple[Source, ...]:
    """Datasets that can be opened; looked up anew after a few seconds, as twins are finished."""
    return find_sources()


@st.cache_resource(max_entries=8, show_spinner="Reading the dataset")
def dataset(name: str) -> DatasetTable:
    """The table of a dataset that `sources` lists."""
    return next(source for source in find_sources() if source.dataset == name).open()


def recording(choice: ClipChoice) -> Recording:
    """The chosen clip with all that is known of it."""
    return _recording(choice.source, choice.subject, choice.clip)


@st.cache_resource(max_entries=24, show_spinner="Preparing the clip")
def _recording(source: str, subject: str, clip: str) -> Recording:
    if source == "live":
        emotion, _, seed = clip.rpartition("-")
        return synthetic_recording(subject=int(subject), emotion=emotion, seed=int(seed))
    samples = dataset(source).samples
    return sample_recording(next(s for s in samples if (s.subject, s.clip) == (subject, clip)))


def image(choice: ClipChoice, weighting: str) -> AffectiveMotionImage:
    """The affective-motion image of the chosen clip at the frames' own size."""
    return _image(choice.key, weighting, choice)


@st.cache_resource(max_entries=96, show_spinner=False)
def _image(key: str, weighting: str, _choice: ClipChoice) -> AffectiveMotionImage:
    return recording(_choice).image(weighting)


def animation(choice: ClipChoice, fps: float) -> bytes:
    """The chosen clip as a moving picture at `fps`."""
    return _animation(choice.key, fps, choice)


@st.cache_data(max_entries=24, show_spinner=False)
def _animation(key: str, fps: float, _choice: ClipChoice) -> bytes:
    found = recording(_choice)
    return animation_bytes(
        list(found.clip.frames),
        fps=fps,
        frame_numbers=found.clip.frame_numbers,
        key_frames=found.key_frames,
    )


@st.cache_resource(max_entries=8, show_spinner="Loading the network")
def network(name: str, seed: int = 0) -> LoadedModel:
    """A network of the catalogue with random weights; its label says so."""
    return load_model(name, classes=CLASSES, seed=seed)


def maps(choice: ClipChoice, weighting: str, model: str) -> dict[str, FeatureMaps]:
    """Feature maps of every catalogued layer of `model` for the chosen clip."""
    return _maps(choice.key, weighting, model, choice)


@st.cache_resource(max_entries=32, show_spinner=False)
def _maps(key: str, weighting: str, model: str, _choice: ClipChoice) -> dict[str, FeatureMaps]:
    loaded = network(model)
    batch = recording_input(recording(_choice), loaded.entry.input, weighting=weighting)[None]
    return feature_maps(loaded, torch.from_numpy(batch))
