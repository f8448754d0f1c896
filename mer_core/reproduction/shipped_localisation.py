"""Where the shipped networks look: maps of unseen people's clips, scored against moving regions.

The people are of the cohort's unseen part, whom no shipped network was trained on. Which layer
Grad-CAM takes by default is measured in the same way on the inner part, so that nothing is chosen
on the people that the tables are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.atomic import write_text
from mer_core.attribution.catalog import METHODS
from mer_core.attribution.inspection import Inspection
from mer_core.cluster import Executor, Outcome, Report
from mer_core.datasets.synthetic.cohort import COHORT_NAME, CohortSettings, Part, cohort_clips
from mer_core.inputs.cohort import cohort_recording
from mer_core.models.loaded import SYNTHETIC, load_model
from mer_core.provenance import code_digest, settings_digest
from mer_core.reproduction.localisation_clips import (
    Named,
    attempted_map,
    one_thread,
    refusals,
    scored_rows,
)
from mer_core.reproduction.localisation_summary import ANY, Row, as_csv, read_csv

WORKER_BYTES = 2**30
"""Memory of a process that explains."""

_SOURCES = ("ami", "attribution", "datasets/synthetic", "models", "resizing.py")
"""The code that decides what a map of the cohort scores."""


@dataclass(frozen=True, kw_only=True)
class ShippedWork:
    """The clips of one person to be explained by every network.

    Attributes:
        models: Catalogue names.
        weighting: Frame weighting of the images.
        methods: Method -> parameters that are not to have their default.
        every_layer: Whether methods that take a layer are asked at each of the network's.
        cohort: Whose clips.
        part: Part of the cohort.
        person: Number of the person.
        clips: How many of the person's clips, evenly chosen.
        out: File that receives the rows.
    """

    models: tuple[str, ...]
    weighting: str
    methods: Mapping[str, Mapping[str, Any]]
    every_layer: bool
    cohort: CohortSettings
    part: Part
    person: int
    clips: int
    out: Path


def localise_shipped(
    models: Sequence[str],
    *,
    weighting: str,
    methods: Mapping[str, Mapping[str, Any]],
    people: int,
    folder: Path,
    executor: Executor,
    clips: int | None = None,
    part: Part = "unseen",
    every_layer: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Row, ...]:
    """Score the maps of shipped networks on clips of people they were not trained on.

    Args:
        models: Catalogue names of shipped networks.
        weighting: Frame weighting of the images they read.
        methods: Method -> parameters that are not to have their default.
        people: How many people of `part`.
        folder: Keeps one file for each person, so that an interrupted run goes on.
        executor: Does the work, a person at a time.
        clips: How many clips of each, evenly chosen; None takes all.
        part: Which people.
        every_layer: Whether methods that take a layer are asked at each of the network's; rows
            then name the layer behind the method, "grad-cam at fm3".
        progress: Called with people explained and people in all.
    """
    cohort = CohortSettings()
    weights = [load_model(name, weights=SYNTHETIC, weighting=weighting).digest for name in models]
    key = settings_digest(
        [
            weights,
            methods,
            every_layer,
            weighting,
            asdict(cohort),
            part,
            clips,
            code_digest(*_SOURCES),
        ]
    )[:16]
    work = [
        ShippedWork(
            models=tuple(models),
            weighting=weighting,
            methods=methods,
            every_layer=every_layer,
            cohort=cohort,
            part=part,
            person=person,
            clips=min(clips or cohort.clips, cohort.clips),
            out=(folder / f"{part}-{person:04d}-{key}.csv").resolve(),
        )
        for person in range(people)
    ]
    missing = [item for item in work if not item.out.exists()]
    done = len(work) - len(missing)
    for outcome in executor.map(explain_person, missing, report=lambda _: None):
        if not isinstance(outcome, Outcome):
            continue
        if outcome.error is not None:
            raise outcome.error
        done += 1
        if progress is not None:
            progress(done, len(work))
    return tuple(row for item in work for row in read_csv(item.out))


def left_out(
    models: Sequence[str], methods: Mapping[str, Mapping[str, Any]], *, weighting: str
) -> dict[str, str]:
    """Return "method on network" -> why it says nothing there."""
    reasons: dict[str, str] = {}
    for name in models:
        model = load_model(name, weights=SYNTHETIC, weighting=weighting)
        reasons |= {
            f"{method} on {name}": reason
            for method, reason in refusals(model).items()
            if method in methods
        }
    return reasons


def explain_person(work: ShippedWork, _report: Report) -> int:
    """Write the rows of one person; return how many there are."""
    rows: list[Row] = []
    played = cohort_clips(work.cohort, work.part, work.person)
    with one_thread():
        models = [
            load_model(name, weights=SYNTHETIC, weighting=work.weighting) for name in work.models
        ]
        for index in np.linspace(0, len(played) - 1, work.clips).round().astype(int).tolist():
            recording = cohort_recording(played[index], index=index)
            for model in models:
                inspection = Inspection(model=model, recording=recording)
                rows += _clip_rows(inspection, work, played[index].label, index)
    write_text(work.out, as_csv(rows))
    return len(rows)


def _clip_rows(inspection: Inspection, work: ShippedWork, label: str, index: int) -> Iterator[Row]:
    regions = inspection.regions
    if regions is None:
        return
    controls = [(name, True, values, "") for name, values in inspection.control_maps().items()]
    yield from scored_rows(
        [*controls, *_maps(inspection, work)],
        {ANY: regions.union},
        dataset=COHORT_NAME,
        model=inspection.model.entry.name,
        emotion=label,
        subject=inspection.recording.subject,
        clip=str(index),
        seed=0,
        target=inspection.predicted,
        correct=inspection.predicted == label,
        source=str(regions.source),
        synthetic=True,
    )


def _maps(inspection: Inspection, work: ShippedWork) -> Iterator[Named]:
    refused = refusals(inspection.model)
    for name, parameters in work.methods.items():
        layers: list[str | None] = [None]
        if work.every_layer and METHODS.get(name).needs_layer:
            layers = [layer.name for layer in inspection.model.entry.layers]
        for layer in layers if name not in refused else ():
            yield attempted_map(
                name if layer is None else f"{name} at {layer}",
                lambda name=name, layer=layer, parameters=parameters: inspection.explain(
                    name, layer=layer, parameters=parameters
                ),
            )
