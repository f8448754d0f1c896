"""Figs. 3, 4, 6 and 7: the maps that layers give for affective-motion images.

Networks are those of the fold that held the person out; where no study is finished, those that
ship with the package, or untrained ones, and the figure says which. Channels are ranked by their
response inside the region that the clip's action units move, so that hair is not all that answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mer_core.features import RANKINGS, FeatureMaps, difference, feature_maps, matched_layers
from mer_core.models.loaded import LoadedModel
from mer_core.plots.static.figure import StaticFigure
from mer_core.plots.static.tiles import Tile, TileBlock, TileScale, tile_figure
from mer_core.provenance import settings_digest
from mer_core.reproduction.cells import CATALOG_NAMES, cells_of, study_needs
from mer_core.reproduction.held_out import (
    FigureClip,
    both_emotions,
    choose_clip,
    held_out_network,
    matched_images,
)
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.measured import Product, figure_files

AFFECTIVENET = "AffectiveNet-1"
COMPARED = ("ResNet-50", "MobileNet", AFFECTIVENET)
ABLATED = ("Af-Net-KS-1", "Af-Net-KS-2", "Af-Net-LFC", AFFECTIVENET)
MATCHED_STAGE = "1/4"
_PARTS = {
    "first": "first convolution",
    "f1": "EncapFeat f1",
    "f2": "EncapFeat f2",
    "refine": "refinement",
}

# Fig. 6's clips: dataset and the coders' word.
_FOUR = (
    ("casme", "disgust"),
    ("casme2", "happiness"),
    ("casme-squared", "disgust"),
    ("samm", "others"),
)
_OUTLINED = "Outlined: where the clip's action units move the face."
_RANKED = "Channels are those that respond most inside that region, given by #number."


def make_figure3(job: Job, scales: TileScale = TileScale.ROW) -> BuildResult:
    """Every convolution of MICRoFeat on one happy clip: 4 branches x 4 convolutions."""
    shown = choose_clip(job, "casme2", "happiness")
    model = held_out_network(job, AFFECTIVENET, shown.sample)
    maps = feature_maps(model, shown.tensor(model))
    branches = list(model.entry.branches())
    rows = [[maps[f"micro.{_key(branch)}.{part}"] for branch in branches] for part in _PARTS]
    blocks = [
        _input(shown, model),
        *_mean_and_top(rows, shown, names=list(_PARTS.values()), columns=branches, scales=scales),
    ]
    ranks = {
        f"{branch}.{part}": _top(found, shown, 3)
        for part, row in zip(_PARTS, rows, strict=True)
        for branch, found in zip(branches, row, strict=True)
    }
    drawn = _draw(blocks, [shown], f"{_state(model)}. {_RANKED} Colours: {scales}.")
    return _made(job, [shown], [model], drawn, ranks)


def make_figure4(job: Job, scales: TileScale = TileScale.ROW) -> BuildResult:
    """The first convolutions on anger and on happiness of one person, and where they differ."""
    clips = both_emotions(job, "casme-squared", "anger", "happy")
    model = held_out_network(job, AFFECTIVENET, clips[0].sample)
    layers = [layer.name for layer in model.entry.layers if layer.name.endswith(".first")]
    images = matched_images(clips, model)
    one, two = (
        feature_maps(model, shown.tensor(model, image), layers)
        for shown, image in zip(clips, images, strict=True)
    )
    changes = [difference(one[name], two[name]) for name in layers]
    either = clips[0].region | clips[1].region
    words = [shown.sample.label.lower() for shown in clips]
    inputs = TileBlock(
        title="Input",
        rows=[
            [Tile(values=image, region=shown.region, caption=shown.caption)]
            for shown, image in zip(clips, images, strict=True)
        ],
    )
    blocks = [inputs]
    branches = [str(change.first.layer.branch) for change in changes]
    headings = [branch.replace("x", "\N{MULTIPLICATION SIGN}") for branch in branches]
    for rank, title in enumerate(("Channel that differs most", "Second channel")):
        pairs, signed = [], []
        for change in changes:
            channel = change.order[rank]
            pairs.append(
                [
                    Tile(values=maps.values[channel], region=shown.region, caption=f"#{channel}")
                    for maps, shown in zip((change.first, change.second), clips, strict=True)
                ]
            )
            signed.append([Tile(values=change.values[channel], region=either)])
        blocks += [
            TileBlock(
                rows=pairs,
                title=title,
                columns=words,
                names=headings if rank == 0 else (),
                scales=scales,
            ),
            TileBlock(rows=signed, columns=["difference"], signed=True),
        ]
    values = {
        branch: {"channels": change.order[:2], "rank_correlation": round(change.correlation, 4)}
        for branch, change in zip(branches, changes, strict=True)
    }
    note = (
        f"{_state(model)}. First convolutions by branch; channels are given by #number. "
        f"Colours: {scales}; differences: first minus second. Both images have one scale and one "
        "grey level for zero, so that a difference is one of motion."
    )
    return _made(job, clips, [model], _draw(blocks, clips, note), values)


def make_figure6(job: Job, scales: TileScale = TileScale.ROW) -> BuildResult:
    """Three maps of each of three networks at matched depth, for four clips."""
    clips: list[FigureClip] = []
    networks: dict[str, list[LoadedModel]] = {method: [] for method in COMPARED}
    rows: dict[str, list[list[Tile]]] = {method: [] for method in COMPARED}
    tops = {}
    for dataset, label in _FOUR:
        if not job.roots.has(dataset):
            continue
        shown = choose_clip(job, dataset, label)
        clips.append(shown)
        models = [held_out_network(job, method, shown.sample) for method in COMPARED]
        layers = matched_layers([model.entry for model in models])[MATCHED_STAGE]
        for method, model in zip(COMPARED, models, strict=True):
            layer = layers[model.entry.name].name
            found = feature_maps(model, shown.tensor(model), [layer])[layer]
            best = _top(found, shown, 3)
            tops[f"{dataset}.{model.entry.name}"] = best
            networks[method].append(model)
            rows[method].append([_channel(found, shown, channel) for channel in best])
    if not clips:
        job.roots.choice(_FOUR[0][0])  # says what is missing
    inputs = TileBlock(
        title="Input",
        rows=[
            [Tile(values=shown.seen(model).image, region=shown.region)]
            for shown, model in zip(clips, networks[AFFECTIVENET], strict=True)
        ],
        names=[f"{shown.title}\n{shown.sample.label}" for shown in clips],
    )
    blocks = [inputs]
    for method in COMPARED:
        title = networks[method][0].entry.title
        blocks.append(
            TileBlock(
                rows=rows[method],
                title=title,
                subtitle=_trainings(networks[method], [shown.title for shown in clips]),
                scales=scales,
            )
        )
    every = [model for models in networks.values() for model in models]
    note = (
        f"The three channels, by #number, that respond most inside the outlined region, at "
        f"{MATCHED_STAGE} of the input's size. Input: the image that AffectiveNet reads. "
        f"Colours: {scales} and network."
    )
    return _made(job, clips, every, _draw(blocks, clips, note), tops)


def make_figure7(job: Job, scales: TileScale = TileScale.ROW) -> BuildResult:
    """The first convolutions of four ablations on one clip of disgust."""
    shown = choose_clip(job, "casme2", "disgust")
    models = [held_out_network(job, method, shown.sample) for method in ABLATED]
    rows, tops = [], {}
    for method, model in zip(ABLATED, models, strict=True):
        names = [layer.name for layer in model.entry.layers if layer.name.endswith(".first")]
        rows.append(list(feature_maps(model, shown.tensor(model), names).values()))
        for maps in rows[-1]:
            tops[f"{method}.{maps.layer.branch}"] = _top(maps, shown, 3)
    names = [
        f"{model.entry.title.replace(' ', chr(10))}\n{_training(model)}".replace(" on ", "\non ")
        for model in models
    ]
    columns = list(models[0].entry.branches())
    blocks = [
        _input(shown, models[-1]),
        *_mean_and_top(rows, shown, names=names, columns=columns, scales=scales),
    ]
    note = (
        f"First convolutions of each network by branch. {_RANKED} "
        f"Input: the image that AffectiveNet reads. Colours: {scales}."
    )
    return _made(job, [shown], models, _draw(blocks, [shown], note), tops)


def _mean_and_top(
    rows: Sequence[Sequence[FeatureMaps]],
    shown: FigureClip,
    *,
    names: Sequence[str],
    columns: Sequence[str],
    scales: TileScale,
) -> list[TileBlock]:
    """Each layer's mean over channels, and its channel that responds most where the face moves."""
    means = [[Tile(values=f.values.mean(axis=0), region=shown.region) for f in row] for row in rows]
    tops = [[_channel(found, shown, _top(found, shown, 1)[0]) for found in row] for row in rows]
    headings = [branch.replace("x", "\N{MULTIPLICATION SIGN}") for branch in columns]
    return [
        TileBlock(
            rows=means, title="Mean over channels", names=names, columns=headings, scales=scales
        ),
        TileBlock(
            rows=tops, title="Strongest channel in the region", columns=headings, scales=scales
        ),
    ]


