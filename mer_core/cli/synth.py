"""`mer synth`: a synthetic twin of a dataset, in the dataset's own layout."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Any

import click

from mer_core.cli.output import CommandOutput, prints_output, table
from mer_core.cli.progress import Progress, resumable
from mer_core.datasets.catalog import dataset_info
from mer_core.datasets.synthetic.twins import (
    DEMOS,
    LAYOUTS,
    TwinManifest,
    TwinSettings,
    applicable,
    write_twin_of,
)
from mer_core.errors import SettingsError


@click.command()
@click.argument("dataset", type=click.Choice(LAYOUTS.names()))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@prints_output
@click.option("--subjects", type=int, help="Number of subjects.")
@click.option("--clips-per-subject", type=int, help="Number of clips of each subject.")
@click.option("--full", is_flag=True, help="Write the published subjects and clips of every class.")
@click.option("--seed", type=int, help="Seed of everything.  [default: 0; the demo's own]")
@click.option(
    "--defects",
    default="",
    metavar="all|NAME,...",
    help="Known defects to inject; `list` names those that the layout can carry.",
)
@click.option(
    "--variant",
    type=click.Choice(["raw", "cropped", "both"]),
    default="cropped",
    show_default=True,
    help="Frames to write: of the camera (raw), of the face (cropped), or both.",
)
@click.option(
    "--size",
    type=int,
    default=160,
    show_default=True,
    help="Height of a face crop; camera frames keep their ratio to it. 0: the release's.",
)
@click.option(
    "--frames",
    type=int,
    nargs=2,
    help="Fewest and most frames of a clip.  [default: the release's]",
)
@click.option(
    "--balance",
    type=float,
    help="Class proportions: 1 keeps the published ones, 0 makes them equal.  [default: 1]",
)
@click.option(
    "--workers", type=click.IntRange(1), help="Number of processes.  [default: one per core]"
)
def synth(dataset: str, out: Path, **options: Any) -> CommandOutput:
    """Write a synthetic twin of DATASET into the folder OUT.

    Folders, file names, annotation file, frame rate and durations are the release's; faces and
    annotations are invented, and SYNTHETIC.txt says so. A run that was stopped continues when the
    same command is given again. OUT must be new, empty, or that twin.

    Without --subjects, --clips-per-subject and --full it is the demo set: about a minute on two
    cores for CASME II's 8 subjects x 12 clips, which are short and evened out between classes.

    \b
    JSON keys:
      dataset, root, settings
      subjects, clips   how many
      classes           label -> clips
      defects           defect, subject, clip, and what a reader must report: code (of the clip)
                        or remark (on the table)
    """
    if options["defects"] == "list":
        names = applicable(dataset)
        return CommandOutput(document={"dataset": dataset, "defects": names}, text="\n".join(names))
    workers = options.pop("workers")
    if workers is not None and workers < 1:
        raise SettingsError(f"workers is {workers}", remedy="give at least 1")
    settings = _settings(dataset, **options)
    title = dataset_info(dataset).title
    with resumable(), Progress(f"twin of {title}", unit="clips") as progress:
        manifest = write_twin_of(settings, out, progress=progress.show, workers=workers)
    return _answer(manifest)


def _settings(
    dataset: str, *, defects: str, full: bool, size: int, frames: Any, **options: Any
) -> TwinSettings:
    given = {name: value for name, value in options.items() if value is not None}
    given |= {
        "defects": tuple(name.strip() for name in defects.split(",") if name.strip()),
        "size": size or None,
    }
    if frames:
        given["frames"] = frames
    if full:
        return TwinSettings(dataset=dataset, full=True, **given)
    missing = {"subjects", "clips_per_subject"} - set(given)
    if len(missing) == 1:
        name = missing.pop().replace("_", "-")
        raise SettingsError(f"--{name} is missing", remedy="give both numbers or neither")
    if missing:
        return dataclasses.replace(DEMOS.get(dataset), **given)
    return TwinSettings(dataset=dataset, **given)


def _answer(manifest: TwinManifest) -> CommandOutput:
    classes = Counter(spec.label for spec in manifest.clips)
    subjects = {spec.subject for spec in manifest.clips}
    document = {
        "dataset": manifest.dataset,
        "root": manifest.root,
        "subjects": len(subjects),
        "clips": len(manifest.clips),
        "classes": dict(classes.most_common()),
        "defects": [dataclasses.asdict(injected) for injected in manifest.injected],
        "settings": dataclasses.asdict(manifest.settings),
    }
    lines = [
        f"{manifest.root}: synthetic {dataset_info(manifest.dataset).title}, "
        f"{len(manifest.clips)} clips "
        f"of {len(subjects)} subjects",
        "",
        table(["Class", "Clips"], classes.most_common()),
    ]
    if manifest.injected:
        rows = [
            (
                injected.defect,
                injected.subject,
                injected.clip,
                injected.code or injected.remark or "-",
            )
            for injected in manifest.injected
        ]
        lines += ["", table(["Defect", "Subject", "Clip", "A reader reports"], rows)]
    return CommandOutput(document=document, text="\n".join(lines))
