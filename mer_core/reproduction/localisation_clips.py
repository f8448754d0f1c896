"""One network on its own held-out clips: every method and baseline scored on every region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mer_core.ami import AffectiveMotionImage
from mer_core.atomic import write_text
from mer_core.attribution import explain, list_methods
from mer_core.attribution.control_maps import control_maps, motion_weighting
from mer_core.attribution.localisation import Localisation, Reduction, localise_all
from mer_core.attribution.regions import Regions, sample_regions
from mer_core.errors import MerError, StoreError
from mer_core.inputs import AmiStore, Imaging, model_input, sample_image
from mer_core.models.loaded import LoadedModel, load_model
from mer_core.provenance import settings_digest
from mer_core.records import InputKind, Sample
from mer_core.reproduction.localisation_summary import ANY, Row, as_csv, read_csv
from mer_core.training.database import StoredFold
from mer_core.training.experiment import CatalogExperiment
from mer_core.training.study import Study

Map = npt.NDArray[np.floating]

# Raise it when a change of code changes scores, so that kept parts are made again.
CODE_VERSION = 2

DEFAULT_METHODS: Mapping[str, Mapping[str, Any]] = {
    "saliency": {},
    # The same arithmetic for all networks, on every machine.
    "integrated-gradients": {"steps": 16, "arithmetic": "float32"},
    "grad-cam": {},
    "occlusion": {"patches": 7, "overlap": 1},
}
"""Methods and knobs that explain a clip in the time of some hundred forward passes."""

NEEDS_REGIONS = "is given the regions it would be scored against"


@dataclass(frozen=True, kw_only=True)
class LocalisationSettings:
    """What is explained, and how it is scored.

    Attributes:
        methods: Method -> knobs that are not to have their default.
        target: Which class is explained: "predicted" or "true".
        reduction: What is done with negative values of signed maps.
        clips: Held-out clips per fold, evenly chosen; None takes all.
        seed: Of the random map and of methods that draw.
    """

    methods: Mapping[str, Mapping[str, Any]]
    target: str = "predicted"
    reduction: Reduction = Reduction.POSITIVE
    clips: int | None = None
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class FoldWork:
    """One fold to explain; travels to a worker.

    Attributes:
        study: The study's folder.
        identity: Of the fold in its database.
        settings: What to do.
        part: File that receives the rows.
    """

    study: Path
    identity: int
    settings: LocalisationSettings
    part: Path


def part_name(study: Study, fold: StoredFold, settings: LocalisationSettings) -> str:
    """File name of a fold's rows; it changes with whatever could change them."""
    digest = settings_digest(
        {
            "code": CODE_VERSION,
            "weights": fold.weights_digest,
            "data": study.store.read("data_digest"),
            "experiment": study.experiment.describe(),
            "settings": asdict(settings),
        }
    )
    return f"{study.name}-seed{fold.seed}-{fold.position:03}-{digest[:16]}.csv"


def explain_fold(work: FoldWork, report: Any) -> int:
    """Explains a fold's held-out clips, writes the part, and returns its number of rows.

    A part that is there already is read and left; `report` hears of each clip. PyTorch works with
    one thread: the number of threads changes last digits, and processes share the cores better.
    """
    if work.part.exists():
        kept = read_csv(work.part)
        for clip in dict.fromkeys((row.subject, row.clip) for row in kept):
            report({"clip": "/".join(clip)})
        return len(kept)
    study = _opened(work.study)
    fold = next(fold for fold in study.store.folds() if fold.identity == work.identity)
    model = fold_model(study, fold)
    rows: list[Row] = []
    with one_thread():
        for index in chosen_clips(study, fold, work.settings.clips):
            sample, label = study.table.samples[index], study.table.labels[index]
            rows += clip_rows(study, model, sample, label, fold.seed, work.settings)
            report({"clip": sample.key})
    work.part.parent.mkdir(parents=True, exist_ok=True)
    write_text(work.part, as_csv(rows))
    return len(rows)


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch with one thread inside; as before after."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def fold_model(study: Study, fold: StoredFold) -> LoadedModel:
    """The network that a fold trained; it has not seen the fold's test clips."""
    path = study.weights_path(fold)
    if not path.is_file():
        raise StoreError(
            f"the weights of fold {fold.name} were not kept",
            where=study.folder,
            remedy="run the study without --no-weights",
        )
    model = load_model(catalog_experiment(study).model, weights=path)
    if model.weights.digest != fold.weights_digest:
        raise StoreError("are not the weights this fold recorded", where=path)
    return model


def chosen_clips(study: Study, fold: StoredFold, most: int | None) -> list[int]:
    """Indices of the fold's test clips; at most `most`, evenly spread over them."""
    test = study.folds[fold.position].test.tolist()
    if most is None or most >= len(test):
        return test
    return [test[i] for i in np.linspace(0, len(test) - 1, most).round().astype(int)]