def _channel(found: FeatureMaps, shown: FigureClip, channel: int) -> Tile:
    return Tile(values=found.values[channel], region=shown.region, caption=f"#{channel}")


def _top(found: FeatureMaps, shown: FigureClip, count: int) -> list[int]:
    """Channels by their response where the face moves; by activation where nothing is known."""
    ranking = RANKINGS.get("region" if shown.region.any() else "activation")
    return found.top(count, ranking, shown.region)


def _input(shown: FigureClip, model: LoadedModel) -> TileBlock:
    picture = Tile(values=shown.seen(model).image, region=shown.region, caption=shown.caption)
    return TileBlock(rows=[[picture]], title="Input")


def _state(model: LoadedModel) -> str:
    """A network and its training in words."""
    return f"{model.entry.title}, {_training(model)}"


def _training(model: LoadedModel) -> str:
    if not model.weights.trained:
        return "untrained"
    return "trained on synthetic faces" if model.weights.synthetic else "trained"


def _trainings(models: Sequence[LoadedModel], places: Sequence[str]) -> str:
    """The training of one network in several places; those in which it has none are named."""
    lacking = [
        place for model, place in zip(models, places, strict=True) if not model.weights.trained
    ]
    if 0 < len(lacking) < len(places):
        return f"untrained on {', '.join(lacking)}"
    return _training(models[0])


