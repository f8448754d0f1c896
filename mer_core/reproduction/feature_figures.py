"""Figs. 3, 4, 6 and 7: what layers answer to affective-motion images.

Networks are those of the fold that held the person out; where no study is finished, their weights
are random, and the figure says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mer_core.features import RANKINGS, FeatureMaps, difference, feature_maps, matched_layers
from mer_core.models.loaded import LoadedModel
from mer_core.plots.colour import ColourScale, Rgb, shared_scale
from mer_core.plots.grid import Cell, labelled_grid
from mer_core.plots.raster import enlarge, outline, png_bytes, stack, stamp_synthetic
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import CATALOG_NAMES, cells_of, study_needs
from mer_core.reproduction.held_out import Exhibit, both_emotions, exhibit, held_out_network
from mer_core.reproduction.job import Job, Made, Maker, Product

AFFECTIVENET = "AffectiveNet-1"
COMPARED = ("ResNet-50", "MobileNet", AFFECTIVENET)
ABLATED = ("Af-Net-KS-1", "Af-Net-KS-2", "Af-Net-LFC", AFFECTIVENET)
MATCHED_STAGE = "1/4"
_PARTS = ("first", "f1", "f2", "refine")
_TILE = 104

# Fig. 6's clips: dataset and the coders' word.
_FOUR = (
    ("casme", "disgust"),
    ("casme2", "happiness"),
    ("casme-squared", "disgust"),
    ("samm", "others"),
)

Maps = npt.NDArray[np.floating]


def make_figure3(job: Job) -> Made:
    """Every convolution of MICRoFeat on one happy clip: 4 branches x 4 convolutions."""
    shown = exhibit(job, "casme2", "happiness")
    model = held_out_network(job, AFFECTIVENET, shown.sample)
    maps = feature_maps(model, shown.tensor(model))
    branches = list(model.entry.branches())
    rows = [[maps[f"micro.{_key(branch)}.{part}"] for part in _PARTS] for branch in branches]
    scales = [_mean_scale([row[i] for row in rows]) for i in range(len(_PARTS))]
    grid = labelled_grid(
        [
            [cell for found, scale in zip(row, scales, strict=True) for cell in _pair(found, scale)]
            for row in rows
        ],
        rows=[f"branch {branch}" for branch in branches],
        columns=("first convolution", "EncapFeat f1", "EncapFeat f2", "refinement"),
    )
    ranks = {
        f"{branch}.{part}": found.top(3, RANKINGS.get("activation"))
        for branch, row in zip(branches, rows, strict=True)
        for part, found in zip(_PARTS, row, strict=True)
    }
    note = "left: mean over channels, one scale per column; right: most active channel, own scale"
    return _made(job, [shown], [model], [_head([shown], [model], note), grid], ranks)


def make_figure4(job: Job) -> Made:
    """The first convolutions on anger and on happiness of one person, and where they differ."""
    first, second = both_emotions(job, "casme-squared", "anger", "happy")
    model = held_out_network(job, AFFECTIVENET, first.sample)
    layers = [layer.name for layer in model.entry.layers if layer.name.endswith(".first")]
    one = feature_maps(model, first.tensor(model), layers)
    two = feature_maps(model, second.tensor(model), layers)
    changes = [difference(one[name], two[name]) for name in layers]
    cells = []
    for change in changes:
        row = []
        for channel in change.order[:2]:
            pair = [change.first.values[channel], change.second.values[channel]]
            scale = shared_scale(pair, signed=False)
            signed = shared_scale([change.values[channel]], signed=True)
            row += [
                Cell(picture=_coloured(pair[0], scale), caption=first.sample.label),
                Cell(picture=_coloured(pair[1], scale), caption=second.sample.label),
                Cell(picture=_coloured(change.values[channel], signed), caption=f"#{channel}"),
            ]
        cells.append(row)
    grid = labelled_grid(
        cells,
        rows=[f"branch {change.first.layer.branch}" for change in changes],
        columns=("channel that differs most, and difference", "second, and difference"),
    )
    values = {
        change.first.layer.branch: {
            "channels": change.order[:2],
            "rank_correlation": round(change.correlation, 4),
        }
        for change in changes
    }
    head = _head([first, second], [model], "both clips on one scale; differences on their own")
    return _made(job, [first, second], [model], [head, grid], values)


def make_figure6(job: Job) -> Made:
    """The three most active maps of three networks at matched depth, for four clips."""
    clips, models, cells, tops = [], [], [], {}
    for dataset, label in _FOUR:
        if not job.roots.has(dataset):
            continue
        shown = exhibit(job, dataset, label)
        networks = [held_out_network(job, method, shown.sample) for method in COMPARED]
        layers = matched_layers([model.entry for model in networks])[MATCHED_STAGE]
        row: list[Cell] = []
        for model in networks:
            layer = layers[model.entry.name].name
            found = feature_maps(model, shown.tensor(model), [layer])[layer]
            best = found.top(3, RANKINGS.get("activation"))
            tops[f"{dataset}.{model.entry.name}"] = best
            row += [Cell(picture=_own(found.values[c]), caption=f"#{c}") for c in best]
        clips.append(shown)
        models += networks
        cells.append(row)
    if not clips:
        job.roots.choice(_FOUR[0][0])  # says what is missing
    grid = labelled_grid(
        cells,
        rows=[f"{shown.sample.dataset} {shown.sample.label}" for shown in clips],
        columns=[model.entry.title for model in models[: len(COMPARED)]],
    )
    note = f"three most active maps at {MATCHED_STAGE} of the input's size, each on its own scale"
    return _made(job, clips, models, [_head(clips, models, note), grid], tops)


def make_figure7(job: Job) -> Made:
    """The first convolutions of four ablations on one clip of disgust."""
    shown = exhibit(job, "casme2", "disgust")
    models = [held_out_network(job, method, shown.sample) for method in ABLATED]
    cells, tops = [], {}
    for method, model in zip(ABLATED, models, strict=True):
        names = [layer.name for layer in model.entry.layers if layer.name.endswith(".first")]
        found = list(feature_maps(model, shown.tensor(model), names).values())
        scale = _mean_scale(found)
        cells.append([cell for maps in found for cell in _pair(maps, scale)])
        for maps in found:
            tops[f"{method}.{maps.layer.branch}"] = maps.top(3, RANKINGS.get("activation"))
    columns = [f"branch {branch}" for branch in models[0].entry.branches()]
    grid = labelled_grid(cells, rows=ABLATED, columns=columns)
    note = "left: mean over channels, one scale per row; right: most active channel, own scale"
    return _made(job, [shown], models, [_head([shown], models, note), grid], tops)


def _made(
    job: Job,
    clips: Sequence[Exhibit],
    models: Sequence[LoadedModel],
    parts: Sequence[Rgb],
    values: Mapping[str, Any],
) -> Made:
    synthetic = any(shown.sample.synthetic for shown in clips)
    sheet = stack(list(parts))
    settings = {
        "clips": [shown.sample.key for shown in clips],
        "networks": [f"{model.entry.name}: {model.weights.label}" for model in models],
        "weights": [model.weights.digest for model in models],
    }
    document = json.dumps({**settings, "maps": values}, indent=1) + "\n"
    untrained = sorted({model.entry.title for model in models if not model.weights.trained})
    return Made(
        products=(
            Product(
                suffix=".png",
                content=png_bytes(stamp_synthetic(sheet) if synthetic else sheet),
            ),
            Product(suffix=".json", content=document.encode()),
        ),
        data_digest=settings_digest(
            job.digests(*sorted({shown.sample.dataset for shown in clips}))
        ),
        synthetic=synthetic,
        settings=settings,
        seed=job.seeds[0],
        warnings=tuple(f"{name} is untrained: no finished study" for name in untrained),
        values=values,
    )


def _face(shown: Exhibit) -> Rgb:
    picture = enlarge(shown.image.image, (_TILE, _TILE), smooth=True)
    mask = enlarge(np.repeat(shown.region[..., None].astype(np.uint8), 3, axis=2), (_TILE, _TILE))[
        ..., 0
    ]
    return outline(picture, mask.astype(bool))


def _head(clips: Sequence[Exhibit], models: Sequence[LoadedModel], note: str) -> Rgb:
    """The clips with their moving regions outlined, and what the maps below come from."""
    states = dict.fromkeys(model.weights.label for model in models)
    trained = sum(model.weights.trained for model in models)
    weights = "; ".join(states) if len(states) == 1 else f"{trained} of {len(models)} trained"
    titles = dict.fromkeys(model.entry.title for model in models)
    words = [
        f"{', '.join(titles)}. Weights: {weights}",
        "outlined: where the action units move the face",
        note,
    ]
    faces = [Cell(picture=_face(shown), caption=shown.caption) for shown in clips]
    return labelled_grid([faces], rows=[""], lines=words)


def _pair(found: FeatureMaps, scale: ColourScale) -> list[Cell]:
    """A layer's mean over channels and its most active channel."""
    (top,) = found.top(1, RANKINGS.get("activation"))
    return [
        Cell(picture=_coloured(found.values.mean(axis=0), scale), caption="mean"),
        Cell(picture=_own(found.values[top]), caption=f"#{top}"),
    ]


