"""A localisation study as files that people and spreadsheets read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from mer_core.attribution.baselines import BASELINES
from mer_core.attribution.catalog import METHODS
from mer_core.attribution.localisation import METRICS
from mer_core.models.catalog import model_entry
from mer_core.protocols import Interval
from mer_core.reproduction.localisation_summary import Contrast, Mean

_LEGEND = """\
Scores are value / chance, so 1 is a random map whatever the size of the region; in brackets the
95 % interval, drawing subjects. Each network explains only clips it was not trained on. The class
explained is the {target} one. Signed maps count by their {reduction}. "beats motion" is the
clipwise difference from the motion energy of the image itself, which no network takes part in: a
map that does not beat it explains nothing that plain motion does not. Regions: {sources}."""


def markdown(
    summary: Sequence[Mean],
    compared: Sequence[Contrast],
    *,
    metric: str,
    synthetic: bool,
    target: str,
    reduction: str,
    sources: Sequence[str],
    left_out: Mapping[str, str],
) -> str:
    """The study in one page, by the score called `metric`."""
    name = METRICS.get(metric).title
    parts = ["# Where networks look, against the regions that move"]
    if synthetic:
        parts.append("**SYNTHETIC DATA: these figures say nothing about real faces.**")
    parts.append(
        _LEGEND.format(
            target=target,
            reduction="positive part" if reduction == "positive" else "absolute value",
            sources=", ".join(sources) or "none",
        )
    )
    chosen = without_repeats([line for line in summary if line.metric == metric])
    differences = [line for line in compared if line.metric == metric]
    if differences:
        parts += [
            f"## Does one network look at the moving region more than another? ({name})",
            _table(
                ("dataset", "method", "network", "than", "difference", "looks there", "clips"),
                (
                    (
                        *(line.dataset, method_title(line.method)),
                        *(model_title(line.first), model_title(line.second)),
                        shown(line.difference, sign=True),
                        line.verdict,
                        str(line.clips),
                    )
                    for line in differences
                ),
            ),
        ]
    for group, heading, column in (
        ("all", "All units together", ""),
        ("au", "By action unit", "unit"),
        ("emotion", "By emotion", "emotion"),
    ):
        lines = [line for line in chosen if line.group == group]
        if lines:
            parts += [f"## {heading} ({name})", _means(lines, column)]
    if left_out:
        parts += ["## Left out", *(f"- {what}: {why}" for what, why in left_out.items())]
    return "\n\n".join(parts) + "\n"


def without_repeats(lines: Sequence[Mean]) -> list[Mean]:
    """The lines without baselines of any network but each dataset's first.

    Networks that see one image share its baselines; tables for people show them once.
    """
    first: dict[str, str] = {}
    for line in lines:
        first.setdefault(line.dataset, line.model)
    return [line for line in lines if not line.baseline or line.model == first[line.dataset]]


def _means(lines: Sequence[Mean], column: str) -> str:
    header = ["dataset", *([column] if column else []), "network", "map", "score"]
    header += ["beats motion", "clips", "constant"]
    return _table(
        header,
        (
            (
                line.dataset,
                *([line.name] if column else []),
                "" if line.baseline else model_title(line.model),
                method_title(line.method),
                shown(line.normalised),
                shown(line.beats_motion, sign=True) if line.beats_motion else "",
                str(line.clips),
                f"{line.constant:.0%}" if line.constant else "",
            )
            for line in lines
        ),
    )


def method_title(name: str) -> str:
    """What a reader sees of a method or a baseline."""
    return f"*{BASELINES[name]}*" if name in BASELINES else METHODS.get(name).title


def model_title(name: str) -> str:
    """The network's name as papers print it."""
    return model_entry(name).title


def shown(interval: Interval, *, sign: bool = False) -> str:
    """A mean and, where there is one, its interval."""
    form = "+.2f" if sign else ".2f"
    if interval.low != interval.low:
        return f"{interval.value:{form}}"
    return f"{interval.value:{form}} ({interval.low:{form}} to {interval.high:{form}})"


def summary_csv(lines: Iterable[Mean]) -> str:
    """The means, one per line."""
    return _csv(
        {
            **{
                name: value
                for name, value in asdict(line).items()
                if name not in ("normalised", "beats_motion")
            },
            **_ends("normalised", line.normalised),
            **_ends("beats_motion", line.beats_motion),
        }
        for line in lines
    )


def contrast_csv(lines: Iterable[Contrast]) -> str:
    """The differences between networks, one per line."""
    return _csv(
        {
            **{name: value for name, value in asdict(line).items() if name != "difference"},
            **_ends("difference", line.difference),
            "verdict": line.verdict,
        }
        for line in lines
    )


def _ends(name: str, interval: Interval | None) -> dict[str, object]:
    ends = (interval.value, interval.low, interval.high) if interval else (None, None, None)
    return dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))


def _csv(lines: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for line in lines:
        if writer is None:
            writer = csv.DictWriter(text, list(line), lineterminator="\n")
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in line.items()})
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return "" if value != value else f"{value:.6g}"
    return value


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