def _draw(blocks: Sequence[TileBlock], clips: Sequence[FigureClip], note: str) -> StaticFigure:
    synthetic = any(shown.sample.synthetic for shown in clips)
    places = "; ".join(shown.place for shown in clips)
    shown = f"{_OUTLINED} Clip{'s' if len(clips) > 1 else ''}: {places}."
    return tile_figure([blocks], synthetic=synthetic, note=f"{shown}\n{note}")


def _made(
    job: Job,
    clips: Sequence[FigureClip],
    models: Sequence[LoadedModel],
    drawn: StaticFigure,
    values: Mapping[str, Any],
) -> BuildResult:
    settings = {
        "clips": [shown.sample.key for shown in clips],
        "networks": [f"{model.entry.name}: {model.weights.label}" for model in models],
        "weights": [model.weights.digest for model in models],
    }
    document = json.dumps({**settings, "maps": values}, indent=1) + "\n"
    untrained = sorted({model.entry.title for model in models if not model.weights.trained})
    return BuildResult(
        products=(*figure_files(drawn), Product(suffix=".json", content=document.encode())),
        data_digest=settings_digest(
            job.digests(*sorted({shown.sample.dataset for shown in clips}))
        ),
        synthetic=any(shown.sample.synthetic for shown in clips),
        settings=settings,
        seed=job.seeds[0],
        warnings=tuple(f"{name} is untrained: no finished study" for name in untrained),
        values=values,
    )


def _key(branch: str) -> str:
    """The name of a branch in layer names: "3x3" is k3."""
    return f"k{branch.split('x')[0]}"


def _builder(
    name: str,
    title: str,
    make: Callable[[Job], BuildResult],
    methods: Sequence[str],
    datasets: Sequence[str],
) -> ArtifactBuilder:
    setups = tuple(paper for paper, ours in CATALOG_NAMES.items() if ours in datasets)

    def needs(job: Job) -> Mapping[str, Any]:
        cells = [cell for method in methods for cell in cells_of(method, setups)]
        # Weights come from whatever is finished, so what is finished counts.
        return study_needs(job, cells, finished=True)

    return ArtifactBuilder(
        name=name, title=title, paper_reference=f"Fig. {name[3:]}", make=make, needs=needs
    )


BUILDERS = (
    _builder(
        "fig3",
        "Maps of every convolution of MICRoFeat for a happy clip",
        make_figure3,
        (AFFECTIVENET,),
        ("casme2",),
    ),
    _builder(
        "fig4",
        "First convolutions on anger and on happiness of one person, and where they differ",
        make_figure4,
        (AFFECTIVENET,),
        ("casme-squared",),
    ),
    _builder(
        "fig6",
        "Maps of ResNet-50, MobileNet and AffectiveNet for four clips",
        make_figure6,
        COMPARED,
        tuple(CATALOG_NAMES.values()),
    ),
    _builder(
        "fig7",
        "First convolutions of the ablations KS-1, KS-2 and LFC and of AffectiveNet on disgust",
        make_figure7,
        ABLATED,
        ("casme2",),
    ),
)
