"""What the pages share between reruns and users: clips, images, networks, and their maps.

Between a page and an array lie five caches, each for a reason of its own:

    drawings       what a browser is sent, encoded: a page is drawn anew at every gesture
    thumbnails     small pictures and movies of a dataset's clips, encoded: a gallery shows dozens
    results        of networks, with maps here and attributions in `cached_attributions`: they take
                   from a tenth of a second to many
    clips          decoded, and their images: all pages and networks look at the same
    image store    on disk: what was drawn or decoded outlives the server

Only the modules whose names begin with `cached` have Streamlit's caches. Every function is one
call into the core. Keys are short strings and numbers, values are treated as immutable, and every
cache is bounded. What needs PyTorch or Captum imports it when it is first asked, because loading
them takes seconds and most of a first page needs neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from mer_core.ami import WEIGHTINGS, AffectiveMotionImage
from mer_core.datasets.catalog import open_dataset
from mer_core.datasets.synthetic.twins.preparation import Preparation
from mer_core.datasets.table import DatasetTable
from mer_core.inputs import (
    AmiStore,
    Recording,
    recording_input,
    sample_image,
    sample_recording,
    synthetic_recording,
)
from mer_core.inputs.imaging import Imaging
from mer_core.inputs.sources import Source
from mer_core.inputs.sources import sources as find_sources
from mer_core.plots.raster import animation_bytes, webp_bytes
from mer_core.records import Sample
from workbench.ballot_box import BallotBox
from workbench.bounded_cache import BoundedCache, size_of

if TYPE_CHECKING:
    from mer_core.features import FeatureMaps
    from mer_core.models.loaded import LoadedModel
    from workbench.selection import ClipChoice

LIVE = "live"
"""The source of clips that are drawn on the spot."""

# The first weighting that leaves nothing of a still face.
_MOTION = next(entry.name for entry in WEIGHTINGS if not entry.keeps_appearance)
_MAPS = 384 * 2**20  # bytes
_DRAWINGS = 96 * 2**20  # bytes


@st.cache_data(max_entries=1, ttl=10, show_spinner=False)
def sources() -> tuple[Source, ...]:
    """Datasets that can be opened; looked up anew after a few seconds, as twins are finished."""
    return find_sources()


def dataset(name: str) -> DatasetTable:
    """The table of a dataset that `sources` lists."""
    return _dataset(name, _root(name))


@st.cache_resource(max_entries=8, show_spinner="Reading the dataset")
def _dataset(name: str, root: str) -> DatasetTable:
    return open_dataset(name, root)


def _root(name: str) -> str:
    """Where a dataset lies now: `mer data add` puts a user's copy in the place of the twin."""
    return str(next(source for source in sources() if source.dataset == name).root)


def clip_key(choice: ClipChoice) -> str:
    """Return the identity of the chosen clip, also among those of other roots under its name."""
    return choice.key if choice.source == LIVE else f"{_root(choice.source)} {choice.key}"


def recording(choice: ClipChoice) -> Recording:
    """The chosen clip with all that is known of it."""
    return _recording(clip_key(choice), choice)


@st.cache_resource(max_entries=24, show_spinner="Preparing the clip")
def _recording(key: str, _choice: ClipChoice) -> Recording:
    if _choice.source == LIVE:
        emotion, _, seed = _choice.clip.rpartition("-")
        return synthetic_recording(
            subject=int(_choice.subject), emotion=emotion, seed=int(seed), store=image_store()
        )
    root = _root(_choice.source)
    return sample_recording(_sample(_choice.source, root, _choice.subject, _choice.clip))


def image(choice: ClipChoice, weighting: str) -> AffectiveMotionImage:
    """The affective-motion image of the chosen clip at the frames' own size."""
    return _image(clip_key(choice), weighting, choice)


@st.cache_resource(max_entries=96, show_spinner=False)
def _image(key: str, weighting: str, _choice: ClipChoice) -> AffectiveMotionImage:
    return recording(_choice).image(weighting)


def network(name: str, weighting: str | None = None) -> LoadedModel:
    """A network with the weights that ship for it, or untrained where none do.

    Its label says which, and belongs beside everything it answers.

    Args:
        name: Catalogue name.
        weighting: Frame weights of the images it is to look at; where it ships for several, its
            own weights are those trained on such images.
    """
    from workbench import cores

    cores.leave_one()
    return _shipped_network(name, weighting)


