"""`mer study localisation`: where trained networks look, against the regions that move."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mer_core.cli.names import METHOD_TITLES, STUDY
from mer_core.cli.output import CommandOutput, prints_output, table
from mer_core.cli.progress import Progress, resumable
from mer_core.cli.study_text import mark_synthetic
from mer_core.errors import SettingsError
from mer_core.training.study_folders import study_folder

# The rest is imported where it is used: every `mer study` command loads this file, and only this
# one needs Captum and Plotly.
if TYPE_CHECKING:
    from mer_core.reproduction.localisation import Findings


@click.command("localisation")
@click.argument("studies", nargs=-1, required=True, type=STUDY)
@prints_output
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("localisation"),
    show_default=True,
    help="Folder for the tables; an interrupted run continues there.",
)
@click.option(
    "--method",
    "chosen",
    multiple=True,
    metavar="METHOD[:NAME=VALUE,...]|all",
    help="Attribution method; repeatable.  [default: four of them, with coarse parameters]",
)
@click.option(
    "--target",
    type=click.Choice(["predicted", "true"]),
    default="predicted",
    show_default=True,
    help="Class to explain.",
)
@click.option(
    "--reduction",
    type=click.Choice(["positive", "absolute"]),
    default="positive",
    show_default=True,
    help="Values of signed maps to count.",
)
@click.option(
    "--clips", type=click.IntRange(1), help="Largest number of clips of each fold.  [default: all]"
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Seed of noise and random maps."
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes of one thread; 1 is this one.  [default: as many as fit]",
)
def localisation(
    studies: Sequence[str],
    out: Path,
    chosen: Sequence[str],
    target: str,
    reduction: str,
    clips: int | None,
    seed: int,
    workers: int | None,
) -> CommandOutput:
    """Score where the networks of STUDIES look, against the regions that move.

    Each fold's network explains the clips it was tested on. Its maps, a random map, a centre
    Gaussian and the motion energy of the image are scored against the region of every action
    unit, and every two networks are compared clip by clip. STUDIES are names or folders, finished
    and with their weights.

    \b
    mer study localisation affectivenet resnet50 mobilenet --out figures/localisation

    \b
    JSON keys:
      synthetic, files
      rows        number of scores
      left_out    method on network -> reason
      summary     group (all, au or emotion), name, dataset, model, method, baseline, metric,
                  value, clips, subjects, constant; normalised and beats_motion (value, low,
                  high, level)
      contrasts   dataset, first, second, method, metric, difference, clips, verdict (more,
                  less, cannot be told)
    """  # noqa: D301 - click wants the character itself, not a backslash and a b
    from mer_core.attribution.localisation import Reduction
    from mer_core.reproduction.localisation import localise_studies
    from mer_core.reproduction.localisation_clips import LocalisationSettings

    settings = LocalisationSettings(
        methods=_methods(chosen),
        target=target,
        reduction=Reduction(reduction),
        clips=clips,
        seed=seed,
    )
    with resumable(), Progress("explaining", unit="clips") as progress:
        found = localise_studies(
            [study_folder(name) for name in studies],
            out,
            settings=settings,
            workers=workers,
            progress=progress.show,
        )
    return _answer(found)


def _methods(chosen: Sequence[str]) -> dict[str, dict[str, Any]]:
    from mer_core.attribution.catalog import METHODS
    from mer_core.reproduction.localisation_clips import DEFAULT_METHODS

    if not chosen:
        return {name: dict(parameters) for name, parameters in DEFAULT_METHODS.items()}
    if tuple(chosen) == ("all",):
        return {method.name: {} for method in METHODS if not method.needs_regions}
    return dict(_method(text) for text in chosen)


def _method(text: str) -> tuple[str, dict[str, Any]]:
    from mer_core.attribution.catalog import METHODS
    from mer_core.reproduction.localisation_clips import NEEDS_REGIONS

    name, _, rest = text.partition(":")
    method = METHODS.get(name)
    if method.needs_regions:
        raise SettingsError(NEEDS_REGIONS, where=name, remedy="choose another method")
    parameters: dict[str, Any] = {}
    for change in filter(None, rest.split(",")):
        parameter, equals, value = change.partition("=")
        if not equals:
            raise SettingsError(f"{change!r} is not NAME=VALUE", where="--method")
        try:
            parameters[parameter.strip()] = json.loads(value)
        except ValueError:
            parameters[parameter.strip()] = value
    return name, parameters


def _answer(found: Findings) -> CommandOutput:
    from mer_core.attribution.localisation import METRICS
    from mer_core.models.summaries import network_summaries
    from mer_core.reproduction.localisation import HEADLINE
    from mer_core.reproduction.localisation_text import shown, without_repeats

    titles = {network.name: network.title for network in network_summaries()}
    overall = without_repeats(
        [line for line in found.summary if line.group == "all" and line.metric == HEADLINE]
    )
    lines = [
        f"{METRICS.get(HEADLINE).title} over chance: 1 is a random map",
        "",
        table(
            ("Network", "Map", "Score", "Beats motion", "Clips"),
            [
                (
                    "" if line.baseline else titles.get(line.model, line.model),
                    METHOD_TITLES.get(line.method, line.method),
                    shown(line.normalised),
                    shown(line.beats_motion, sign=True) if line.beats_motion else "",
                    line.clips,
                )
                for line in overall
            ],
        ),
    ]
    contrasts = [line for line in found.contrasts if line.metric == HEADLINE]
    if contrasts:
        lines += [
            "",
            table(
                ("Network", "Than", "Map", "Difference", "Looks there"),
                [
                    (
                        titles.get(line.first, line.first),
                        titles.get(line.second, line.second),
                        METHOD_TITLES.get(line.method, line.method),
                        shown(line.difference, sign=True),
                        line.verdict,
                    )
                    for line in contrasts
                ],
            ),
        ]
    lines += ["", *(f"left out: {what}: {why}" for what, why in found.left_out.items())]
    lines += [f"wrote {file}" for file in found.files]
    return CommandOutput(
        document={
            "synthetic": found.synthetic,
            "rows": len(found.rows),
            "files": found.files,
            "left_out": found.left_out,
            "summary": [asdict(line) for line in found.summary],
            "contrasts": [asdict(line) | {"verdict": line.verdict} for line in found.contrasts],
        },
        text=mark_synthetic("\n".join(lines), found.synthetic),
        warnings=list(dict.fromkeys(_failures(found))),
    )


def _failures(found: Findings) -> list[str]:
    """Maps that could not be made; everything else that lacks a score says so in the table."""
    return [f"{row.model}, {row.method}: {row.note}" for row in found.rows if not row.metric]
