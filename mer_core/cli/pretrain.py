"""`mer pretrain`: draw the synthetic cohort, train networks on it, write weights and cards."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from mer_core.ami import WEIGHTINGS
from mer_core.cli.answer import Answer, answers, table
from mer_core.cluster import open_executor
from mer_core.datasets.synthetic.cohort import PARTS, CohortSettings
from mer_core.folders import data_folder
from mer_core.inputs.cohort import draw_cohort
from mer_core.models.card import ModelCard
from mer_core.models.catalog import MODELS
from mer_core.training import pretraining
from mer_core.training.pretraining import RECIPE, SHIPPED, Pretraining


class _Bar:
    """One line of progress on standard error; silent where that is not a terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def __call__(self, title: str, done: int, total: int) -> None:
        if self._bar is None or self._bar.desc != f"{title}: ":
            self.close()
            self._bar = tqdm(total=total, desc=title, file=sys.stderr, disable=None)
        self._bar.n = done
        self._bar.refresh()

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


@click.command("pretrain")
@click.argument("models", nargs=-1, metavar="[MODEL]...", type=click.Choice(MODELS.names()))
@answers
@click.option(
    "--weighting",
    "weightings",
    multiple=True,
    type=click.Choice(WEIGHTINGS.names()),
    help="Frame weighting of the images; repeat for several.  [default: as shipped]",
)
@click.option("--people", type=int, default=CohortSettings().training, show_default=True)
@click.option("--epochs", type=int, default=RECIPE.epochs, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--shuffled", is_flag=True, help="Shuffle labels within people: a control.")
@click.option("--device", default="cpu", show_default=True, help="cpu or cuda.")
@click.option("--workers", type=int, help="Processes that draw.  [default: one per core]")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.")
def pretrain(
    models: tuple[str, ...],
    weightings: tuple[str, ...],
    people: int,
    epochs: int,
    seed: int,
    shuffled: bool,
    device: str,
    workers: int | None,
    out: Path | None,
) -> Answer:
    """Train networks on a cohort of generated faces, and score them on unseen people.

    Draws the cohort where it is not drawn yet, trains each MODEL (by default those that ship),
    fits a temperature on the inner people, scores on the unseen ones, and writes
    MODEL-WEIGHTING.safetensors with its model card. Stopped at any point, the same command goes
    on with the next person or epoch.

    \b
    --json prints a list of model cards: model, weighting, classes, synthetic, cohort,
      cohort_digest, training_digest, recipe, seed, history, people, clips, uar, accuracy,
      confusion, calibration, compression, uar_uncompressed, digest, machine, versions,
      commit, created.
    """
    cohort = CohortSettings(training=people)
    recipe = replace(RECIPE, epochs=epochs, device=device)
    jobs = [
        replace(job, cohort=cohort, recipe=recipe, seed=seed, shuffled=shuffled)
        for job in _jobs(models, weightings)
    ]
    folder = out or data_folder() / "pretrained"
    bar = _Bar()
    try:
        with open_executor(workers=workers, memory=2**29) as executor:
            for part in PARTS:
                draw_cohort(
                    cohort,
                    part,
                    executor=executor,
                    progress=lambda done, total, part=part: bar(f"drawing {part}", done, total),
                )
        cards = [pretraining.pretrain(job, folder=folder, report=bar) for job in jobs]
    finally:
        bar.close()
    return Answer(
        document=[card.as_dict() for card in cards],
        text=f"{_table(cards)}\n\nsynthetic: trained and scored on generated faces; {folder}",
    )


def _jobs(models: tuple[str, ...], weightings: tuple[str, ...]) -> list[Pretraining]:
    """The shipped jobs, or those that were asked for, with the compression they ship with."""
    shipped = {(job.model, job.weighting): job for job in SHIPPED}
    if not models and not weightings:
        return list(SHIPPED)
    names = models or tuple(dict.fromkeys(job.model for job in SHIPPED))
    return [
        shipped.get((name, weighting), Pretraining(model=name, weighting=weighting))
        for name in names
        for weighting in weightings or tuple(w for m, w in shipped if m == name) or ("full",)
    ]


def _table(cards: list[ModelCard]) -> str:
    header = ("network", "images", "UAR", "95 %", "accuracy", "people", "clips", "temperature")
    return table(
        header,
        [
            (
                MODELS.get(card.model).title,
                WEIGHTINGS.get(card.weighting).title,
                f"{card.uar.value:.3f}",
                f"{card.uar.low:.3f} to {card.uar.high:.3f}",
                f"{card.accuracy.value:.3f}",
                card.people,
                card.clips,
                f"{card.calibration.temperature:.2f}",
            )
            for card in cards
        ],
    )