def catalog_experiment(study: Study) -> CatalogExperiment:
    """The study's experiment, or `StoreError` where it is not of the catalogue."""
    if not isinstance(study.experiment, CatalogExperiment):
        raise StoreError("its networks are not of the catalogue", where=study.folder)
    return study.experiment


def left_out(model: LoadedModel, settings: LocalisationSettings) -> dict[str, str]:
    """Chosen method -> why it cannot be used on `model`."""
    reasons = {
        available.method.name: NEEDS_REGIONS if available.method.needs_regions else available.reason
        for available in list_methods(model)
    }
    return {name: reasons[name] for name in settings.methods if reasons[name]}


def clip_rows(
    study: Study,
    model: LoadedModel,
    sample: Sample,
    label: str,
    seed: int,
    settings: LocalisationSettings,
) -> list[Row]:
    """Every map of one clip against every region."""
    experiment, spec, store = catalog_experiment(study), model.entry.input, AmiStore()
    imaging = Imaging(
        weighting=experiment.weighting or spec.weighting,
        size=spec.size,
        crop=experiment.crop,
        stabilise=experiment.stabilise,
    )
    inputs = torch.from_numpy(model_input(sample, spec, store=store, imaging=imaging))[None]
    predicted = model.classes[int(model.logits(inputs)[0].argmax())]
    target = label if settings.target == "true" else predicted
    image = sample_image(sample, imaging, store=store)
    regions = sample_regions(sample, spec.size, imaging=imaging)
    masks = {**regions.masks, ANY: regions.union}
    rows: list[Row] = []
    maps = [
        *baseline_maps(sample, image, imaging, store, settings.seed),
        *method_maps(model, inputs, target, image, settings),
    ]
    for method, baseline, values, note in maps:
        found = localise_all(values, masks, reduction=settings.reduction) if not note else {}
        for au in masks:
            rows += _rows(
                found.get(au),
                dataset=sample.dataset,
                model=model.entry.name,
                method=method,
                baseline=baseline,
                au=au,
                emotion=label,
                subject=sample.subject,
                clip=sample.clip,
                seed=seed,
                target="" if baseline else target,
                correct=predicted == label,
                source=str(regions.source),
                note=note or _unmapped(regions),
                synthetic=sample.synthetic,
            )
    return rows


Named = tuple[str, bool, Map, str]
"""Name, whether it is a baseline, the map, and why there is none or ""."""


def baseline_maps(
    sample: Sample,
    image: AffectiveMotionImage,
    imaging: Imaging,
    store: AmiStore,
    seed: int,
) -> Iterator[Named]:
    """The maps of `mer_core.attribution.control_maps`."""
    moving = replace(imaging, weighting=motion_weighting(image.weighting))
    motion = sample_image(sample, moving, store=store)
    for name, values in control_maps(image, motion, seed=seed, key=sample.key).items():
        yield name, True, values, ""


def method_maps(
    model: LoadedModel,
    inputs: torch.Tensor,
    target: str,
    image: AffectiveMotionImage,
    settings: LocalisationSettings,
) -> Iterator[Named]:
    """The maps of the chosen methods that apply; one that fails on a clip is noted, not lost."""
    accumulated = model.entry.input.kind in (InputKind.AMI, InputKind.DYNAMIC_IMAGE)
    unused = left_out(model, settings)
    for name, knobs in settings.methods.items():
        if name in unused:
            continue
        try:
            found = explain(
                model,
                inputs,
                method=name,
                target=target,
                parameters=knobs,
                seed=settings.seed,
                zero_level=image.offset if accumulated else None,
            )
        except MerError as error:
            yield name, False, np.zeros((1, 1)), str(error)
            continue
        yield name, False, found.values, ""


def _unmapped(regions: Regions) -> str:
    return f"no region for {', '.join(regions.unmapped)}" if regions.unmapped else ""


def _rows(found: Localisation | None, *, note: str, **common: Any) -> Iterator[Row]:
    if found is None:
        nan = float("nan")
        yield Row(
            **common,
            metric="",
            value=nan,
            normalised=nan,
            area=nan,
            reduction="",
            constant=False,
            note=note,
        )
        return
    for name, score in found.scores.items():
        yield Row(
            **common,
            metric=name,
            value=score.value,
            normalised=score.normalised,
            area=found.area,
            reduction=str(found.reduction or ""),
            constant=found.constant,
            note="; ".join(text for text in (found.undefined, note) if text),
        )


@lru_cache(maxsize=4)
def _opened(folder: Path) -> Study:
    return Study.open(folder)
