"""A localisation study as tables and a chart that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from mer_core.attribution.catalog import METHODS
from mer_core.attribution.control_maps import CONTROL_MAPS
from mer_core.attribution.localisation import METRICS
from mer_core.datasets.catalog import dataset_info
from mer_core.datasets.synthetic.cohort import COHORT_NAME, COHORT_TITLE
from mer_core.models.catalog import model_entry
from mer_core.plots.dots import DotAxis
from mer_core.plots.tables import MeasuredCell, Table, interval_text
from mer_core.protocols import Interval
from mer_core.reproduction.localisation_summary import MOTION, Contrast, Mean

_LEGEND = """\
Scores are value / chance, so 1 is a random map whatever the size of the region; in brackets the
95 % interval, drawing subjects. Each network explains only clips it was not trained on. The class
explained is the {target} one. Signed maps count by their {reduction}. Motion energy is that of the
image itself, which no network takes part in: a map that does not beat it explains nothing that
plain motion does not. A star: the clipwise difference from motion energy and that from the centre
Gaussian both lie above zero with their 95 % intervals. Regions: {sources}. Scores by action unit
and by emotion, and all other metrics, are in localisation_summary.csv."""


def score_table(
    summary: Sequence[Mean],
    *,
    metric: str,
    synthetic: bool,
    target: str,
    reduction: str,
    sources: Sequence[str],
    left_out: Mapping[str, str],
) -> Table:
    """Methods down and networks across, by the score called `metric`."""
    chosen = [line for line in summary if line.metric == metric and line.group == "all"]
    cells = pd.DataFrame(
        {
            "dataset": dataset_title(line.dataset),
            "map": method_title(line.method),
            "network": "no network" if line.baseline else model_title(line.model),
            "score": shown(line.normalised)
            + (" *" if not line.baseline and line.beats_both else ""),
        }
        for line in without_repeats(chosen)
    )
    legend = _LEGEND.format(
        target=target,
        reduction="positive part" if reduction == "positive" else "absolute value",
        sources=", ".join(sources) or "none",
    )
    return Table(
        frame=_crossed(cells, "network", "score"),
        title=f"Where networks look: {METRICS.get(metric).title} in the moving region",
        summary=verdict(chosen),
        notes=[
            legend.replace("\n", " "),
            *(f"Left out, {_pair_title(what)}: {why}" for what, why in left_out.items()),
        ],
        synthetic=synthetic,
    )


def verdict(lines: Sequence[Mean]) -> str:
    """Which method on which network beats plain motion and the centre of the image, and which not.

    A map is the better one only where the whole interval of the clipwise difference is above zero.
    """
    sentences = []
    for model in dict.fromkeys(line.model for line in lines):
        maps = [line for line in lines if line.model == model and not line.baseline]
        better = [method_title(line.method) for line in maps if line.beats_both]
        motion = [
            method_title(line.method)
            for line in maps
            if not line.beats_both and line.beats_motion is not None and line.beats_motion.low > 0
        ]
        said = f"{_who(better)}" if better else "no map beats"
        sentence = f"{model_title(model)}: {said} both motion energy and the centre Gaussian"
        if motion:
            sentence += f"; {_who(motion)} motion energy alone"
        sentences.append(f"{sentence}.")
    return " ".join(sentences)


def _who(methods: Sequence[str]) -> str:
    return f"{', '.join(methods)} beat{'s' * (len(methods) == 1)}"


def contrast_table(compared: Sequence[Contrast], *, metric: str, synthetic: bool) -> Table:
    """Methods down and pairs of networks across: who looks more at the moving region?"""
    cells = pd.DataFrame(
        {
            "dataset": dataset_title(line.dataset),
            "map": method_title(line.method),
            "pair": f"{model_title(line.first)} − {model_title(line.second)}",
            "difference": shown(line.difference, sign=True)
            + ("" if line.verdict == "cannot be told" else f" {line.verdict}"),
        }
        for line in compared
        if line.metric == metric
    )
    return Table(
        frame=_crossed(cells, "pair", "difference"),
        title=f"Does one network look at the moving region more? {METRICS.get(metric).title}",
        notes=[
            "Mean of the clipwise difference of value / chance, with its 95 % interval, drawing "
            "subjects. More or less: the interval does not hold 0; else it cannot be told."
        ],
        synthetic=synthetic,
    )


AXIS = DotAxis(
    title="relevance in the moving region over chance",
    value="map of the network, 95 % interval",
    tick="motion energy of the image, no network",
    high=None,
    chance=1.0,
)


def measured_cells(summary: Sequence[Mean], *, metric: str) -> list[MeasuredCell]:
    """Return a cell for each network and method, with what plain motion scores on its clips."""
    chosen = [line for line in summary if line.metric == metric and line.group == "all"]
    motion = {
        (line.dataset, line.model): line.normalised.value
        for line in chosen
        if line.method == MOTION
    }
    several = len({line.dataset for line in chosen}) > 1
    methods = list(dict.fromkeys(line.method for line in chosen if not line.baseline))
    found = {(line.dataset, line.model, line.method): line for line in chosen}
    cells = []
    for dataset, model in dict.fromkeys((line.dataset, line.model) for line in chosen):
        title = model_title(model) + (f", {dataset_title(dataset)}" if several else "")
        for method in methods:
            line = found.get((dataset, model, method))
            cell = MeasuredCell(
                method=method_title(method), setup=title, metric=metric, note="does not apply"
            )
            if line is not None:
                cell = replace(
                    cell,
                    value=line.normalised.value,
                    low=_known(line.normalised.low),
                    high=_known(line.normalised.high),
                    n=line.clips,
                    rate=motion.get((dataset, model)),
                    note="",
                )
            cells.append(cell)
    return cells


def without_repeats(lines: Sequence[Mean]) -> list[Mean]:
    """The lines without baselines of any network but each dataset's first.

    Networks that see one image share its baselines; tables for people show them once.
    """
    first: dict[str, str] = {}
    for line in lines:
        first.setdefault(line.dataset, line.model)
    return [line for line in lines if not line.baseline or line.model == first[line.dataset]]


def method_title(name: str) -> str:
    """Return the title of a method or a baseline."""
    return CONTROL_MAPS[name] if name in CONTROL_MAPS else METHODS.get(name).title


def _pair_title(pair: str) -> str:
    """Return titles for "method on network"."""
    method, _, model = pair.partition(" on ")
    return f"{method_title(method)} on {model_title(model)}"


def model_title(name: str) -> str:
    """The network's name as papers print it."""
    return model_entry(name).title


def dataset_title(name: str) -> str:
    """The dataset's name as its publishers write it."""
    return COHORT_TITLE if name == COHORT_NAME else dataset_info(name).title


def shown(interval: Interval, *, sign: bool = False) -> str:
    """A mean and, where there is one, its interval."""
    ends = (_known(interval.low), _known(interval.high))
    return interval_text(interval.value, *ends, form="+.2f" if sign else ".2f")


def _crossed(cells: pd.DataFrame, across: str, value: str) -> pd.DataFrame:
    """One line per dataset and map, one column per `across`, all in order of appearance."""
    columns = list(dict.fromkeys(cells[across]))
    wide = cells.pivot_table(
        index=["dataset", "map"], columns=across, values=value, aggfunc="first", sort=False
    )
    return wide.reindex(columns=columns).fillna("").reset_index().rename_axis(None, axis=1)


def _known(value: float) -> float | None:
    return value if value == value else None
