"""Where the shipped networks look on people they were not trained on, beside where the face moves.

localisation   every method on every network, against motion energy and the centre Gaussian
map_layers     Grad-CAM at every layer, on which the default layer of each network was chosen, and
               how often a map is one constant value there
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mer_core.attribution import METHODS
from mer_core.attribution.localisation import METRICS
from mer_core.datasets.synthetic.cohort import CohortSettings
from mer_core.folders import cache_folder
from mer_core.models.catalog import model_entry
from mer_core.models.shipped import shipped_for
from mer_core.plots.tables import MeasuredCell, Table
from mer_core.reproduction.conclusions import layers_conclusion
from mer_core.reproduction.job import ArtifactBuilder, BuildResult, Job
from mer_core.reproduction.localisation import HEADLINE, Findings, products_of
from mer_core.reproduction.localisation_clips import DEFAULT_METHODS
from mer_core.reproduction.localisation_summary import Row, contrasts, summarise
from mer_core.reproduction.measured import MeasuredTable, lines_csv, read_frame
from mer_core.reproduction.shipped_localisation import WORKER_BYTES, left_out, localise_shipped

NETWORKS = ("affectivenet", "resnet50", "mobilenet", "learnet")
WEIGHTING = "rank-pooling"
"""The weighting on whose images all of them ship."""
PEOPLE, CLIPS = 40, 4
"""How many unseen people, and clips of each, every method explains: one clip of each class."""
MAP_PEOPLE = 25
"""How many unseen people, with eight clips each, are asked whether a map is constant."""
LAYER_PEOPLE = 8
"""How many inner people the layers are compared on: nothing is chosen on unseen ones."""
EXPLAINED = {name: DEFAULT_METHODS.get(name, {}) for name in METHODS.names()}
"""Every method; where one says nothing about a network, the table gives the reason instead."""
GRAD_CAM = "grad-cam"
CONSTANT_TARGET = 0.01
"""Share of unseen clips below which a default layer's maps are to be constant."""


def make_attention(job: Job) -> BuildResult:
    """Explain unseen people's clips with every shipped network and every method."""
    with job.open_executor(memory=WORKER_BYTES, most=PEOPLE) as executor:
        rows = localise_shipped(
            NETWORKS,
            weighting=WEIGHTING,
            methods=EXPLAINED,
            people=PEOPLE,
            clips=CLIPS,
            folder=_folder(),
            executor=executor,
            progress=lambda done, total: job.emit(
                f"localisation: {done} of {total} people explained"
            ),
        )
    findings = Findings(
        rows=rows,
        summary=summarise(rows),
        contrasts=contrasts(rows),
        left_out=left_out(NETWORKS, EXPLAINED, weighting=WEIGHTING),
        synthetic=True,
    )
    return BuildResult(
        products=products_of(findings),
        data_digest=CohortSettings().digest,
        synthetic=True,
        settings={**_settings(), "methods": EXPLAINED, "people": PEOPLE, "clips": CLIPS},
        seed=CohortSettings().seed,
        values=findings,
    )


def make_map_layers(job: Job) -> BuildResult:
    """Compare Grad-CAM at every layer on inner people, and count constant maps on unseen ones."""

    def progress_of(what: str) -> Any:
        return lambda done, total: job.emit(f"map layers, {what}: {done} of {total} people")

    with job.open_executor(memory=WORKER_BYTES) as executor:
        common: dict[str, Any] = {
            "weighting": WEIGHTING,
            "methods": {GRAD_CAM: {}},
            "folder": _folder(),
            "executor": executor,
        }
        layers = localise_shipped(
            NETWORKS,
            people=LAYER_PEOPLE,
            part="inner",
            every_layer=True,
            progress=progress_of("every layer"),
            **common,
        )
        default = localise_shipped(
            NETWORKS, people=MAP_PEOPLE, progress=progress_of("default layer"), **common
        )
    record = layer_record(layers, default)
    return BuildResult(
        record=record,
        data_digest=CohortSettings().digest,
        synthetic=True,
        settings={**_settings(), "inner_people": LAYER_PEOPLE, "unseen_people": MAP_PEOPLE},
        seed=CohortSettings().seed,
        values=record,
    )


