"""One network on its own held-out clips: every method and baseline scored on every region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
from mer_core.attribution.localisation import Reduction, localise_all
from mer_core.attribution.regions import Regions, sample_regions
from mer_core.errors import MerError, StoreError
from mer_core.inputs import AmiStore, Imaging, model_input, sample_image
from mer_core.models.loaded import LoadedModel, load_model
from mer_core.provenance import settings_digest
from mer_core.records import AttributionMap, InputKind, Sample
from mer_core.reproduction.localisation_summary import ANY, Row, as_csv, read_csv
from mer_core.training.database import StoredFold
from mer_core.training.experiment import CatalogExperiment
from mer_core.training.study import Study

Map = npt.NDArray[np.floating]
Mask = npt.NDArray[np.bool_]

# Raise it when a change of code changes scores, so that kept parts are made again.
CODE_VERSION = 2

DEFAULT_METHODS: Mapping[str, Mapping[str, Any]] = {
    "saliency": {},
    # The same arithmetic for all networks, on every machine.
    "integrated-gradients": {"steps": 16, "arithmetic": "float32"},
    "grad-cam": {},
    "occlusion": {"patches": 7, "overlap": 1},
}
"""Methods and parameters that explain a clip in the time of some hundred forward passes."""

NEEDS_REGIONS = "is given the regions it would be scored against"


@dataclass(frozen=True, kw_only=True)
class LocalisationSettings:
    """Networks, methods and scores of a localisation study.

    Attributes:
        methods: Method -> parameters that are not to have their default.
        target: Which class is explained: "predicted" or "true".
        reduction: What is done with negative values of signed maps.
        clips: Held-out clips per fold, evenly chosen; None takes all.
        seed: Seed of the random map and of methods that draw.
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
        identity: Identity of the fold in its database.
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
    """Explain a fold's held-out clips, write the part, and return its number of rows.

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


def refusals(model: LoadedModel) -> dict[str, str]:
    """Return every method that cannot be scored on `model` -> why."""
    return {
        available.method.name: NEEDS_REGIONS if available.method.needs_regions else available.reason
        for available in list_methods(model)
        if available.reason or available.method.needs_regions
    }


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
    maps = [
        *baseline_maps(sample, image, imaging, store, settings.seed),
        *method_maps(model, inputs, target, image, settings),
    ]
    return list(
        scored_rows(
            maps,
            {**regions.masks, ANY: regions.union},
            reduction=settings.reduction,
            remark=_unmapped(regions),
            dataset=sample.dataset,
            model=model.entry.name,
            emotion=label,
            subject=sample.subject,
            clip=sample.clip,
            seed=seed,
            target=target,
            correct=predicted == label,
            source=str(regions.source),
            synthetic=sample.synthetic,
        )
    )


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
    unused = refusals(model)
    for name, parameters in settings.methods.items():
        if name not in unused:
            yield attempted_map(
                name,
                lambda name=name, parameters=parameters: explain(
                    model,
                    inputs,
                    method=name,
                    target=target,
                    parameters=parameters,
                    seed=settings.seed,
                    zero_level=image.offset if accumulated else None,
                ),
            )


def attempted_map(name: str, explain: Callable[[], AttributionMap]) -> Named:
    """Return the map of a method; that it fails on a clip is noted, and costs no other map."""
    try:
        return name, False, explain().values, ""
    except MerError as error:
        return name, False, np.zeros((1, 1)), str(error)


def _unmapped(regions: Regions) -> str:
    return f"no region for {', '.join(regions.unmapped)}" if regions.unmapped else ""


def scored_rows(
    maps: Iterable[Named],
    masks: Mapping[str, Mask],
    *,
    reduction: Reduction = Reduction.POSITIVE,
    remark: str = "",
    target: str,
    **common: Any,
) -> Iterator[Row]:
    """Yield the scores of every map on every mask, with what all rows of the clip share.

    Args:
        maps: Those of methods and of baselines.
        masks: Name of a region -> where it is.
        reduction: What is done with negative values.
        remark: What a reader should know of the regions.
        target: The class that was explained.
        common: Fields of `Row` that are the same for all.
    """
    nan = float("nan")
    for method, baseline, values, problem in maps:
        found = {} if problem else localise_all(values, masks, reduction=reduction)
        for au in masks:
            one = found.get(au)
            scores = [("", nan, nan)]
            notes = [problem or remark]
            if one is not None:
                scores = [(n, score.value, score.normalised) for n, score in one.scores.items()]
                notes.insert(0, one.undefined)
            for metric, value, normalised in scores:
                yield Row(
                    **common,
                    method=method,
                    baseline=baseline,
                    au=au,
                    target="" if baseline else target,
                    metric=metric,
                    value=value,
                    normalised=normalised,
                    area=one.area if one else nan,
                    reduction=str(one.reduction or "") if one else "",
                    constant=one.constant if one else False,
                    note="; ".join(filter(None, notes)),
                )


@lru_cache(maxsize=4)
def _opened(folder: Path) -> Study:
    return Study.open(folder)
