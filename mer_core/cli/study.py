"""`mer study`: run, resume, list, show, compare and export studies, and run their controls."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mer_core.cli.groups import SuggestingGroup
from mer_core.cli.localisation import localisation
from mer_core.cli.names import STUDY
from mer_core.cli.output import CommandOutput, prints_output, table
from mer_core.cli.run_options import executor_options
from mer_core.cli.study_options import chosen_experiment, chosen_settings, experiment_options
from mer_core.cli.study_text import (
    comparison_cells,
    controls_text,
    describe_study,
    follow,
    mark_synthetic,
)
from mer_core.errors import MerError, SettingsError
from mer_core.protocols.intervals import SCORE_NAMES, SCORE_TITLES
from mer_core.training.comparison import compare
from mer_core.training.control_studies import (
    as_dict,
    control_rows,
    control_studies,
    identity_rows,
)
from mer_core.training.controls import CONTROLS
from mer_core.training.export import EXPORTS, export_result
from mer_core.training.result import StudyResult
from mer_core.training.storage import StudyStore
from mer_core.training.study import Study
from mer_core.training.study_folders import list_studies, studies_folder, study_folder


@click.group(cls=SuggestingGroup)
def study() -> None:
    """Train and test by subject, fold by fold; stop and resume at any point.

    \b
    mer study run --dataset casme2 --twin --profile quick
    mer study show NAME --json

    Folds run as processes on this machine, as many as cores and memory allow. For more machines,
    start a Dask scheduler and workers that see the same folders, and name it:

    \b
    host-a$ dask scheduler
    host-b$ dask worker tcp://host-a:8786 --nworkers 8 --nthreads 1
    host-a$ mer study run ... --scheduler tcp://host-a:8786

    On SLURM, dask-jobqueue's SLURMCluster gives such an address; see the README.
    """


@study.command("run")
@click.argument("name", required=False)
@prints_output
@experiment_options
@click.option(
    "--control",
    type=click.Choice(CONTROLS.names()),
    default="none",
    show_default=True,
    help="Change to the data that must bring the study to chance.",
)
@click.option("--folder", type=click.Path(path_type=Path), help="Folder to keep the study in.")
@click.option("--no-weights", is_flag=True, help="Keep predictions only, no networks.")
@executor_options
def run_command(
    name: str | None,
    control: str,
    folder: Path | None,
    no_weights: bool,
    workers: int | None,
    scheduler: str | None,
    devices: tuple[str, ...],
    **choices: Any,
) -> CommandOutput:
    """Start the study NAME, or continue it if it was started the same way before.

    JSON keys: those of `mer study show`.
    """
    one = Study.create(
        chosen_experiment(choices),
        name=name,
        protocol=choices["protocol"],
        settings=chosen_settings(choices, devices),
        seeds=choices["seeds"] or (0,),
        control=control,
        folder=folder,
        keep_weights=not no_weights,
    )
    follow(one, resume=_resuming(one), workers=workers, scheduler=scheduler, devices=devices)
    return describe_study(one.result())


@study.command("resume")
@click.argument("name", type=STUDY)
@prints_output
@executor_options
def resume_command(name: str, **place: Any) -> CommandOutput:
    """Continue the study NAME (or the folder of one); failed folds are tried again.

    JSON keys: those of `mer study show`.
    """
    one = Study.open(name)
    follow(one, resume=_resuming(one), **place)
    return describe_study(one.result())


@study.command("list")
@prints_output
@click.option("--folder", type=click.Path(path_type=Path), help="Folder to look in.")
def list_command(folder: Path | None) -> CommandOutput:
    """List studies.

    \b
    JSON keys, one object per study:
      name, folder, synthetic, folds, completed
      accuracy_pooled, accuracy_subject_mean, uf1, uar, majority_rate
    """
    rows, warnings = [], []
    for found in list_studies(folder):
        try:
            document = StudyResult.of(StudyStore(found)).as_dict()
        except MerError as error:
            warnings.append(str(error))
            continue
        kept = ("name", "synthetic", "folds", "completed", *SCORE_NAMES, "majority_rate")
        rows.append({name: document[name] for name in kept} | {"folder": found})
    header = ("Study", "Data", "Folds", "UAR", "Accuracy", "Majority rate")
    text = table(
        header,
        [
            (
                row["name"],
                "synthetic" if row["synthetic"] else "real",
                f"{row['completed']}/{row['folds']}",
                row["uar"],
                row["accuracy_pooled"],
                row["majority_rate"],
            )
            for row in rows
        ],
    )
    empty = f"no studies in {folder or studies_folder()}; start one with `mer study run`"
    return CommandOutput(document=rows, text=text if rows else empty, warnings=warnings)


@study.command("show")
@click.argument("name", type=STUDY)
@prints_output
@click.option(
    "--absent",
    type=click.Choice(["skip", "zero", "refuse"]),
    default="skip",
    show_default=True,
    help="Treatment of a class that was never tested, in UAR and UF1.",
)
def show_command(name: str, absent: str) -> CommandOutput:
    """Show the scores of the study NAME (or the folder of one).

    \b
    JSON keys:
      name, synthetic, n, subjects, seeds, classes, created, warnings
      folds, completed, failed     numbers of folds
      accuracy_pooled, accuracy_subject_mean, uf1, uar
                                   means over seeds; null before the first fold
      majority_rate, majority_class
      intervals                    score -> value, low, high, level; null until complete
      absent_classes, absent       never tested, and how they count
      confusion, confusion_shares  over all seeds, rows true
      by_seed                      the scores of each seed
      fold_results                 name, seed, state, n_train, n_test, right, accuracy, epoch,
                                   seconds, weights_digest, error
      definition, data_digest, result_digest
      sessions                     host, started, commit, versions
    """
    return describe_study(StudyResult.of(StudyStore(study_folder(name)), absent=absent))


@study.command("compare")
@click.argument("names", nargs=-1, required=True, type=STUDY)
@prints_output
@click.option(
    "--score",
    type=click.Choice(SCORE_NAMES),
    default="uar",
    show_default=True,
    help="Score whose difference is shown.",
)
def compare_command(names: Sequence[str], score: str) -> CommandOutput:
    """Compare studies, each with its difference from the first.

    \b
    JSON keys, one object per study:
      name, synthetic, folds, completed, n, subjects, seeds, classes
      accuracy_pooled, accuracy_subject_mean, uf1, uar, majority_rate, intervals
      difference   value, low, high, level; null where the subjects differ
    """
    results = [StudyResult.of(StudyStore(study_folder(name))) for name in names]
    rows = compare(results, score=score)
    header = ("Study", *SCORE_TITLES.values(), "Majority rate", "Difference")
    difference = f"Difference: {SCORE_TITLES[score]} minus that of {results[0].name}"
    text = (
        f"{table(header, map(comparison_cells, rows))}\n\n{difference}, 95 % interval over subjects"
    )
    unfinished = [
        f"{result.name}: {result.completed} of {len(result.folds)} folds"
        for result in results
        if not result.complete
    ]
    return CommandOutput(
        document=[row.as_dict() for row in rows],
        text=mark_synthetic(text, any(result.synthetic for result in results)),
        warnings=unfinished,
    )


@study.command("export")
@click.argument("name", type=STUDY)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@prints_output
@click.option(
    "--format",
    "form",
    type=click.Choice(EXPORTS.names()),
    help="Format to write.  [default: by ending]",
)
@click.option("--overwrite", is_flag=True, help="Replace TARGET if it exists.")
def export_command(name: str, target: Path, form: str | None, overwrite: bool) -> CommandOutput:
    """Write the predictions of NAME as CSV or Parquet, or its scores as Markdown, to TARGET.

    \b
    JSON keys:
      file, rows, synthetic
    """
    result = StudyResult.of(StudyStore(study_folder(name)))
    written = export_result(result, target, form=form, overwrite=overwrite)
    rows = len(result.predictions())
    return CommandOutput(
        document={"file": written, "rows": rows, "synthetic": result.synthetic},
        text=mark_synthetic(f"{written}: {rows} predictions", result.synthetic),
    )


@study.command("controls")
@prints_output
@experiment_options
@click.option("--folder", type=click.Path(path_type=Path), help="Folder to keep the studies in.")
@executor_options
def controls_command(
    folder: Path | None,
    workers: int | None,
    scheduler: str | None,
    devices: tuple[str, ...],
    **choices: Any,
) -> CommandOutput:
    """Run a study beside controls that must fall to chance: does it measure expression?

    \b
    shuffled-labels  labels shuffled within training subjects
    motionless       the same clips without the expression
    time-reversed    frames in reversed time
    leak             best epoch chosen on the test subject
    identity probe   who is in the image, under each frame weighting

    \b
    JSON keys:
      synthetic
      controls   name, title, expectation, chance, majority_rate; uar, accuracy and change from
                 the unchanged study (value, low, high, level)
      identity   weighting, accuracy, chance
    """
    experiment = chosen_experiment(choices)
    studies = control_studies(
        experiment,
        settings=chosen_settings(choices, devices),
        protocol=choices["protocol"],
        seeds=choices["seeds"] or (0,),
        folder=folder,
    )
    results = {}
    for name, one in studies.items():
        follow(one, workers=workers, scheduler=scheduler, devices=devices, label=name)
        results[name] = one.result()
        if not results[name].complete:
            raise SettingsError(
                f"{len(results[name].failed)} folds failed: {results[name].failed[0].error}",
                where=one.name,
                remedy="the same command tries them again",
            )
    controls, identity = control_rows(results), tuple(identity_rows(experiment))
    synthetic = results["none"].synthetic
    return CommandOutput(
        document={
            "synthetic": synthetic,
            "controls": [as_dict(row) for row in controls],
            "identity": [as_dict(row) for row in identity],
        },
        text=mark_synthetic(controls_text(controls, identity), synthetic),
    )


def _resuming(one: Study) -> str:
    """Return the command that goes on with `one`."""
    name = one.name if one.folder == study_folder(one.name) else str(one.folder.resolve())
    return shlex.join(["mer", "study", "resume", name])


study.add_command(localisation)
