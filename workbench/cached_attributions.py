"""What the pages share of attributions: networks looking at clips, their maps, and the checks.

As in `cached.py`: every function is one call into the core, and every cache is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import streamlit as st

from mer_core.provenance import canonical_json
from workbench.attribution_request import AttributionRequest
from workbench.bounded_cache import BoundedCache
from workbench.cached import clip_key, recording

if TYPE_CHECKING:
    from mer_core.attribution.catalog import Offer
    from mer_core.attribution.frames import FrameShares, PartialMap
    from mer_core.attribution.inspection import Inspection
    from mer_core.attribution.localisation import Localisation
    from mer_core.models.loaded import LoadedModel
    from mer_core.records import AttributionMap
    from workbench.sanity_queue import SanityQueue
    from workbench.selection import ClipChoice


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
    from mer_core.attribution.control_maps import BASELINES

    scores = {name: _look.localise(values) for name, values in _look.baselines().items()}
    return {BASELINES[name]: found for name, found in scores.items() if found is not None}


@st.cache_resource(max_entries=1, show_spinner=False)
def sanity_queue() -> SanityQueue:
    """Return the sanity checks of this process, finished and to come."""
    from workbench.sanity_queue import SanityQueue

    return SanityQueue(BoundedCache(64))