@st.cache_resource(max_entries=12, show_spinner="Loading the network")
def _shipped_network(name: str, weighting: str | None) -> LoadedModel:
    from mer_core.models.loaded import load_shown

    return load_shown(name, weighting=weighting)


@st.cache_resource(max_entries=12, show_spinner="Loading the network")
def checkpoint(name: str, weights: str) -> LoadedModel:
    """A network with the weights of a file."""
    from mer_core.models.loaded import load_model
    from workbench import cores

    cores.leave_one()
    return load_model(name, weights=weights)


def untrained_network(name: str, classes: Sequence[str]) -> LoadedModel:
    """Return a network with random weights, to be compared with a trained one."""
    return _untrained(name, "\n".join(classes))


@st.cache_resource(max_entries=8, show_spinner="Loading the network")
def _untrained(name: str, classes: str) -> LoadedModel:
    from mer_core.models.loaded import load_model

    return load_model(name, classes=classes.split("\n"), weights="random")


@st.cache_resource(max_entries=1, show_spinner=False)
def preparation() -> Preparation:
    """The background work of this process; looking at it for the first time starts it."""
    work = Preparation()
    work.start()
    return work


def maps(choice: ClipChoice, weighting: str, model: LoadedModel) -> dict[str, FeatureMaps]:
    """Feature maps of every catalogued layer of `model` for the chosen clip."""

    def make() -> dict[str, FeatureMaps]:
        import torch

        from mer_core.features import feature_maps

        batch = recording_input(recording(choice), model.entry.input, weighting=weighting)[None]
        return feature_maps(model, torch.from_numpy(batch))

    return _feature_maps_cache().fetch(f"{clip_key(choice)} {weighting} {model.digest}", make)


@st.cache_resource(max_entries=1, show_spinner=False)
def _feature_maps_cache() -> BoundedCache[dict[str, FeatureMaps]]:
    """Bounded by memory: one network's maps take 15 MB and another's 125."""
    return BoundedCache(_MAPS, lambda maps: sum(found.values.nbytes for found in maps.values()))


@st.cache_resource(max_entries=1, show_spinner=False)
def drawings_cache() -> BoundedCache[Any]:
    """Return the cache of `drawings.py`."""
    return BoundedCache(_DRAWINGS, size_of)


@st.cache_resource(max_entries=1, show_spinner=False)
def image_store() -> AmiStore:
    """The store of derived images on disk."""
    return AmiStore()


THUMBNAIL_REACH = 12.0
"""Grey levels of weighted mean change that a thumbnail shows as black and white."""
_THUMBNAIL, _MOVIE_RATE = 112, 12.0


def thumbnail(source: str, subject: str, clip: str) -> bytes:
    """Return what changes in a dataset's clip as a small WebP, on one scale for all clips."""
    return _thumbnail(source, _root(source), subject, clip)


@st.cache_data(max_entries=2048, show_spinner=False)
def _thumbnail(source: str, root: str, subject: str, clip: str) -> bytes:
    image = sample_image(
        _sample(source, root, subject, clip), Imaging(weighting=_MOTION), store=image_store()
    )
    change = image.total.mean(axis=2) / (np.abs(image.weights).sum() / 2)
    grey = np.clip(127.5 + change * (127.5 / THUMBNAIL_REACH), 0, 255).round().astype(np.uint8)
    return webp_bytes(np.repeat(grey[..., None], 3, axis=2))


def small_movie(source: str, subject: str, clip: str) -> bytes:
    """Return a dataset's clip as a small moving picture."""
    return _small_movie(source, _root(source), subject, clip)


@st.cache_data(max_entries=64, show_spinner=False)
def _small_movie(source: str, root: str, subject: str, clip: str) -> bytes:
    frames = sample_recording(_sample(source, root, subject, clip)).clip
    return animation_bytes(
        list(frames.frames),
        fps=_MOVIE_RATE,
        frame_numbers=frames.frame_numbers,
        size=_THUMBNAIL,
        quality=70,
    )


def _sample(source: str, root: str, subject: str, clip: str) -> Sample:
    samples = _dataset(source, root).samples
    return next(s for s in samples if (s.subject, s.clip) == (subject, clip))


def weights_of(model: LoadedModel) -> str:
    """Return the `weights` with which `load_model` gives this network again."""
    return model.weights.source


@st.cache_resource(max_entries=1, show_spinner=False)
def ballot_box() -> BallotBox:
    """Return the votes of this server's classes."""
    return BallotBox()
