"""What the tidy table says: means with intervals by region, emotion and network, and differences.

Means are of values over chance, over clips; several seeds of one clip are averaged first. Intervals
draw subjects. A difference is taken clip by clip and then averaged, so both sides see the same
faces, and its interval, not the overlap of two intervals, says whether there is one.

The tidy table of where maps look has one row per clip, map, region and metric.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from mer_core.errors import StoreError
from mer_core.protocols import Interval
from mer_core.protocols.intervals import mean_interval
from mer_core.reproduction.measured import read_rows, rows_csv

MOTION = "motion-energy"
CENTRE = "centre"

ClipKey = tuple[str, str, str]
"""Dataset, subject, clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """One line of the summary.

    Attributes:
        group: "all", "au" or "emotion".
        name: Which unit or emotion; "" for all.
        dataset: Name in the catalogue.
        model: Network.
        method: Method or baseline.
        baseline: Whether no network made the maps.
        metric: Which score.
        value: Mean value.
        clips: How many clips have a score.
        subjects: How many people are on them.
        constant: Share of the maps that had one value everywhere.
        normalised: Mean of value over chance, with interval unless there is one subject.
        beats_motion: Mean of the clipwise difference from the motion baseline; None for itself.
        beats_centre: The same from the Gaussian on the middle of the image.
    """

    group: str
    name: str
    dataset: str
    model: str
    method: str
    baseline: bool
    metric: str
    value: float
    clips: int
    subjects: int
    constant: float
    normalised: Interval
    beats_motion: Interval | None
    beats_centre: Interval | None

    @property
    def beats_both(self) -> bool:
        """Whether both intervals lie above zero."""
        return all(
            one is not None and one.low > 0 for one in (self.beats_motion, self.beats_centre)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Two networks on the same clips: `difference` is first - second, of value over chance."""

    dataset: str
    first: str
    second: str
    method: str
    metric: str
    clips: int
    difference: Interval

    @property
    def verdict(self) -> str:
        """In words; "cannot be told" where the interval holds 0 or there is none."""
        if not self.difference.low > 0 and not self.difference.high < 0:
            return "cannot be told"
        return "more" if self.difference.low > 0 else "less"


def summarise(rows: Sequence[Row]) -> tuple[Mean, ...]:
    """Means over all clips, by action unit and by emotion."""
    scored = [row for row in rows if np.isfinite(row.normalised)]
    whole = [row for row in scored if row.au == ANY]
    units = sorted((row for row in scored if row.au != ANY), key=lambda row: int(row.au[2:]))
    return (
        *_means("all", whole, lambda row: ""),
        *_means("au", units, lambda row: row.au),
        *_means("emotion", whole, lambda row: row.emotion),
    )


def contrasts(rows: Sequence[Row]) -> tuple[Contrast, ...]:
    """Every pair of networks, by dataset, method and metric, on the region of all units."""
    whole = [
        row for row in rows if row.au == ANY and not row.baseline and np.isfinite(row.normalised)
    ]
    tables = _grouped(whole, lambda row: (row.dataset, row.method, row.metric))
    found: list[Contrast] = []
    for (dataset, method, metric), table in tables.items():
        models = _grouped(table, lambda row: row.model)
        for first, second in combinations(models, 2):
            one, two = _by_clip(models[first]), _by_clip(models[second])
            shared = [clip for clip in one if clip in two]
            if shared:
                change = np.array([one[clip] - two[clip] for clip in shared])
                found.append(
                    Contrast(
                        dataset=dataset,
                        first=first,
                        second=second,
                        method=method,
                        metric=metric,
                        difference=_interval(change, shared),
                        clips=len(shared),
                    )
                )
    return tuple(found)


def _means(group: str, rows: Sequence[Row], name: Callable[[Row], str]) -> Iterable[Mean]:
    def cell(row: Row) -> tuple[str, str, str, str]:
        return (name(row), row.dataset, row.model, row.metric)

    for (which, dataset, model, metric), table in _grouped(rows, cell).items():
        methods = _grouped(table, lambda row: row.method)
        motion, centre = (_by_clip(methods.get(rival, ())) for rival in (MOTION, CENTRE))
        for method, lines in methods.items():
            scores = _by_clip(lines)
            clips = list(scores)
            yield Mean(
                group=group,
                name=which,
                dataset=dataset,
                model=model,
                method=method,
                baseline=lines[0].baseline,
                metric=metric,
                normalised=_interval(np.array(list(scores.values())), clips),
                value=float(np.mean([row.value for row in lines])),
                beats_motion=_excess(scores, motion) if method != MOTION else None,
                beats_centre=_excess(scores, centre) if method != CENTRE else None,
                clips=len(clips),
                subjects=len({clip[:2] for clip in clips}),
                constant=float(np.mean([row.constant for row in lines])),
            )


def _excess(scores: Mapping[ClipKey, float], rival: Mapping[ClipKey, float]) -> Interval | None:
    """Mean of the clipwise difference from a rival; None where no clip has both."""
    paired = [clip for clip in scores if clip in rival]
    if not paired:
        return None
    return _interval(np.array([scores[clip] - rival[clip] for clip in paired]), paired)


def _by_clip(rows: Iterable[Row]) -> dict[ClipKey, float]:
    """Each clip's value over chance, averaged over seeds."""
    clips = _grouped(rows, lambda row: (row.dataset, row.subject, row.clip))
    return {clip: float(np.mean([row.normalised for row in r])) for clip, r in clips.items()}


def _interval(values: np.ndarray, clips: Sequence[ClipKey]) -> Interval:
    """With one subject the ends are NaN: nothing says how far the mean could move."""
    people = [f"{dataset}/{subject}" for dataset, subject, _ in clips]
    found = mean_interval(values, people)
    nan = float("nan")
    return found or Interval(float(values.mean()), nan, nan, 0.95)


def _grouped(rows: Iterable[Row], key: Callable[[Row], object]) -> Mapping:
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


ANY = "any"
"""The region moved by any of a clip's units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One score.

    Attributes:
        dataset: Name in the catalogue.
        model: Network, by its catalogue name.
        method: Attribution method, or a baseline.
        baseline: Whether no network made the map.
        au: Action unit whose region it is, or "any".
        emotion: Class of the clip in the study's scheme.
        subject: Who is on the clip.
        clip: Name of the subject's clip.
        seed: Seed of the study's repeat whose network it is.
        target: The class that was explained; "" for baselines.
        correct: Whether the network answered rightly.
        metric: Name in `mer_core.attribution.localisation.METRICS`.
        value: The score; NaN where there is nothing to score.
        normalised: Value over chance: 1 is a random map.
        area: Share of the image that the region covers.
        source: Where the region comes from.
        reduction: What was done with negative values, or "".
        constant: Whether the map had one value everywhere.
        note: What a reader should know, or "".
        synthetic: Whether the clip was generated.
    """

    dataset: str
    model: str
    method: str
    baseline: bool
    au: str
    emotion: str
    subject: str
    clip: str
    seed: int
    target: str
    correct: bool
    metric: str
    value: float
    normalised: float
    area: float
    source: str
    reduction: str
    constant: bool
    note: str
    synthetic: bool


def as_csv(rows: Iterable[Row]) -> str:
    """The table as text; numbers to six digits."""
    return rows_csv(Row, rows, float_format="%.6g")


def read_csv(path: Path) -> tuple[Row, ...]:
    """Read the lines that `as_csv` wrote."""
    try:
        return read_rows(Row, path.read_text())
    except (OSError, ValueError) as error:
        raise StoreError(
            f"is not a table of localisation scores ({error})",
            where=path,
            remedy="remove it and run the same command again",
        ) from error
