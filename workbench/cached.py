"""What the pages share between reruns and users: clips, networks, and what these make of those.

Only this file and `cached_results.py` have Streamlit's caches. Every function is one call into the
core. Keys are short strings and numbers, values are treated as immutable, and every cache is
bounded. What needs PyTorch or Captum imports it when it is first asked, because loading them takes
seconds and most of a first page needs neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
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
from mer_core.plots.animation import animation_bytes
from mer_core.plots.raster import webp_bytes
from mer_core.provenance import canonical_json
from mer_core.records import Sample
from workbench import cached_results
from workbench.attribution_request import AttributionRequest
from workbench.bounded_cache import BoundedCache, size_of

if TYPE_CHECKING:
    from mer_core.attribution.catalog import Offer
    from mer_core.attribution.frames import FrameShares, PartialMap
    from mer_core.attribution.inspection import Inspection
    from mer_core.attribution.localisation import Localisation
    from mer_core.features import FeatureMaps
    from mer_core.models.loaded import LoadedModel
    from mer_core.records import AttributionMap
    from workbench.class_vote import BallotBox
    from workbench.sanity_queue import SanityQueue
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
    """What tells the chosen clip from all others, those of another root under its name included."""
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
        weighting: Of the images it is to look at; where it ships for several, the weights are
            those trained on such images.
    """
    from workbench import cores

    cores.leave_one()
    return _shipped_network(name, weighting)


@st.cache_resource(max_entries=12, show_spinner="Loading the network")
def _shipped_network(name: str, weighting: str | None) -> LoadedModel:
    from mer_core.models.loaded import load_shown

    return load_shown(name, weighting=weighting)


@st.cache_resource(max_entries=12, show_spinner="Loading the network")
def _network(name: str, weights: str) -> LoadedModel:
    from mer_core.models.loaded import load_model

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

    return _kept_maps().fetch(f"{clip_key(choice)} {weighting} {model.digest}", make)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept_maps() -> BoundedCache[dict[str, FeatureMaps]]:
    """Bounded by memory: one network's maps take 15 MB and another's 125."""
    return BoundedCache(_MAPS, lambda maps: sum(found.values.nbytes for found in maps.values()))


@st.cache_resource(max_entries=1, show_spinner=False)
def kept_drawings() -> BoundedCache[Any]:
    """What `drawings.py` has drawn."""
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


def study_network(study: str, choice: ClipChoice) -> LoadedModel | None:
    """The network of `study` that held the chosen clip out; None where none did or none is kept."""
    from mer_core.training.study import Study
    from workbench import cores

    cores.leave_one()
    result = cached_results.study_result(study)
    fold = result.fold_of(choice.key)
    if fold is None:
        return None
    path = Study.open(study).weights_path(fold)
    name = result.definition["experiment"]["model"]
    return _network(name, str(path)) if path.exists() else None


def weights_of(model: LoadedModel) -> str:
    """What `load_model` takes to give this network again."""
    return model.weights.source


def inspection(choice: ClipChoice, weighting: str, model: LoadedModel) -> Inspection:
    """A network looking at the chosen clip."""
    return _inspection(clip_key(choice), weighting, model.digest, choice, model)


@st.cache_resource(max_entries=24, show_spinner=False)
def _inspection(
    key: str, weighting: str, digest: str, _choice: ClipChoice, _model: LoadedModel
) -> Inspection:
    from mer_core.attribution.inspection import Inspection

    return Inspection(model=_model, recording=recording(_choice), weighting=weighting)


def attribution(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    asked: AttributionRequest,
    *,
    meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> AttributionMap:
    """One map; computed once for all who ask the same, inside `meanwhile` if it has to be."""
    key = canonical_json([clip_key(choice), weighting, model.digest, asked.key])
    found = _kept_attributions().get(key)
    if found is not None:
        return found

    def make() -> AttributionMap:
        with _suitable_cores(model, asked):
            return inspection(choice, weighting, model).explain(
                asked.method, target=asked.target, layer=asked.layer, parameters=asked.parameters
            )

    with meanwhile():
        return _kept_attributions().fetch(key, make)


def _suitable_cores(model: LoadedModel, asked: AttributionRequest) -> AbstractContextManager[None]:
    """In which a method computes on as many cores as its work is worth."""
    from mer_core.attribution import METHODS
    from workbench import cores

    cost = METHODS.get(asked.method).forwards(dict(asked.parameters), model.entry)
    return cores.suited_to(cost)


@st.cache_resource(max_entries=1, show_spinner=False)
def _kept_attributions() -> BoundedCache[AttributionMap]:
    return BoundedCache(128)


def shares(
    choice: ClipChoice, weighting: str, model: LoadedModel, asked: AttributionRequest
) -> FrameShares:
    """What each frame contributes to a map."""
    return _shares(clip_key(choice), weighting, model.digest, asked.key, asked, choice, model)


@st.cache_resource(max_entries=24, show_spinner="Carrying the attribution back to its frames")
def _shares(
    key: str,
    weighting: str,
    digest: str,
    asked: str,
    _asked: AttributionRequest,
    _choice: ClipChoice,
    _model: LoadedModel,
) -> FrameShares:
    with _suitable_cores(_model, _asked):
        return inspection(_choice, weighting, _model).shares(_asked.method, target=_asked.target)


def partial_map(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    asked: AttributionRequest,
    frames: tuple[int, int],
) -> PartialMap:
    """The map of the image that a range of frames makes by itself."""
    return _partial(
        clip_key(choice), weighting, model.digest, asked.key, frames, asked, choice, model
    )


@st.cache_resource(max_entries=24, show_spinner="Explaining the chosen frames")
def _partial(
    key: str,
    weighting: str,
    digest: str,
    asked: str,
    frames: tuple[int, int],
    _asked: AttributionRequest,
    _choice: ClipChoice,
    _model: LoadedModel,
) -> PartialMap:
    with _suitable_cores(_model, _asked):
        return inspection(_choice, weighting, _model).partial(
            _asked.method,
            first=frames[0],
            last=frames[1],
            target=_asked.target,
            layer=_asked.layer,
            parameters=_asked.parameters,
        )


def offers(model: LoadedModel) -> tuple[Offer, ...]:
    """Every attribution method, and whether it says something about `model`."""
    return _offers(model.digest, model)


@st.cache_resource(max_entries=24, show_spinner=False)
def _offers(digest: str, _model: LoadedModel) -> tuple[Offer, ...]:
    from mer_core.attribution import list_methods

    return list_methods(_model)


@st.cache_resource(max_entries=96, show_spinner=False)
def control_scores(
    key: str, weighting: str, model: str, _look: Inspection
) -> dict[str, Localisation]:
    """The localisation scores of maps that no network made, by their titles."""
    from mer_core.attribution.baselines import BASELINES

    scores = {name: _look.localise(values) for name, values in _look.baselines().items()}
    return {BASELINES[name]: found for name, found in scores.items() if found is not None}


@st.cache_resource(max_entries=1, show_spinner=False)
def ballot_box() -> BallotBox:
    """Return the votes of this server's classes."""
    from workbench.class_vote import BallotBox

    return BallotBox()


@st.cache_resource(max_entries=1, show_spinner=False)
def sanity_queue() -> SanityQueue:
    """Return the sanity checks of this process, finished and to come."""
    from workbench.sanity_queue import SanityQueue

    return SanityQueue(BoundedCache(64))