def _mean_scale(layers: Sequence[FeatureMaps]) -> ColourScale:
    return shared_scale([found.values.mean(axis=0) for found in layers], signed=False)


def _coloured(values: Maps, scale: ColourScale) -> Rgb:
    return enlarge(scale.apply(values), (_TILE, _TILE))


def _own(values: Maps) -> Rgb:
    return _coloured(values, shared_scale([values], signed=False))


def _key(branch: str) -> str:
    """The name of a branch in layer names: "3x3" is k3."""
    return f"k{branch.split('x')[0]}"


def _maker(
    name: str, place: str, title: str, make: Any, methods: Sequence[str], datasets: Sequence[str]
) -> Maker:
    setups = tuple(paper for paper, ours in CATALOG_NAMES.items() if ours in datasets)

    def needs(job: Job) -> Mapping[str, Any]:
        cells = [cell for method in methods for cell in cells_of(method, setups)]
        # Weights come from whatever is finished, so what is finished counts.
        return study_needs(job, cells, finished=True)

    return Maker(name=name, title=title, place=place, make=make, needs=needs)


MAKERS = (
    _maker(
        "fig3",
        "Fig. 3",
        "Maps of every convolution of MICRoFeat for a happy clip",
        make_figure3,
        (AFFECTIVENET,),
        ("casme2",),
    ),
    _maker(
        "fig4",
        "Fig. 4",
        "First convolutions on anger and on happiness of one person, and where they differ",
        make_figure4,
        (AFFECTIVENET,),
        ("casme-squared",),
    ),
    _maker(
        "fig6",
        "Fig. 6",
        "The most active maps of ResNet-50, MobileNet and AffectiveNet for four clips",
        make_figure6,
        COMPARED,
        tuple(CATALOG_NAMES.values()),
    ),
    _maker(
        "fig7",
        "Fig. 7",
        "First convolutions of the ablations KS-1, KS-2 and LFC and of AffectiveNet on disgust",
        make_figure7,
        ABLATED,
        ("casme2",),
    ),
)
