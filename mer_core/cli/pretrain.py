"""`mer pretrain`: draw the synthetic cohort, train networks on it, write weights and cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from mer_core.ami import WEIGHTINGS
from mer_core.cli.names import NETWORK
from mer_core.cli.output import CommandOutput, prints_output, table
from mer_core.cli.progress import Progress, resumable
from mer_core.cluster import open_executor
from mer_core.datasets.synthetic.cohort import PARTS, CohortSettings
from mer_core.folders import data_folder
from mer_core.inputs.cohort import draw_cohort
from mer_core.models.card import ModelCard
from mer_core.models.catalog import MODELS
from mer_core.training import pretraining
from mer_core.training.pretraining import RECIPE, SHIPPED, Pretraining, plan_pretraining


@click.command("pretrain")
@click.argument("models", nargs=-1, metavar="[MODEL]...", type=NETWORK)
@prints_output
@click.option(
    "--weighting",
    "weightings",
    multiple=True,
    type=click.Choice(WEIGHTINGS.names()),
    help="Frame weights of the images; repeatable.  [default: as shipped]",
)
@click.option(
    "--people",
    type=int,
    default=CohortSettings().training,
    show_default=True,
    help="Number of generated people to train on.",
)
@click.option(
    "--epochs", type=int, default=RECIPE.epochs, show_default=True, help="Number of epochs."
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Seed of initial weights, order and augmentation; the cohort keeps its own.",
)
@click.option("--shuffled", is_flag=True, help="Shuffle labels within people: a control.")
@click.option("--device", default="cpu", show_default=True, help="Device to train on: cpu or cuda.")
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Number of processes that draw.  [default: one per core]",
)
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
) -> CommandOutput:
    """Train networks on a cohort of generated faces, and score them on unseen people.

    Draw the cohort where it is not drawn yet, train each MODEL (by default those that ship),
    fit a temperature on the inner people, score on the unseen ones, and write
    MODEL-WEIGHTING.safetensors with its model card. Stopped at any point, the same command goes
    on with the next person or epoch.

    \b
    JSON keys, one model card per network:
      model, weighting, classes, synthetic, digest
      cohort, cohort_digest, training_digest, recipe, seed, history
      people, clips, uar, accuracy, confusion, calibration, novelty
      compression, uar_uncompressed
      machine, versions, commit, created
    """
    cohort = CohortSettings(training=people)
    jobs = [
        replace(
            job,
            cohort=cohort,
            recipe=replace(job.recipe, epochs=epochs, device=device),
            seed=seed,
            shuffled=shuffled,
        )
        for job in plan_jobs(models, weightings)
    ]
    folder = out or data_folder() / "pretrained"
    with resumable(), Progress("drawing", unit="done") as progress:
        with open_executor(workers=workers, memory=2**29) as executor:
            for part in PARTS:
                draw_cohort(
                    cohort,
                    part,
                    executor=executor,
                    progress=lambda done, total, part=part: progress.phase(
                        f"drawing {part}", done, total
                    ),
                )
        cards = [pretraining.pretrain(job, folder=folder, report=progress.phase) for job in jobs]
    return CommandOutput(
        document=[card.as_dict() for card in cards],
        text=f"{_table(cards)}\n\nsynthetic: trained and scored on generated faces; {folder}",
    )


def plan_jobs(models: Sequence[str], weightings: Sequence[str]) -> list[Pretraining]:
    """Return the shipped jobs, or those asked for."""
    if not models and not weightings:
        return list(SHIPPED)
    names = models or tuple(dict.fromkeys(job.model for job in SHIPPED))
    return [
        plan_pretraining(name, weighting)
        for name in names
        for weighting in weightings
        or tuple(job.weighting for job in SHIPPED if job.model == name)
        or ("full",)
    ]


def _table(cards: list[ModelCard]) -> str:
    header = ("Network", "Images", "UAR", "95 %", "Accuracy", "People", "Clips", "Temperature")
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