def layer_record(layers: Sequence[Row], default: Sequence[Row]) -> str:
    """Return one line per network and layer: the score on inner people, and the constant share.

    Args:
        layers: Rows of Grad-CAM at every layer, on inner people.
        default: Rows of Grad-CAM at the default layer, on unseen people.
    """
    found = [m for m in summarise(layers) if m.group == "all" and m.metric == HEADLINE]
    constant = _constant(default)
    lines = []
    for mean in found:
        if mean.baseline:
            continue
        layer = mean.method.removeprefix(f"{GRAD_CAM} at ")
        chosen = layer == model_entry(mean.model).default_layer.name
        lines.append(
            {
                "network": mean.model,
                "layer": layer,
                "default": int(chosen),
                "score": mean.normalised.value,
                "low": mean.normalised.low,
                "high": mean.normalised.high,
                "inner_people": mean.subjects,
                "inner_clips": mean.clips,
                "constant_inner": mean.constant,
                "constant_unseen": constant[mean.model][0] if chosen else None,
                "unseen_clips": constant[mean.model][1] if chosen else None,
            }
        )
    return lines_csv(lines)


def _constant(rows: Sequence[Row]) -> dict[str, tuple[float, int]]:
    """Network -> share of its maps with one value everywhere, and how many maps there are."""
    maps: dict[str, dict[tuple[str, str], bool]] = {}
    for row in rows:
        if not row.baseline:
            maps.setdefault(row.model, {})[row.subject, row.clip] = row.constant
    return {name: (float(np.mean(list(flat.values()))), len(flat)) for name, flat in maps.items()}


def view_layers(record: str, synthetic: bool) -> MeasuredTable:
    """Show the layers, from the CSV file."""
    lines = read_frame(record)
    cells = [
        MeasuredCell(
            method=model_entry(line["network"]).layer(line["layer"]).title,
            setup=model_entry(line["network"]).title,
            metric=HEADLINE,
            value=line["score"],
            low=line["low"],
            high=line["high"],
            n=int(line["inner_clips"]),
        )
        for line in lines
    ]
    shown = [
        (
            *(cell.setup, cell.method, "default" if line["default"] else "", cell.text(".2f")),
            ""
            if line["constant_unseen"] is None
            else f"{line['constant_unseen']:.1%} of {line['unseen_clips']:.0f}",
        )
        for cell, line in zip(cells, lines, strict=True)
    ]
    header = ("network", "layer", "shown by default", "score on inner people", "constant maps")
    table = Table(
        frame=pd.DataFrame(shown, columns=header),
        title="Grad-CAM layer by layer: where does the map answer the motion?",
        summary=layers_conclusion(lines),
        notes=[
            f"{METRICS.get(HEADLINE).title} in the moving region over chance, 95 % interval over "
            f"people; {lines[0]['inner_clips']:.0f} clips of {lines[0]['inner_people']:.0f} inner "
            "people, on whom the default layer was chosen. Constant maps: share of maps with one "
            "value everywhere, at the default layer, on clips of unseen people.",
            _target_note(lines),
        ],
        synthetic=synthetic,
    )
    return MeasuredTable(cells=cells, table=table)


def _target_note(lines: Sequence[Mapping[str, Any]]) -> str:
    """Say which default layers have more constant maps on unseen clips than they are to have."""
    missed = [
        f"{model_entry(line['network']).title} ({line['constant_unseen']:.1%})"
        for line in lines
        if line["default"] and line["constant_unseen"] > CONSTANT_TARGET
    ]
    target = f"At most {CONSTANT_TARGET:.0%} of them are to be constant"
    return f"{target}: missed by {', '.join(missed)}." if missed else f"{target}: met by all."


def _folder() -> Any:
    return cache_folder() / "localisation"


def _settings() -> dict[str, Any]:
    cards = {name: shipped_for(name, WEIGHTING).card.digest for name in NETWORKS}
    return {"networks": cards, "weighting": WEIGHTING}


def _needs(job: Job) -> Mapping[str, Any]:
    return {**_settings(), "cohort": CohortSettings().digest, "methods": EXPLAINED}


ATTENTION_BUILDER = ArtifactBuilder(
    name="localisation",
    title="Where the shipped networks look on unseen people, scored against the regions that move",
    paper_reference="Fig. 6",
    make=make_attention,
    needs=_needs,
    lengthy=True,
)

MAP_LAYERS_BUILDER = ArtifactBuilder(
    name="map_layers",
    title="Grad-CAM at every layer of the shipped networks, and the share of constant maps",
    make=make_map_layers,
    needs=_needs,
    record=".csv",
    view=view_layers,
)
