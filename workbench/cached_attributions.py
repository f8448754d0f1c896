"""What the pages share of attributions: inspections of clips by networks, their maps, and checks.

As in `cached.py`: every function is one call into the core. One cache holds all results, bounded by
the memory they take.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from mer_core.provenance import canonical_json
from mer_core.records import AttributionRequest
from workbench.bounded_cache import BoundedCache, size_of
from workbench.cached import clip_key, recording

if TYPE_CHECKING:
    from mer_core.attribution.catalog import MethodAvailability
    from mer_core.attribution.frames import FrameShares, PartialMap
    from mer_core.attribution.inspection import Inspection
    from mer_core.attribution.localisation import Localisation
    from mer_core.models.loaded import LoadedModel
    from mer_core.records import AttributionMap
    from workbench.sanity_queue import SanityQueue
    from workbench.selection import ClipChoice

T = TypeVar("T")

_RESULTS = 384 * 2**20  # bytes
_INSPECTION = 2**20  # bytes, without the clip, which `cached` holds and counts


def inspection(choice: ClipChoice, weighting: str, model: LoadedModel) -> Inspection:
    """Return the inspection of the chosen clip by a network."""

    def make() -> Inspection:
        from mer_core.attribution.inspection import Inspection

        return Inspection(model=model, recording=recording(choice), weighting=weighting)

    return _fetch(_key("inspection", choice, weighting, model), make)


def attribution(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    request: AttributionRequest,
    *,
    meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> AttributionMap:
    """Return one map, computed inside `meanwhile` if it has to be."""

    def make() -> AttributionMap:
        with _suitable_cores(model, request):
            return inspection(choice, weighting, model).explain(
                request.method,
                target=request.target,
                layer=request.layer,
                parameters=request.parameters,
            )

    return _fetch(_key("map", choice, weighting, model, request.key), make, meanwhile)


def shares(
    choice: ClipChoice, weighting: str, model: LoadedModel, request: AttributionRequest
) -> FrameShares:
    """Return what each frame contributes to a map."""

    def make() -> FrameShares:
        with _suitable_cores(model, request):
            return inspection(choice, weighting, model).shares(
                request.method, target=request.target
            )

    waiting = partial(st.spinner, "Computing what each frame contributes")
    return _fetch(_key("shares", choice, weighting, model, request.key), make, waiting)


def partial_map(
    choice: ClipChoice,
    weighting: str,
    model: LoadedModel,
    request: AttributionRequest,
    frames: tuple[int, int],
) -> PartialMap:
    """Return the map of the image that a range of frames makes by itself."""

    def make() -> PartialMap:
        with _suitable_cores(model, request):
            return inspection(choice, weighting, model).partial(
                request.method,
                first=frames[0],
                last=frames[1],
                target=request.target,
                layer=request.layer,
                parameters=request.parameters,
            )

    key = _key("partial map", choice, weighting, model, request.key, *frames)
    return _fetch(key, make, partial(st.spinner, "Explaining the chosen frames"))


def control_scores(
    choice: ClipChoice, weighting: str, model: LoadedModel
) -> dict[str, Localisation]:
    """Return the localisation scores of maps that no network made, by their titles."""

    def make() -> dict[str, Localisation]:
        from mer_core.attribution.control_maps import CONTROL_MAPS

        seen = inspection(choice, weighting, model)
        scores = {
            name: seen.localise(values) for name, values in seen.distinct_control_maps().items()
        }
        return {CONTROL_MAPS[name]: found for name, found in scores.items() if found is not None}

    return _fetch(_key("control scores", choice, weighting, model), make)


def available_methods(model: LoadedModel) -> tuple[MethodAvailability, ...]:
    """Return every attribution method, and whether it applies to `model`."""

    def make() -> tuple[MethodAvailability, ...]:
        from mer_core.attribution import list_methods

        return list_methods(model)

    return _fetch(canonical_json(["methods", model.digest]), make)


def _key(
    kind: str, choice: ClipChoice, weighting: str, model: LoadedModel, *more: str | int
) -> str:
    return canonical_json([kind, clip_key(choice), weighting, model.digest, *more])


def _fetch(
    key: str,
    make: Callable[[], T],
    meanwhile: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> T:
    """Return what all who ask the same share; it is made once, inside `meanwhile`."""
    found = _results().get(key)
    if found is not None:
        return found
    with meanwhile():
        return _results().fetch(key, make)


@st.cache_resource(max_entries=1, show_spinner=False)
def _results() -> BoundedCache[Any]:
    return BoundedCache(_RESULTS, _size)


def _size(value: object) -> int:
    from mer_core.attribution.inspection import Inspection

    return _INSPECTION if isinstance(value, Inspection) else size_of(value)


def _suitable_cores(
    model: LoadedModel, request: AttributionRequest
) -> AbstractContextManager[None]:
    """Return a context with as many threads as the work of a method is worth."""
    from mer_core.attribution import METHODS
    from workbench import cores

    cost = METHODS.get(request.method).forwards(dict(request.parameters), model.entry)
    return cores.suited_to(cost)


@st.cache_resource(max_entries=1, show_spinner=False)
def sanity_queue() -> SanityQueue:
    """Return the sanity checks of this process, finished and to come."""
    from workbench.sanity_queue import SanityQueue

    return SanityQueue(BoundedCache(64))
